"""What is read out of the files that people's spreadsheets make."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from web.pages.office.batch_files import BatchFileError, FileFault, FileLine, read_batch_file

Rows = list[list[Any]]
TWO = [FileLine(1, "482913057", "20"), FileLine(2, "730154429", "12.50")]
TWO_BELOW_HEADINGS = [FileLine(2, "482913057", "20"), FileLine(3, "730154429", "12.50")]


def xlsx(rows: Rows) -> bytes:
    """Return a workbook with these rows on its first sheet."""
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(row)
    workbook.create_sheet("other").append(["not", "this"])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def forged(data: bytes, change: Callable[[str, bytes], bytes], *, more: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook with changed parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return written.getvalue()


def fault(data: bytes) -> FileFault:
    """Return why a file is refused."""
    with pytest.raises(BatchFileError) as refused:
        read_batch_file(data)
    return refused.value.fault


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，", "；"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_is_read_as_any_spreadsheet_writes_it(delimiter: str, encoding: str, line_end: str) -> None:
    text = line_end.join(["居民编号,金额", "482913057,20", "730154429,12.50", ""]).replace(",", delimiter)
    assert read_batch_file(text.encode(encoding)) == TWO_BELOW_HEADINGS


def test_a_list_needs_no_headings() -> None:
    assert read_batch_file(b"482913057,20\n730154429,12.50") == TWO


def test_headings_say_which_columns_count() -> None:
    text = "姓名,金额(元),备注,居民编号\n张三,20,好,482913057\n李四,12.50,,730154429\n"
    assert read_batch_file(text.encode()) == TWO_BELOW_HEADINGS


def test_headings_that_say_nothing_are_left_out_all_the_same() -> None:
    assert read_batch_file("谁,多少\n482913057,20\n730154429,12.50".encode()) == TWO_BELOW_HEADINGS


def test_lines_keep_the_numbers_that_an_editor_shows() -> None:
    lines = read_batch_file(b"\n482913057,20\n\n ,\n730154429,12.50\n")
    assert [line.line for line in lines] == [2, 5]


def test_what_stands_in_further_columns_is_handed_on() -> None:
    lines = read_batch_file(b"482913057,1,234.50\n730154429,2,")
    assert lines == [FileLine(1, "482913057", "1", ("234.50",)), FileLine(2, "730154429", "2")]
    assert lines[0].text == "482913057, 1, 234.50"


def test_quotes_keep_commas_within_an_amount() -> None:
    assert read_batch_file(b'482913057,"1,234.50"\n') == [FileLine(1, "482913057", "1,234.50")]


def test_a_semicolon_separates_where_it_is_the_more_frequent() -> None:
    assert read_batch_file(b"482913057;1,50\n730154429;2\n")[0] == FileLine(1, "482913057", "1,50")


def test_a_line_is_shown_without_what_cannot_be_seen() -> None:
    text = read_batch_file("48291\u202e3057,\x07😀\n1,2".encode())[0].text
    assert text == "48291\ufffd3057, \ufffd😀"
    assert len(read_batch_file(b"1," + b"x" * 5_000)[0].text) <= 201


def test_a_sheet_is_read_as_it_is_shown() -> None:
    rows: Rows = [["居民编号", "金额"], [482913057, 20], ["730154429", 12.5], [None, None], [482913057.0, 0.1 + 0.2]]
    assert read_batch_file(xlsx(rows)) == [
        *TWO_BELOW_HEADINGS[:1],
        FileLine(3, "730154429", "12.5"),
        FileLine(5, "482913057", "0.3"),
    ]


def test_what_is_no_text_in_a_sheet_becomes_text() -> None:
    lines = read_batch_file(xlsx([[True, date(2026, 6, 1)], ["=1+1", "#N/A"]]))
    assert [(line.number, line.amount) for line in lines] == [("True", "2026-06-01 00:00:00"), ("", "#N/A")]


@pytest.mark.parametrize("data", [b"", b"\n\n", b" ; \n,,,", xlsx([]), xlsx([["编号", "金额"]])])
def test_a_file_without_a_line_is_refused(data: bytes) -> None:
    assert fault(data) is FileFault.EMPTY


def test_what_is_no_list_is_refused_by_what_it_is() -> None:
    assert fault(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)) is FileFault.OLD_EXCEL
    assert fault(b"\x89PNG\r\n\x1a\n" + bytes(100)) is FileFault.NO_TEXT
    assert fault(b"482913057,\xff\xff\xff") is FileFault.NO_TEXT
    assert fault(b"\xff\xfe\x00") is FileFault.NO_TEXT
    assert fault(b'"' + b"x" * 200_000) is FileFault.BROKEN


def test_a_list_has_at_most_10_000_lines() -> None:
    lines = b"482913057,1\n" * 10_000
    assert len(read_batch_file(lines)) == 10_000
    assert fault(lines + b"482913057,1\n") is FileFault.TOO_MANY_LINES


def test_a_damaged_workbook_is_refused() -> None:
    good = xlsx([[482913057, 20]])
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("hello.txt", "hello")
    for data in (good[:200], good[:-100], b"PK\x03\x04", empty.getvalue()):
        assert fault(data) is FileFault.BROKEN
    assert fault(forged(good, lambda name, part: part[:50] if "sheet1" in name else part)) is FileFault.BROKEN


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    good = xlsx([[482913057, 20]])
    assert (
        fault(forged(good, lambda _name, part: part, more={"xl/media/bomb": bytes(9_000_000)})) is FileFault.TOO_LARGE
    )
    many = {f"xl/media/{number}": b"x" for number in range(300)}
    assert fault(forged(good, lambda _name, part: part, more=many)) is FileFault.TOO_LARGE


def test_a_workbook_with_xml_that_defines_things_is_refused() -> None:
    good = xlsx([[482913057, 20]])

    def with_entities(name: str, part: bytes) -> bytes:
        return b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + part if "sheet1" in name else part

    def wide(name: str, part: bytes) -> bytes:
        return part.decode().encode("utf-16") if "sheet1" in name else part

    assert fault(forged(good, with_entities)) is FileFault.BROKEN
    assert fault(forged(good, wide)) is FileFault.BROKEN


def test_a_sheet_that_claims_a_million_rows_costs_nothing() -> None:
    good = xlsx([[482913057, 20]])

    def far_down(name: str, part: bytes) -> bytes:
        for here, there in ((b'r="1"', b'r="1000000"'), (b'"A1"', b'"A1000000"'), (b'"B1"', b'"B1000000"')):
            part = part.replace(here, there) if "sheet1" in name else part
        return part

    def vast(_name: str, part: bytes) -> bytes:
        return part.replace(b'<dimension ref="A1:B1"', b'<dimension ref="A1:XFD1048576"')

    assert fault(forged(good, far_down)) is FileFault.TOO_MANY_LINES
    assert read_batch_file(forged(good, vast)) == [FileLine(1, "482913057", "20")]
