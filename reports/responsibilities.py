"""The responsibility list (权力清单): which department answers for what, and by when; published whole, in versions."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import pairwise

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from people import Level, TextRefusedError, Unit, clean_text, units_by_code
from reports.errors import CategoryUnknownError, ResponsibilitiesFileError, ResponsibilitiesUnknownError
from reports.model import (
    CATEGORY_CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    WORKING_DAYS_MAX,
    Category,
    CategoryKind,
    ResponsibilityList,
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
    return read_responsibilities(files("reports").joinpath("data", "yongji_responsibilities.csv").read_bytes())


def read_responsibilities(data: bytes) -> list[Responsibility]:
    """Read a CSV file (UTF-8; a category before those below it) with these columns.

    code, parent_code, kind (component or event), name, name_en, department (a unit's code), normal_days, serious_days,
    urgent_days, dispatch_days (empty: 1), private (0 or 1). At the top, department and days are empty.

    Raises:
        ResponsibilitiesFileError: the first line that cannot be read, and why.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ResponsibilitiesFileError(line, "not UTF-8; save the table as 'CSV UTF-8'") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if next(reader, []) != _COLUMNS:
            raise ResponsibilitiesFileError(1, f"the header must be {','.join(_COLUMNS)}")
        return [_read_line(reader.line_num, fields) for fields in reader if fields]
    except csv.Error as error:
        raise ResponsibilitiesFileError(reader.line_num, str(error)) from error


def publish_responsibilities(
    session: Session, *, lines: Sequence[Responsibility], actor: str, now: datetime
) -> ResponsibilityList:
    """Publish a list as the next version; where it says the same as the one in force, return that one.

    Of two published at once, one meets a unique violation.

    Raises:
        ResponsibilitiesFileError: the first line that cannot be published, and why: a code that stands twice, a parent
            that is none, a category without an owner, an owner that is no department.
    """
    _check(session, lines)
    current = session.scalars(select(ResponsibilityList).order_by(ResponsibilityList.number.desc()).limit(1)).first()
    if current is not None and _facts_of(categories(session, version=current.number)) == {
        _facts(each) for each in lines
    }:
        return current
    published = ResponsibilityList(number=current.number + 1 if current else 1, published_by=actor, published_at=now)
    session.add(published)
    session.flush()
    rows = [_row(published.number, line) for line in lines]
    # Those at the top first: the others' keys point at them.
    rows.sort(key=lambda row: row["parent_code"] is not None)
    session.execute(insert(Category), rows)
    return published


def list_in_force(session: Session) -> ResponsibilityList:
    """Return the version in force.

    Raises:
        ResponsibilitiesUnknownError: none was published yet.
    """
    newest = session.scalars(select(ResponsibilityList).order_by(ResponsibilityList.number.desc()).limit(1)).first()
    if newest is None:
        raise ResponsibilitiesUnknownError
    return newest


def list_versions(session: Session) -> list[ResponsibilityList]:
    """Return all versions, the newest first."""
    return list(session.scalars(select(ResponsibilityList).order_by(ResponsibilityList.number.desc())))


def categories(session: Session, *, version: int | None = None) -> list[Category]:
    """Return the categories of a version (of the one in force for None) by code; nothing where there is none."""
    wanted = select(func.max(ResponsibilityList.number)).scalar_subquery() if version is None else version
    return list(session.scalars(select(Category).where(Category.version == wanted).order_by(Category.code)))


def get_category(session: Session, code: str, *, version: int | None = None) -> Category:
    """Return a category that may be reported under, of a version or of the one in force.

    Raises:
        CategoryUnknownError: there is none, or others stand below it.
    """
    wanted = select(func.max(ResponsibilityList.number)).scalar_subquery() if version is None else version
    # Some texts the database cannot even hear.
    query = select(Category).where(Category.version == wanted, Category.code == code)
    found = session.scalars(query).first() if is_category_code(code) else None
    if found is None or found.parent_code is None:
        raise CategoryUnknownError(code)
    return found


def deadlines_of(category: Category) -> Deadlines:
    """Return the working days of a category that may be reported under."""
    days = (category.normal_days, category.serious_days, category.urgent_days, category.dispatch_days)
    return Deadlines(*(each or 0 for each in days))


def is_category_code(text: str) -> bool:
    """Say whether a text could be the code of a category."""
    return _CODE.fullmatch(text) is not None


def _read_line(line: int, fields: list[str]) -> Responsibility:
    if len(fields) != len(_COLUMNS):
        raise ResponsibilitiesFileError(line, f"{len(fields)} fields instead of {len(_COLUMNS)}")
    code, parent, kind, name, name_en, department, *days, private = (field.strip() for field in fields)
    if not is_category_code(code):
        raise ResponsibilitiesFileError(line, f"a code is 1 to {CATEGORY_CODE_LENGTH_MAX} of A-Z, 0-9 and hyphen")
    if kind not in list(CategoryKind):
        raise ResponsibilitiesFileError(line, f"the kind must be one of {', '.join(CategoryKind)}")
    if private not in {"0", "1"}:
        raise ResponsibilitiesFileError(line, "private must be 0 or 1")
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
    try:
        return clean_text(text, field=field, length_max=NAME_LENGTH_MAX)
    except TextRefusedError as error:
        raise ResponsibilitiesFileError(line, str(error)) from error


def _read_days(line: int, texts: list[str]) -> Deadlines | None:
    *by_severity, dispatch = texts
    if not any(texts):
        return None
    if not all(text.isascii() and text.isdecimal() for text in by_severity + ([dispatch] if dispatch else [])):
        raise ResponsibilitiesFileError(line, "days must be whole numbers")
    normal, serious, urgent = days = [int(text[:6]) for text in by_severity]
    given = Deadlines(normal, serious, urgent, int(dispatch[:6]) if dispatch else _DISPATCH_DAYS)
    if any(longer < shorter for longer, shorter in pairwise(days)):
        raise ResponsibilitiesFileError(line, "days must not grow with the severity")
    if not all(1 <= each <= WORKING_DAYS_MAX for each in (*days, given.dispatch)):
        raise ResponsibilitiesFileError(line, f"days must be from 1 to {WORKING_DAYS_MAX}")
    return given


def _check(session: Session, lines: Iterable[Responsibility]) -> None:
    by_code: dict[str, Responsibility] = {}
    owners = {line.department_code for line in lines if line.department_code}
    units = units_by_code(session, owners)
    for each in lines:
        fault = _fault(each, by_code, units)
        if fault:
            raise ResponsibilitiesFileError(each.line, fault)
        by_code[each.code] = each
    tops = {code for code, each in by_code.items() if each.parent_code is None}
    for bare in sorted(tops - {each.parent_code for each in by_code.values()}):
        raise ResponsibilitiesFileError(by_code[bare].line, f"nothing stands below {bare}, and it has no owner")
    if not by_code:
        raise ResponsibilitiesFileError(1, "the list is empty")


def _fault(line: Responsibility, before: dict[str, Responsibility], units: dict[str, Unit]) -> str | None:
    """Say what keeps a line from being published, after those before it."""
    if line.code in before:
        return f"code {line.code} stands on an earlier line"
    if line.parent_code is None:
        has_any = line.department_code or line.deadlines
        return "a category at the top has neither an owner nor days" if has_any else None
    parent = before.get(line.parent_code)
    if parent is None or parent.parent_code is not None:
        return f"{line.parent_code} is no category at the top on an earlier line"
    if parent.kind is not line.kind:
        return f"{line.code} is a {line.kind}, {parent.code} above it a {parent.kind}"
    if line.department_code is None or line.deadlines is None:
        return f"category {line.code} has no owner or no days"
    owner = units.get(line.department_code)
    if owner is None or owner.level is not Level.DEPARTMENT:
        return f"{line.department_code} is no department of the tree of units"
    return None


_Facts = tuple[object, ...]


def _row(version: int, line: Responsibility) -> dict[str, object]:
    days = line.deadlines
    return {
        "version": version,
        "code": line.code,
        "parent_code": line.parent_code,
        "kind": line.kind,
        "name": line.name,
        "name_en": line.name_en,
        "department_code": line.department_code,
        "normal_days": days and days.normal,
        "serious_days": days and days.serious,
        "urgent_days": days and days.urgent,
        "dispatch_days": days and days.dispatch,
        "is_private": line.is_private,
    }


def _facts(line: Responsibility) -> _Facts:
    return tuple(_row(0, line).values())


def _facts_of(standing: Collection[Category]) -> set[_Facts]:
    columns = [column.key for column in Category.__table__.columns]
    return {tuple(0 if name == "version" else getattr(each, name) for name in columns) for each in standing}
