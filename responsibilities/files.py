"""The file of a responsibility list: one line a category, read line by line and written as it is read."""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

from people import TextRefusedError, clean_text
from responsibilities.errors import ResponsibilitiesFileError
from responsibilities.faults import ListFault
from responsibilities.model import (
    CATEGORY_CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    WORKING_DAYS_MAX,
    Category,
    CategoryKind,
    Severity,
)

_COLUMNS = [
    "code",
    "parent_code",
    "kind",
    "name",
    "name_en",
    "department",
    "normal_days",
    "serious_days",
    "urgent_days",
    "dispatch_days",
    "private",
]
_CODE = re.compile(rf"[0-9A-Z][0-9A-Z-]{{0,{CATEGORY_CODE_LENGTH_MAX - 1}}}")
_DISPATCH_DAYS = 1
# What spreadsheets take for the beginning of a formula, the wide forms of Chinese keyboards included: officers open the
# list in one, and a name that ran there, or came back with an apostrophe, would be another than was published.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """By when something is done, in working days: by severity, and for giving it to the department."""

    normal: int
    serious: int
    urgent: int
    dispatch: int = _DISPATCH_DAYS

    def of(self, severity: Severity) -> int:
        """Return the working days that a department has."""
        days: int = getattr(self, severity.value)
        return days


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One line of a list: a category at the top, or one with its owner; `line` counts from 1, with the header."""

    line: int
    code: str
    parent_code: str | None
    kind: CategoryKind
    name: str
    name_en: str
    department_code: str | None
    deadlines: Deadlines | None
    is_private: bool


def packaged_responsibilities() -> list[Responsibility]:
    """Return the packaged list for 永济市.

    Its two levels follow the shape of GB/T 30428.2-2013 (components and events of digital urban management); owners
    and deadlines are a proposal from what such departments ordinarily do, for the office to change.
    """
    return read_responsibilities(files("responsibilities").joinpath("data", "yongji_responsibilities.csv").read_bytes())


def read_responsibilities(data: bytes) -> list[Responsibility]:
    """Read a CSV file (UTF-8 or GB 18030; a category before those below it) with these columns.

    code, parent_code, kind (component or event), name, name_en, department (a unit's code), normal_days, serious_days,
    urgent_days, dispatch_days (empty: 1), private (0 or 1). At the top, department and days are empty.

    Raises:
        ResponsibilitiesFileError: the first line that cannot be read, and why.
    """
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    try:
        if next(reader, []) != _COLUMNS:
            raise ResponsibilitiesFileError(1, ListFault.HEADER, columns=",".join(_COLUMNS))
        # Spreadsheets also write rows in which nothing stands.
        return [_read_line(reader.line_num, fields) for fields in reader if any(map(str.strip, fields))]
    except csv.Error as error:
        raise ResponsibilitiesFileError(reader.line_num, ListFault.BROKEN_CSV) from error


def write_responsibilities(listed: Iterable[Category]) -> bytes:
    """Return categories of one version as the file that `read_responsibilities` reads, marked as UTF-8 for Excel."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    # Each at the top before those below it.
    for each in sorted(
        listed, key=lambda each: (each.parent_code or each.code, each.parent_code is not None, each.code)
    ):
        days = (each.normal_days, each.serious_days, each.urgent_days, each.dispatch_days)
        names = (each.name, each.name_en)
        private = "1" if each.is_private else "0"
        writer.writerow((each.code, each.parent_code, each.kind, *names, each.department_code, *days, private))
    return codecs.BOM_UTF8 + written.getvalue().encode()


def is_category_code(text: str) -> bool:
    """Say whether a text could be the code of a category."""
    return _CODE.fullmatch(text) is not None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Excel and WPS for Chinese Windows write GB 18030. A file that is UTF-8 but for a few bytes is no such file: it
        # would be read as other characters, and published.
        guess = data.decode("utf-8", "replace")
        unreadable = guess.count("\ufffd")
        if unreadable > sum(each > "\x7f" for each in guess) - unreadable and b"\x00" not in data:
            with suppress(UnicodeDecodeError):
                return data.decode("gb18030")
        line = data.count(b"\n", 0, error.start) + 1
        raise ResponsibilitiesFileError(line, ListFault.NO_TEXT) from error


def _read_line(line: int, fields: list[str]) -> Responsibility:
    if len(fields) != len(_COLUMNS):
        raise ResponsibilitiesFileError(line, ListFault.FIELD_COUNT, count=len(fields), expected=len(_COLUMNS))
    code, parent, kind, name, name_en, department, *days, private = (field.strip() for field in fields)
    if not is_category_code(code):
        raise ResponsibilitiesFileError(line, ListFault.CODE, length_max=CATEGORY_CODE_LENGTH_MAX)
    if kind not in list(CategoryKind):
        raise ResponsibilitiesFileError(line, ListFault.KIND, kinds=", ".join(CategoryKind))
    if private not in {"0", "1"}:
        raise ResponsibilitiesFileError(line, ListFault.PRIVATE)
    return Responsibility(
        line=line,
        code=code,
        parent_code=parent or None,
        kind=CategoryKind(kind),
        name=_read_name(line, "name", name),
        name_en=_read_name(line, "name_en", name_en),
        department_code=department or None,
        deadlines=_read_days(line, days),
        is_private=private == "1",
    )


def _read_name(line: int, field: str, text: str) -> str:
    if text.startswith(_FORMULA_SIGNS):
        raise ResponsibilitiesFileError(line, ListFault.FORMULA, column=field)
    try:
        return clean_text(text, field=field, length_max=NAME_LENGTH_MAX)
    except TextRefusedError as error:
        raise ResponsibilitiesFileError(line, ListFault.NAME, column=field, length_max=NAME_LENGTH_MAX) from error


def _read_days(line: int, texts: list[str]) -> Deadlines | None:
    *by_severity, dispatch = texts
    if not any(texts):
        return None
    if not all(text.isascii() and text.isdecimal() for text in by_severity + ([dispatch] if dispatch else [])):
        raise ResponsibilitiesFileError(line, ListFault.DAYS_NO_NUMBERS)
    normal, serious, urgent = days = [int(text[:6]) for text in by_severity]
    given = Deadlines(normal, serious, urgent, int(dispatch[:6]) if dispatch else _DISPATCH_DAYS)
    if any(longer < shorter for longer, shorter in pairwise(days)):
        raise ResponsibilitiesFileError(line, ListFault.DAYS_GROW)
    if not all(1 <= each <= WORKING_DAYS_MAX for each in (*days, given.dispatch)):
        raise ResponsibilitiesFileError(line, ListFault.DAYS_OUT_OF_RANGE, days_max=WORKING_DAYS_MAX)
    return given
