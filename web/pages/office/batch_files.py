"""Reading a list of awards out of a file that somebody's spreadsheet made: CSV in any of its dialects, or XLSX.

Nothing is judged here but whether it is a list: what stands on a line is handed on as it was written.
"""

import csv
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

import openpyxl

LINES_MAX = 10_000
# Blank rows count here: a sheet can claim a million of them in a few bytes.
_ROWS_MAX = 50_000
_COLUMNS_MAX = 50
_SHOWN_LENGTH_MAX = 200

_XLSX, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A sheet of 10,000 lines unpacks to about 2 MB; what unpacks to much more is no list of ours.
_UNPACKED_BYTES_MAX = 8 * 1024 * 1024
_PARTS_MAX = 200
# What reading a broken or forged archive of XML can end in.
_BROKEN = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError, RuntimeError),
    *(SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)

# Chinese keyboards give the wide ones.
_DELIMITERS = "\t;；,，"
_NUMBER_HEADINGS = ("编号", "居民号", "号码", "number", "no.")
_AMOUNT_HEADINGS = ("金额", "数额", "平安币", "amount", "credits")


class FileFault(StrEnum):
    """Why a file is no list."""

    EMPTY = "empty"
    OLD_EXCEL = "old_excel"
    NO_TEXT = "no_text"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY_LINES = "too_many_lines"


class BatchFileError(Exception):
    """A file cannot be read as a list."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line as it was written; `line` counts from 1 as spreadsheets and editors do.

    `surplus` is what stands in columns that nobody can tell the meaning of.
    """

    line: int
    number: str
    amount: str
    surplus: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The line as it can be shown."""
        return _shown(", ".join([self.number, self.amount, *self.surplus]))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where numbers and amounts stand, and how many columns have a meaning because they have a heading."""

    number: int = 0
    amount: int = 1
    known: int = 2


def read_batch_file(data: bytes) -> list[FileLine]:
    """Return the lines of a file with the columns number and amount; a first row of headings is left out.

    Raises:
        BatchFileError: it is no list of at most 10,000 lines.
    """
    lines = list(islice(_lines(rows_of_file(data)), LINES_MAX + 1))
    if not lines:
        raise BatchFileError(FileFault.EMPTY)
    if len(lines) > LINES_MAX:
        raise BatchFileError(FileFault.TOO_MANY_LINES)
    return lines


def rows_of_file(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of a file with their numbers, counted from 1; of a workbook those of its first sheet.

    Raises:
        BatchFileError: it is no table.
    """
    if data.startswith(_OLD_EXCEL):
        raise BatchFileError(FileFault.OLD_EXCEL)
    return _sheet_rows(data) if data.startswith(_XLSX) else _text_rows(_decoded(data))


def _lines(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[FileLine]:
    columns: _Columns | None = None
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if columns is None:
            columns = _columns_of_headings(cells)
            if columns is not None:
                continue
            columns = _Columns()
        number, amount = (cells[place] if place < len(cells) else "" for place in (columns.number, columns.amount))
        yield FileLine(line, number, amount, tuple(cell for cell in cells[columns.known :] if cell))


def _columns_of_headings(cells: Sequence[str]) -> _Columns | None:
    """Return the columns that a row of headings names, None where it is no such row but the first of the list."""
    if any(character.isdigit() for cell in cells for character in cell):
        return None
    names = [unicodedata.normalize("NFKC", cell).casefold() for cell in cells]
    number, amount = _place(names, _NUMBER_HEADINGS), _place(names, _AMOUNT_HEADINGS)
    if number is None or amount is None:
        return _Columns()
    return _Columns(number, amount, len(cells))


def _place(names: Sequence[str], headings: Sequence[str]) -> int | None:
    return next((place for place, name in enumerate(names) if any(heading in name for heading in headings)), None)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    # Excel for Chinese Windows writes GB 18030; text in it is hardly ever valid UTF-8 by accident.
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BatchFileError(FileFault.NO_TEXT)


def _text_rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for row in reader:
            yield reader.line_num, row[:_COLUMNS_MAX]
    except csv.Error as error:
        raise BatchFileError(FileFault.BROKEN) from error


def _delimiter(text: str) -> str:
    """Return what stands between the columns on most of the first lines."""
    first = [line for line in text[:4_000].splitlines()[:20] if line.strip()]
    # Of two as frequent the earlier one: a comma may also stand between thousands.
    return max(_DELIMITERS, key=lambda each: (sum(each in line for line in first), -_DELIMITERS.index(each)))


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _sheet_rows(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        _check_archive(data)
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        # What the file says about its own size is not to be trusted.
        sheet.reset_dimensions()
        for line, row in enumerate(sheet.iter_rows(max_col=_COLUMNS_MAX, values_only=True), start=1):
            if line > _ROWS_MAX:
                raise BatchFileError(FileFault.TOO_MANY_LINES)
            yield line, [_cell_text(value) for value in row]
    except _BROKEN as error:
        raise BatchFileError(FileFault.BROKEN) from error


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to too much, or brings XML that defines things of its own."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        # zipfile never unpacks more of a part than its directory says.
        if len(parts) > _PARTS_MAX or sum(part.file_size for part in parts) > _UNPACKED_BYTES_MAX:
            raise BatchFileError(FileFault.TOO_LARGE)
        for part in parts:
            content = archive.read(part)
            # Whoever writes spreadsheets writes UTF-8; in any other encoding the search below would find nothing.
            if part.filename.endswith((".xml", ".rels")) and (b"\x00" in content or b"<!DOCTYPE" in content):
                raise BatchFileError(FileFault.BROKEN)


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Spreadsheets keep 15 digits; the rest is what binary fractions add.
        return format(value, ".0f" if value.is_integer() else ".15g")
    return str(value)


def _shown(text: str) -> str:
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[:_SHOWN_LENGTH_MAX])
    return shown if len(text) <= _SHOWN_LENGTH_MAX else f"{shown}…"
