"""The tree of units: county, town or street, community or village, grid, building; and the departments beside them."""

import csv
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import cast

from sqlalchemy import ColumnElement, bindparam, false, or_, select
from sqlalchemy.orm import Session

from people.errors import (
    TextRefusedError,
    UnitCodeError,
    UnitExistsError,
    UnitLevelError,
    UnitsFileError,
    UnitUnknownError,
)
from people.model import NAME_LENGTH_MAX, UNIT_CODE_LENGTH_MAX, Level, Unit
from people.texts import clean_text, search_text

_COLUMNS = ["code", "parent_code", "level", "name"]
_CODE = re.compile(rf"[0-9A-Z][0-9A-Z-]{{0,{UNIT_CODE_LENGTH_MAX - 1}}}")
_DEPTH = {level: depth for depth, level in enumerate(Level)}
_BY_CODES = select(Unit).where(Unit.code.in_(bindparam("codes", expanding=True)))
_HELD = "units"
# Where departments are kept: nothing stands below them.
_HAVE_DEPARTMENTS = (Level.COUNTY, Level.TOWN)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of a file of units; `line` counts from 1, with the header."""

    line: int
    code: str
    parent_code: str | None
    level: Level
    name: str


def packaged_units() -> list[UnitRow]:
    """Return the units of 永济市, 运城市, 山西省: the city, its towns, streets and communities, its departments.

    Source: the public codes of statistical divisions (统计用区划代码) of the National Bureau of Statistics of China. Of
    departments there are no such codes: theirs are ours, below that of the city.
    """
    data = files("people").joinpath("data")
    return [
        row
        for name in ("yongji_units.csv", "yongji_departments.csv")
        for row in read_units(data.joinpath(name).read_bytes())
    ]


def read_units(data: bytes) -> list[UnitRow]:
    """Read a CSV file with the columns code, parent_code, level, name (UTF-8; a parent before its children).

    Raises:
        UnitsFileError: the first line that cannot be read, and why.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnitsFileError(line, "not UTF-8; save the table as 'CSV UTF-8'") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if header != _COLUMNS:
            raise UnitsFileError(1, f"the header must be {','.join(_COLUMNS)}")
        return [_row(reader.line_num, fields) for fields in reader if fields]
    except csv.Error as error:
        raise UnitsFileError(reader.line_num, str(error)) from error


def load_units(session: Session, *, rows: Iterable[UnitRow]) -> int:
    """Add units that are new and correct names that changed; return how many lines changed something.

    Loading the same rows again changes nothing. Units that the rows do not name stay. A unit never moves: residents
    and roles hang on its place.

    Raises:
        UnitsFileError: the first line that does not fit the tree, and why. Nothing of the rows is kept then.
    """
    known = {unit.code: unit for unit in session.scalars(select(Unit))}
    added: list[Unit] = []
    renamed: list[tuple[Unit, str]] = []
    seen: set[str] = set()
    for row in rows:
        if row.code in seen:
            raise UnitsFileError(row.line, f"code {row.code} stands on an earlier line")
        seen.add(row.code)
        unit = known.get(row.code)
        if unit is None:
            known[row.code] = new = _place(row, known)
            added.append(new)
        elif (unit.parent_code, unit.level) != (row.parent_code, row.level):
            raise UnitsFileError(row.line, f"unit {row.code} stands elsewhere in the tree; units do not move")
        elif unit.name != row.name:
            renamed.append((unit, row.name))
    for unit, name in renamed:
        unit.name = name
    session.add_all(added)
    session.flush()
    return len(added) + len(renamed)


def add_unit(session: Session, *, code: str, parent_code: str | None, level: Level, name: str) -> Unit:
    """Add one unit, for example a grid below a community, a building below a grid, or a department of a county.

    Raises:
        UnitCodeError: the code has characters other than A-Z, 0-9 and hyphen, or more than 32.
        UnitExistsError: the code is taken.
        UnitUnknownError: the parent is not in the tree.
        UnitLevelError: the parent is not of a higher level, or there is none and this is no county; or a department
            would belong to something smaller than a town.
        TextRefusedError: the name is empty, too long, or has forbidden characters.
    """
    if not is_unit_code(code):
        raise UnitCodeError(code)
    if session.get(Unit, code) is not None:
        raise UnitExistsError(code)
    parent = get_unit(session, parent_code) if parent_code is not None else None
    unit = _unit_below(parent, code=code, level=level, name=_clean_name(name))
    session.add(unit)
    session.flush()
    return unit


def is_unit_code(text: str) -> bool:
    """Say whether a text could be the code of a unit."""
    return _CODE.fullmatch(text) is not None


def get_unit(session: Session, code: str) -> Unit:
    """Return the unit with this code.

    Raises:
        UnitUnknownError: there is none.
    """
    # Codes come from outside; one that cannot be a code is not worth a query, and some the database cannot even hear.
    unit = session.get(Unit, code) if is_unit_code(code) else None
    if unit is None:
        raise UnitUnknownError(code)
    _held(session)[code] = unit
    return unit


def units_by_code(session: Session, codes: Collection[str]) -> dict[str, Unit]:
    """Return those of the units that there are, by code, for lists that name them."""
    held = _held(session)
    # Some texts the database cannot even hear.
    wanted = [code for code in set(codes) - held.keys() if is_unit_code(code)]
    if wanted:
        held |= {unit.code: unit for unit in session.scalars(_BY_CODES, {"codes": wanted})}
    return {code: held[code] for code in codes if code in held}


def _held(session: Session) -> dict[str, Unit]:
    """Return the units that were read in a session's transaction, and hold them: it forgets what nobody holds.

    Pages name the same few units dozens of times; no unit ever goes.
    """
    transaction = session.get_transaction()
    read_in, held = session.info.get(_HELD, (None, {}))
    if transaction is None or transaction is not read_in:
        held = {}
        session.info[_HELD] = (transaction, held)
    return cast("dict[str, Unit]", held)


def child_units(
    session: Session, parent_code: str | None, *, limit: int | None = None, after: str | None = None
) -> list[Unit]:
    """Return the units right below one, or the roots for None, by code; `after` asks for those beyond a code."""
    query = select(Unit).where(Unit.parent_code == parent_code).order_by(Unit.code)
    if after is not None:
        query = query.where(Unit.code > after)
    return list(session.scalars(query.limit(limit)))


def find_units(
    session: Session, *, text: str, within_path: str | Collection[str] | None = None, limit: int = 50
) -> list[Unit]:
    """Return units whose name contains the text or whose code begins with it, from the top of the tree down.

    `within_path` is the path of a unit, or of several, whose subtrees are searched.

    Raises:
        TextRefusedError: the text is too long or has forbidden characters.
    """
    wanted = search_text(text, length_max=NAME_LENGTH_MAX)
    query = select(Unit).where(
        or_(Unit.name.contains(wanted, autoescape=True), Unit.code.startswith(wanted, autoescape=True))
    )
    if within_path is not None:
        query = query.where(below(within_path))
    return list(session.scalars(query.order_by(Unit.path).limit(limit)))


def below(paths: str | Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a unit is the one with this path, or one with any of these, or stands below it."""
    tops = [paths] if isinstance(paths, str) else paths
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in tops))


def is_within(unit: Unit, ancestor: Unit) -> bool:
    """Say whether a unit is the other one or stands somewhere below it."""
    return unit.path.startswith(ancestor.path)


def _row(line: int, fields: list[str]) -> UnitRow:
    if len(fields) != len(_COLUMNS):
        raise UnitsFileError(line, f"{len(fields)} fields instead of {len(_COLUMNS)}")
    code, parent_code, level, name = (field.strip() for field in fields)
    if not _CODE.fullmatch(code):
        raise UnitsFileError(line, "a code is 1 to 32 of A-Z, 0-9 and hyphen")
    if level not in list(Level):
        raise UnitsFileError(line, f"the level must be one of {', '.join(Level)}")
    try:
        cleaned = _clean_name(name)
    except TextRefusedError as error:
        raise UnitsFileError(line, str(error)) from error
    return UnitRow(line, code, parent_code or None, Level(level), cleaned)


def _place(row: UnitRow, known: dict[str, Unit]) -> Unit:
    parent = known.get(row.parent_code) if row.parent_code else None
    if row.parent_code and parent is None:
        raise UnitsFileError(row.line, f"parent {row.parent_code!r} is neither in the tree nor on an earlier line")
    try:
        return _unit_below(parent, code=row.code, level=row.level, name=row.name)
    except UnitLevelError as error:
        raise UnitsFileError(row.line, str(error)) from error


def _unit_below(parent: Unit | None, *, code: str, level: Level, name: str) -> Unit:
    if parent is None:
        if level is not Level.COUNTY:
            raise UnitLevelError(level, None)
        return Unit(code=code, parent_code=None, level=level, name=name, path=f"{code}/")
    # A level may be left out (a building without a grid), but the tree never goes up again.
    if _DEPTH[level] <= _DEPTH[parent.level] or (level is Level.DEPARTMENT and parent.level not in _HAVE_DEPARTMENTS):
        raise UnitLevelError(level, parent.level)
    return Unit(code=code, parent_code=parent.code, level=level, name=name, path=f"{parent.path}{code}/")


def _clean_name(name: str) -> str:
    return clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
