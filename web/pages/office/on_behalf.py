"""Which officer wrote reports for which resident as often as the cap allows: cases to look at, and no ranking."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Role, get_resident, masked_name
from reports import Function, Report, is_placed, limits_in_force, written_for_one
from web.auth import access, principal
from web.clock import begin_of, month_after, today
from web.pages.actors import actor_names
from web.pages.office.blueprint import blueprint
from web.unit_of_work import reading


@dataclass(frozen=True, slots=True)
class CaseView:
    """One report; without an address where the reader may not open it."""

    number: str
    url: str | None


@dataclass(frozen=True, slots=True)
class PairView:
    """What one officer wrote for one resident in the month."""

    officer: str
    resident: str
    cases: list[CaseView]


@blueprint.get("/on-behalf", endpoint="on_behalf")
@access(Role.AUDITOR, Role.SUPERVISOR)
def show_on_behalf() -> str:
    """List who wrote as often for the same resident in a month as the cap allows, or more."""
    first = _month(request.args.get("month", ""))
    following = month_after(first)

    def read(session: Session) -> dict[str, Any]:
        found = written_for_one(session, seen_by=principal(), since=begin_of(first), until=begin_of(following))
        names = actor_names(session, {each.officer for each in found})
        return {
            "cap": limits_in_force(session).on_behalf_per_resident,
            "pairs": [
                PairView(
                    names[each.officer],
                    _named(session, each.resident_id),
                    [_case(session, report) for report in each.reports],
                )
                for each in found
            ],
        }

    return render_template(
        "office/on_behalf.html",
        month=first,
        earlier=(first - timedelta(days=1)).replace(day=1),
        later=following if following <= today() else None,
        **reading(read),
    )


def _month(typed: str) -> date:
    """Return the first day of the month in an address, that of today where it names none that has begun."""
    try:
        asked = date.fromisoformat(typed)
    except ValueError:
        asked = today()
    # The first year of all has no month before it.
    return min(max(asked, date(2000, 1, 1)), today()).replace(day=1)


def _named(session: Session, resident_id: UUID | None) -> str:
    if resident_id is None:
        return str(_("kept confidential"))
    resident = get_resident(session, resident_id)
    return f"{masked_name(resident.name)} · {resident.number}"


def _case(session: Session, report: Report) -> CaseView:
    is_open = is_placed(session, report, principal(), Function.SUPERVISION)
    return CaseView(report.number, url_for("office.report", report_id=report.id) if is_open else None)
