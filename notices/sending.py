"""The outbox: which notices are to be sent now, and what became of a try.

A run claims some, sends them outside of any transaction, and records each. What it claimed nobody else takes for ten
minutes, so runs side by side send nothing twice; only where one dies between sending and recording does the same
message go out again, under the same id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from notices.model import Notice, SendingState
from people import Resident, residents_by_id

# How long to wait after each try that failed; after the last one it is given up.
WAITS_S = (60, 300, 1_800, 7_200, 28_800, 86_400)
# A notice that is older helps nobody any more: they read it in the application.
SENT_FOR = timedelta(days=3)
_CLAIMED_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice that is to be sent now, with its resident, whose phone is still encrypted; None for a unit's."""

    notice: Notice
    resident: Resident | None


def give_up_late(session: Session, *, now: datetime) -> int:
    """Give up what was not sent for three days, and return how many they are.

    So a sender that is switched on later does not pour out a year.
    """
    late = (
        update(Notice)
        .where(Notice.sending == SendingState.WAITING, Notice.created_at < now - SENT_FOR)
        .values(sending=SendingState.GIVEN_UP, next_try_at=None)
    )
    return len(session.execute(late.returning(Notice.id)).all())


def claim_waiting(session: Session, *, now: datetime, limit: int = 20) -> list[Outgoing]:
    """Claim up to `limit` notices that are due, the longest waiting first; give up those to somebody who has left.

    An empty list says that nothing is due.
    """
    while True:
        due = list(
            session.scalars(
                select(Notice)
                .where(Notice.sending == SendingState.WAITING, Notice.next_try_at <= now)
                .order_by(Notice.next_try_at, Notice.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        residents = residents_by_id(session, [each.resident_id for each in due if each.resident_id is not None])
        claimed: list[Outgoing] = []
        for notice in due:
            resident = None if notice.resident_id is None else residents[notice.resident_id]
            if resident is not None and resident.left_at is not None:
                notice.sending, notice.next_try_at = SendingState.GIVEN_UP, None
            else:
                notice.next_try_at = now + _CLAIMED_FOR
                claimed.append(Outgoing(notice, resident))
        session.flush()
        if claimed or len(due) < limit:
            return claimed


def keep(notice: Notice) -> None:
    """Let a notice that was claimed in this transaction be read in the application only."""
    notice.sending, notice.next_try_at = SendingState.KEPT, None


def record_attempt(session: Session, *, notice_id: UUID, is_sent: bool, now: datetime) -> None:
    """Write down what became of a try; after the last one that failed the notice is given up."""
    notice = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None or notice.sending is not SendingState.WAITING:
        # Another run, which took it for abandoned, was there first.
        return
    notice.tries += 1
    if is_sent:
        notice.sending, notice.sent_at, notice.next_try_at = SendingState.SENT, now, None
    elif notice.tries > len(WAITS_S):
        notice.sending, notice.next_try_at = SendingState.GIVEN_UP, None
    else:
        notice.next_try_at = now + timedelta(seconds=WAITS_S[notice.tries - 1])
    session.flush()
