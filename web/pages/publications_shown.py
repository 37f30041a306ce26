"""What the public sees of a report, as its reporter and the office are told it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from publishing import is_never_public, newest_of, photos_decided, public_report, shown_of
from reports import Report, ReportUnknownError, appeal_against
from web.clock import now
from web.pages.times import local


@dataclass(frozen=True, slots=True)
class PublicationView:
    """What is published of a report now; `decided_on` is None where nobody has decided, `reason` says why not more.

    `is_never`: nothing of it ever can be. `is_listed`: everybody finds it. `is_nameless`: it is of somebody without a
    name. `upheld`: why an appeal against it was right, so that somebody decides anew; None where none was.
    """

    is_never: bool
    is_listed: bool
    is_nameless: bool
    is_shown: bool
    decided_on: date | None
    text: str | None
    photos_shown: int
    photos_withheld: int
    reason: str | None
    upheld: str | None


def publication_view(session: Session, report: Report, *, with_reason: bool = True) -> PublicationView:
    """Return what the public sees of a report; why not more only its reporter and the office are told."""
    newest = newest_of(session, [report.id]).get(report.id)
    shown = shown_of(session, [report.id]).get(report.id)
    appeal = None if newest is None else appeal_against(session, newest.id)
    photos = [] if shown is None else photos_decided(session, [shown.id]).get(shown.id, [])
    return PublicationView(
        is_never=is_never_public(session, report),
        is_listed=_is_listed(session, report),
        is_nameless=report.is_anonymous,
        is_shown=shown is not None,
        decided_on=None if newest is None else local(newest.decided_at).date(),
        text=None if shown is None else shown.text,
        photos_shown=sum(each.copy_id is not None for each in photos),
        photos_withheld=sum(each.copy_id is None for each in photos),
        reason=newest.reason if newest is not None and with_reason else None,
        upheld=appeal.note if appeal is not None and appeal.is_upheld and with_reason else None,
    )


def _is_listed(session: Session, report: Report) -> bool:
    try:
        public_report(session, report.number, now=now())
    except ReportUnknownError:
        return False
    return True
