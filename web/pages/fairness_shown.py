"""Appeals and joint reports on pages: what was appealed against, what still can be, and who reports together."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Principal
from publishing import get_publication
from reports import (
    TEXT_LENGTH_MAX,
    AppealSubject,
    Report,
    appealable,
    appeals_of,
    asked_together,
    get_covering,
    is_appellant,
    may_answer_together,
)
from web.clock import now
from web.pages.forms import Form
from web.pages.times import local

APPEAL_FIELDS = ("subject", "subject_id", "appeal_reason")


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal; `is_upheld` is None until it is decided, `about` is the reason of what was covered or withheld."""

    id: UUID
    subject: str
    about: str | None
    reason: str
    appealed_at: datetime
    is_upheld: bool | None
    note: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppealableView:
    """A decision against which the reader may appeal; `about` is the reason of what was covered or withheld."""

    subject: str
    subject_id: UUID
    about: str | None
    last_on: date


@dataclass(frozen=True, slots=True)
class TogetherView:
    """How many report together, and were asked besides; whether the reader may answer, or did confirm."""

    count: int
    unanswered: int
    may_answer: bool
    is_confirmed: bool


def fairness_view(session: Session, report: Report, by: Principal) -> dict[str, Any]:
    """Return the reader's appeals about a report, and against what they still may appeal."""
    own = [each for each in appeals_of(session, report.id) if is_appellant(report, each, by)]
    return {
        "appeals": [
            AppealView(
                each.id,
                each.subject.value,
                _about(session, each.subject, each.subject_id),
                each.reason,
                local(each.appealed_at),
                each.is_upheld,
                each.note,
                None if each.decided_at is None else local(each.decided_at),
            )
            for each in own
        ],
        "appealable": [
            AppealableView(
                each.subject.value, each.subject_id, _about(session, each.subject, each.subject_id), each.last_on
            )
            for each in appealable(session, report, by, now())
        ],
    }


def together_view(session: Session, report: Report, by: Principal) -> TogetherView | None:
    """Return who reports together by number; None of a report that somebody sent in alone."""
    asked = asked_together(session, report.id)
    if not asked:
        return None
    return TogetherView(
        1 + sum(each.is_confirmed is True for each in asked),
        sum(each.is_confirmed is None for each in asked),
        may_answer_together(session, report, by, now()),
        any(each.is_confirmed is True and by.is_resident(each.resident_id) for each in asked),
    )


def typed_appeal(form: Form) -> dict[str, Any] | None:
    """Return what an appeal's form asks for; None, and a fault, where it cannot be read."""
    reason = form.prose("appeal_reason", length_max=TEXT_LENGTH_MAX)
    try:
        subject, subject_id = AppealSubject(form.values["subject"]), UUID(form.values["subject_id"])
    except ValueError:
        form.wrong("appeal_reason", _("Choose one of these."))
        return None
    return {"subject": subject, "subject_id": subject_id, "reason": reason}


def _about(session: Session, subject: AppealSubject, subject_id: UUID) -> str | None:
    if subject is AppealSubject.COVERING:
        return get_covering(session, subject_id).reason
    return get_publication(session, subject_id).reason if subject is AppealSubject.PUBLICATION else None
