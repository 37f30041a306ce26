"""Units on pages: named with the way down the tree to them, and offered as places to choose."""

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from people import Level, Unit, find_units, units_by_code
from web.pages.shapes import UnitChoice, UnitGroup

# Buildings are too many to look through; a report names them in its address.
_PLACES = (Level.COUNTY, Level.TOWN, Level.COMMUNITY, Level.GRID)
_PLACES_MAX = 5_000


def unit_names(session: Session, codes: Iterable[str | None]) -> dict[str, str]:
    """Return the name of each unit by its code; None among the codes is passed over."""
    units = units_by_code(session, {code for code in codes if code is not None})
    return {code: unit.name for code, unit in units.items()}


def unit_labels(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the way down the tree to each unit, without the top, by code: 城西街道 / 某某村."""
    units = units_by_code(session, codes)
    ways = {code: unit.path.strip("/").split("/") for code, unit in units.items()}
    steps = units_by_code(session, {step for way in ways.values() for step in way})
    return {code: " / ".join(steps[step].name for step in way[1:] or way) for code, way in ways.items()}


def place_groups(session: Session, *, near: Unit) -> list[UnitGroup]:
    """Return the places in which something can be reported, town by town; that of the unit `near` comes first.

    Whoever does not know the community chooses the town, and whoever does not know the town, the county.
    """
    found = find_units(session, text="", limit=_PLACES_MAX)
    units = {unit.code: unit for unit in found if unit.level in _PLACES}
    towns: dict[str, list[Unit]] = {}
    for unit in units.values():
        towns.setdefault(_town_code(unit), []).append(unit)
    own = _town_code(near)
    in_order = sorted(towns, key=lambda code: (code != own, units[code].level is Level.COUNTY, units[code].path))
    return [UnitGroup(units[code].name, [_choice(unit, units) for unit in towns[code]]) for code in in_order]


def _town_code(unit: Unit) -> str:
    """Return the code of the unit below the county that a place belongs to; the county's own for the county."""
    way = unit.path.strip("/").split("/")
    return way[1] if len(way) > 1 else way[0]


def _choice(unit: Unit, units: dict[str, Unit]) -> UnitChoice:
    below_the_town = unit.path.strip("/").split("/")[2:]
    return UnitChoice(unit.code, " / ".join(units[code].name for code in below_the_town) or unit.name)
