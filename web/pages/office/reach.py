"""How far an officer reaches: the residents of their units, and nobody else's."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from people import Level, Resident, ResidentUnknownError, Role, find_units, get_resident, get_unit
from web.auth import principal, require
from web.pages.shapes import UnitChoice
from web.pages.units_shown import unit_labels

# More than a county has of towns, communities, grids and buildings that anybody would look through in a list.
_CHOICES_MAX = 5_000


def reach() -> Collection[str] | None:
    """Return the paths of the units whose residents are the administrator's, None for the whole tree."""
    return paths_of(Role.ADMINISTRATOR)


def paths_of(*roles: Role) -> tuple[str, ...] | None:
    """Return the paths below which the officer holds one of the roles, None for the whole tree."""
    paths = principal().unit_paths(*roles)
    return None if "" in paths else paths


def reaches(unit_path: str) -> bool:
    """Say whether the unit with this path is the administrator's."""
    return principal().may(Role.ADMINISTRATOR, unit_path=unit_path)


def resident_in_reach(session: Session, resident_id: UUID) -> Resident:
    """Return a resident of the administrator's units.

    Raises:
        ResidentUnknownError: there is none.
        ProblemError: they live elsewhere, so for this officer there is none either.
    """
    resident = get_resident(session, resident_id)
    require(lives_in_reach(session, resident))
    return resident


def resident_within(session: Session, resident_id: UUID, *roles: Role) -> Resident:
    """Return a resident who lives where the officer holds one of the roles.

    Raises:
        ResidentUnknownError: there is none.
        ProblemError: they live elsewhere, so for this officer there is none either.
    """
    resident = get_resident(session, resident_id)
    require(principal().may(*roles, unit_path=get_unit(session, resident.unit_code).path))
    return resident


def lives_in_reach(session: Session, resident: Resident) -> bool:
    """Say whether a resident lives in the administrator's units."""
    return reach() is None or reaches(get_unit(session, resident.unit_code).path)


def check_in_reach(session: Session, resident: Resident) -> None:
    """Refuse a resident who lives elsewhere as one whom nobody knows.

    Raises:
        ResidentUnknownError: they do.
    """
    if not lives_in_reach(session, resident):
        raise ResidentUnknownError


def unit_choices(session: Session, *roles: Role, depth_min: int = 0, everywhere: bool = False) -> list[UnitChoice]:
    """Return the administrator's places (or all) in the tree's order, from `depth_min` levels below the top.

    With roles, the places are those where the officer holds one of them.
    """
    within = None if everywhere else paths_of(*(roles or (Role.ADMINISTRATOR,)))
    found = find_units(session, text="", within_path=within, limit=_CHOICES_MAX)
    units = [unit for unit in found if unit.level is not Level.DEPARTMENT]
    labels = unit_labels(session, {unit.code for unit in units})
    return [UnitChoice(unit.code, labels[unit.code]) for unit in units if unit.path.count("/") > depth_min]
