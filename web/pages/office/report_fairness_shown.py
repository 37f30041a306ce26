"""What a report's page shows of appeals about it, and of words that are covered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from reports import (
    Function,
    Report,
    ReportJoin,
    appeals_of,
    covered_among,
    is_placed,
    may_act,
    may_decide_appeal,
)
from web.auth import principal
from web.pages.actors import actor_names
from web.pages.times import local


@dataclass(frozen=True, slots=True)
class OfficeAppealView:
    """An appeal as the office sees it; `is_upheld` is None until it is decided."""

    id: UUID
    subject: str
    reason: str
    appealed_at: datetime
    is_upheld: bool | None
    note: str | None
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class CoveringsView:
    """What is covered: reasons by the id of the text, and the words, to those who supervise; may they cover more?"""

    reasons: dict[UUID, str]
    words: dict[UUID, str]
    may_cover: bool


def appeals_beside(session: Session, report: Report) -> tuple[list[OfficeAppealView], bool]:
    """Return the appeals about a report, and whether the officer may decide them."""
    found = appeals_of(session, report.id)
    names = actor_names(session, {each.decided_by for each in found if each.decided_by})
    views = [
        OfficeAppealView(
            each.id,
            each.subject.value,
            each.reason,
            local(each.appealed_at),
            each.is_upheld,
            each.note,
            names.get(each.decided_by or "", ""),
            None if each.decided_at is None else local(each.decided_at),
        )
        for each in found
    ]
    return views, bool(found) and may_decide_appeal(session, report, principal())


def coverings_beside(session: Session, report: Report, joins: Sequence[ReportJoin]) -> CoveringsView:
    """Return what is covered of a report and of what others added."""
    words = {report.id: report.description} | {each.id: each.evidence or "" for each in joins}
    supervises = is_placed(session, report, principal(), Function.SUPERVISION)
    covered = covered_among(session, list(words))
    return CoveringsView(
        {text_id: each.reason for text_id, each in covered.items()},
        {text_id: words[text_id] for text_id in covered} if supervises else {},
        may_act(session, report, principal(), Function.SUPERVISION),
    )
