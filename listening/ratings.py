"""What reporters think of the work on their reports."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import Call, new_id, remember_call
from listening.errors import RatedBeforeError, RatingOverError, RatingUnknownError, StarsError
from listening.model import TEXT_LENGTH_MAX, ReportRating
from people import Principal, clean_text
from reports import NOBODY, CoveredText, Covering, Report, as_kept, closed_report_of, cover

RATING_DAYS = 30
# Of fewer, what is told of all would be told of each.
RATINGS_TOLD_MIN = 5
STARS_MAX = 5


@dataclass(frozen=True, slots=True)
class RatingSum:
    """How many ratings there were, and the sum of their stars."""

    count: int
    stars: int

    @property
    def mean(self) -> float:
        """The stars of one of them, on average."""
        return self.stars / self.count


def rate(
    session: Session,
    *,
    report_id: UUID,
    stars: int,
    note: str | None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportRating:
    """Let a reporter rate, within 30 days of closure and once for each closure, how their report was dealt with.

    Raises:
        ReportUnknownError: there is no such report of theirs.
        StepNotNowError: the report is not closed.
        StarsError: not 1 to 5 stars.
        RatingOverError: the days for it are over.
        RatedBeforeError: they rated this closure.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report, closure = closed_report_of(session, report_id, act="rating", by=by, call=call)
    if not 1 <= stars <= STARS_MAX:
        raise StarsError(stars)
    last_on = closure.made_at.astimezone(now.tzinfo).date() + timedelta(days=RATING_DAYS)
    if now.date() > last_on:
        raise RatingOverError(last_on)
    before = session.scalar(select(ReportRating.id).where(ReportRating.closure_id == closure.id))
    if before is not None:
        raise RatedBeforeError(before)
    kept_at = as_kept(by, now)
    rating = ReportRating(
        id=new_id(kept_at if by.actor == NOBODY else None),
        report_id=report.id,
        closure_id=closure.id,
        stars=stars,
        note=None if note is None else clean_text(note, field="note", length_max=TEXT_LENGTH_MAX),
        rated_at=kept_at,
    )
    session.add(rating)
    remember_call(session, call, made_id=rating.id, now=kept_at)
    session.flush()
    return rating


def cover_rating(
    session: Session,
    *,
    report_id: UUID,
    rating_id: UUID,
    reason: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> Covering:
    """Cover, as a supervisor of the report's place, the note beside a rating; its stars go on counting.

    Raises:
        RatingUnknownError: the report has no such rating, or it has no note.
        ReportUnknownError, SamePersonError, TextCoveredError, TextRefusedError: as `reports.cover`.
    """
    rating = get_rating(session, rating_id)
    if rating.report_id != report_id or rating.note is None:
        raise RatingUnknownError(rating_id)
    return cover(
        session,
        report_id=report_id,
        text_kind=CoveredText.RATING,
        text_id=rating.id,
        reason=reason,
        by=by,
        now=now,
        call=call,
    )


def get_rating(session: Session, rating_id: UUID) -> ReportRating:
    """Return the rating with this id.

    Raises:
        RatingUnknownError: there is none.
    """
    rating = session.get(ReportRating, rating_id)
    if rating is None:
        raise RatingUnknownError(rating_id)
    return rating


def ratings_of(session: Session, report_id: UUID) -> list[ReportRating]:
    """Return a report's ratings, the newest first; that one counts."""
    # An anonymous one keeps only its day, so the order is that of the closures.
    return list(
        session.scalars(
            select(ReportRating).where(ReportRating.report_id == report_id).order_by(ReportRating.closure_id.desc())
        )
    )


def ratings_of_category(session: Session, category_code: str, *, today: date, zone: tzinfo) -> RatingSum | None:
    """Return what reporters of a category said in the twelve whole months before this one; None of fewer than five.

    Of months that are not over nothing is told: whoever looked before and after one rating would know its stars.
    """
    until = datetime.combine(today.replace(day=1), time(), zone)
    since = until.replace(year=until.year - 1)
    query = (
        select(func.count(), func.coalesce(func.sum(ReportRating.stars), 0))
        .join(Report, Report.id == ReportRating.report_id)
        .where(Report.category_code == category_code, ReportRating.rated_at >= since, ReportRating.rated_at < until)
    )
    count, stars = session.execute(query).one()
    return RatingSum(count, stars) if count >= RATINGS_TOLD_MIN else None
