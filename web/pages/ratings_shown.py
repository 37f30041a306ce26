"""Ratings on pages: whether a reporter may still say what they think of the result, and what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

import listening
from ledger import Call
from listening import RATING_DAYS, STARS_MAX, ratings_of
from people import Principal
from reports import TEXT_LENGTH_MAX, Report, ReportStatus, ReportStep, StepKind
from web.clock import now, today
from web.pages.forms import Form
from web.pages.times import local

FIELDS = ("stars", "note")


@dataclass(frozen=True, slots=True)
class RatingView:
    """What a reporter said of a result: from 1 to 5 stars, and a sentence or none."""

    stars: int
    note: str | None
    rated_on: date


def rating_facts(session: Session, report: Report, steps: Sequence[ReportStep], *, is_own: bool) -> dict[str, Any]:
    """Return what a page says about rating the last closure: the rating, or through which day it can be given."""
    closure = next((step for step in reversed(steps) if step.kind is StepKind.CLOSURE), None)
    if not is_own or closure is None or report.status is not ReportStatus.CLOSED:
        return {"rating": None, "rated_until": None, "may_rate": False}
    given = next((each for each in ratings_of(session, report.id) if each.closure_id == closure.id), None)
    last_on = local(closure.made_at).date() + timedelta(days=RATING_DAYS)
    return {
        "rating": None if given is None else RatingView(given.stars, given.note, local(given.rated_at).date()),
        "rated_until": last_on,
        "may_rate": given is None and today() <= last_on,
    }


def typed_rating(form: Form) -> tuple[int, str | None]:
    """Return the stars and the note that were typed; a fault is noted where there are none."""
    typed = form.values["stars"]
    # From a list of radio buttons: whatever else comes was not sent by our page, and the rule refuses it in words.
    stars = int(typed) if typed in {str(number) for number in range(1, STARS_MAX + 1)} else 0
    if not typed:
        form.text("stars")
    note = form.prose("note", length_max=TEXT_LENGTH_MAX) if form.values["note"].strip() else None
    return stars, note


def give_rating(session: Session, *, report_id: UUID, stars: int, note: str | None, by: Principal, call: Call) -> UUID:
    """Let a reporter rate a result, and return the rating's id; refusals are `listening.rate`'s."""
    return listening.rate(session, report_id=report_id, stars=stars, note=note, by=by, now=now(), call=call).id
