"""Covering words that insult: staff see why instead, and nothing is lost; supervisors open them when they have to."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import Call, new_id, remember_call
from notices import NoticeKind, tell
from people import Principal, clean_text
from reports.fairness_errors import CoveringUnknownError, TextCoveredError, TextUnknownError
from reports.fairness_model import CoveredText, Covering
from reports.functions import Function
from reports.model import TEXT_LENGTH_MAX, Report, ReportJoin
from reports.steps import report_within_reach


def cover(
    session: Session,
    *,
    report_id: UUID,
    text_kind: CoveredText,
    text_id: UUID,
    reason: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> Covering:
    """Cover, as a supervisor, a text about a report, with the reason that is shown instead and its author reads.

    `text_id` is the report's, the join's, or the rating's; that a rating is of the report its own room sees to.

    Raises:
        ReportUnknownError, SamePersonError: as `steps.report_within_reach`.
        TextUnknownError: the report has no such text.
        TextCoveredError: it is covered.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = report_within_reach(session, report_id, Function.SUPERVISION, by=by, call=call)
    author = _author(session, report, text_kind, text_id)
    if covering_of(session, text_id) is not None:
        raise TextCoveredError(text_id)
    made = add_covering(session, report, text_kind, text_id, reason=reason, is_covered=True, by=by, now=now)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    tell(
        session,
        kind=NoticeKind.COVERED,
        matter_id=report.id,
        cause_id=made.id,
        residents=[] if author is None else [author],
        now=now,
    )
    return made


def add_covering(
    session: Session,
    report: Report,
    text_kind: CoveredText,
    text_id: UUID,
    *,
    reason: str,
    is_covered: bool,
    by: Principal,
    now: datetime,
) -> Covering:
    """Write down that a text is covered, or open again."""
    made = Covering(
        id=new_id(),
        report_id=report.id,
        text_kind=text_kind,
        text_id=text_id,
        is_covered=is_covered,
        reason=clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX),
        made_by=by.actor,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return made


def get_covering(session: Session, covering_id: UUID) -> Covering:
    """Return the covering with this id.

    Raises:
        CoveringUnknownError: there is none.
    """
    found = session.get(Covering, covering_id)
    if found is None:
        raise CoveringUnknownError(covering_id)
    return found


def covering_of(session: Session, text_id: UUID) -> Covering | None:
    """Return what covers a text now; None where nothing does."""
    return covered_among(session, [text_id]).get(text_id)


def covered_among(session: Session, text_ids: Collection[UUID]) -> dict[UUID, Covering]:
    """Return what covers those of the texts that are covered now, by the text's id."""
    if not text_ids:
        return {}
    found = session.scalars(select(Covering).where(Covering.text_id.in_(text_ids)).order_by(Covering.id))
    newest = {each.text_id: each for each in found}
    return {text_id: each for text_id, each in newest.items() if each.is_covered}


def coverings_about(session: Session, report_id: UUID) -> list[Covering]:
    """Return what covers texts about a report now, the earliest first."""
    found = session.scalars(select(Covering).where(Covering.report_id == report_id).order_by(Covering.id))
    newest = {each.text_id: each for each in found}
    return [each for each in newest.values() if each.is_covered]


def author_of(session: Session, covering: Covering) -> UUID | None:
    """Return the resident whose words are covered; None where they have no name, or are not registered."""
    report = session.get_one(Report, covering.report_id)
    return _author(session, report, covering.text_kind, covering.text_id)


def _author(session: Session, report: Report, text_kind: CoveredText, text_id: UUID) -> UUID | None:
    """Return the resident whose words these are, None where they have no name.

    Raises:
        TextUnknownError: the report has no such text.
    """
    if text_kind is CoveredText.JOIN:
        joined = session.get(ReportJoin, text_id)
        if joined is None or joined.report_id != report.id or joined.evidence is None:
            raise TextUnknownError(text_id)
        return joined.resident_id
    if text_kind is CoveredText.REPORT and text_id != report.id:
        raise TextUnknownError(text_id)
    return report.resident_id
