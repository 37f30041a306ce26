"""Units on pages: named with the way down the tree to them."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from people import units_by_code


def unit_labels(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the way down the tree to each unit, without the top, by code: 城西街道 / 某某村."""
    units = units_by_code(session, codes)
    ways = {code: unit.path.strip("/").split("/") for code, unit in units.items()}
    steps = units_by_code(session, {step for way in ways.values() for step in way})
    return {code: " / ".join(steps[step].name for step in way[1:] or way) for code, way in ways.items()}
