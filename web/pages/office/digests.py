"""The week of each unit on the office's pages: written once when it is over, to read and to print."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from listening import READERS, UnitDigest, get_digest, list_digests
from people import units_by_code
from web.auth import access, principal
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.rates_shown import RateView
from web.pages.times import local
from web.unit_of_work import reading

_ON_PAGE = 40
_WEEK = timedelta(days=6)
_UNIT_CODE = re.compile(r"[0-9A-Za-z-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DigestView:
    """One week of one unit, both days included: its duties as they stood at the end, and what reporters said.

    `on_time` is how many were met in time of what was due.
    """

    id: UUID
    unit_code: str
    unit: str
    first_on: date
    last_on: date
    written_at: datetime
    counts: UnitDigest
    on_time: RateView
    response: RateView
    resolution: RateView
    satisfaction: RateView


@blueprint.get("/digests")
@access(*READERS)
def digests() -> str:
    """List the weeks of the officer's units, newest first: of all, or of one."""
    before, asked = id_cursor(), request.args.get("unit", "")
    # What is no code asks for no unit.
    unit_code = asked if _UNIT_CODE.fullmatch(asked) else ""

    def read(session: Session) -> dict[str, Any]:
        found = list_digests(session, seen_by=principal(), unit_code=unit_code or None, limit=_ON_PAGE, before=before)
        items = _views(session, found.items)
        return {
            "items": items,
            "more_url": more_url(found.next_before, unit=unit_code),
            "unit": items[0].unit if items and unit_code else "",
            "unit_code": unit_code,
        }

    return list_page("office/digests.html", "office/_digest_items.html", **reading(read))


@blueprint.get("/digests/<uuid:digest_id>")
@access(*READERS)
def digest(digest_id: UUID) -> str:
    """Show one week of one unit, with what was overdue at its end."""

    def read(session: Session) -> dict[str, Any]:
        found, overdue = get_digest(session, digest_id, seen_by=principal())
        return {"one": _views(session, [found])[0], "overdue": overdue}

    return render_template("office/digest.html", **reading(read))


def _views(session: Session, found: list[UnitDigest]) -> list[DigestView]:
    units = units_by_code(session, {each.unit_code for each in found})
    return [_view(each, units[each.unit_code].name) for each in found]


def _view(found: UnitDigest, unit: str) -> DigestView:
    due = found.discharged_on_time + found.discharged_late + found.open_overdue
    return DigestView(
        id=found.id,
        unit_code=found.unit_code,
        unit=unit,
        first_on=found.week_on,
        last_on=found.week_on + _WEEK,
        written_at=local(found.written_at),
        counts=found,
        on_time=RateView(found.discharged_on_time, due),
        response=RateView(found.responded, found.response_due),
        resolution=RateView(found.resolved, found.resolution_known),
        satisfaction=RateView(found.satisfied, found.rated),
    )
