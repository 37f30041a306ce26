"""Telling somebody that something happened: the only code that makes notices."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from ledger import new_id
from notices.model import Notice, NoticeKind, SendingState
from people import Resident, Role, resident_going_on


def tell(
    session: Session,
    *,
    kind: NoticeKind,
    matter_id: UUID,
    cause_id: UUID,
    residents: Iterable[UUID] = (),
    units: Iterable[tuple[str, Role]] = (),
    now: datetime,
    is_nameless: bool = False,
) -> None:
    """Leave a notice to residents, and to those who have a role in a unit; it stands when the transaction does.

    Call it in the transaction of what happened, and before its entries are posted. `cause_id` names what happened: who
    was told of it under this kind is not told again, and a second notice meets a unique violation. Residents who left
    are not told; of two records of one person the one that goes on is. Where somebody without a name caused it
    (`is_nameless`), the ids tell no more of the time than `now` does.
    """
    present = {resident.id for resident in (_present(session, each) for each in set(residents)) if resident is not None}
    notices = [
        *(Notice(resident_id=each) for each in sorted(present)),
        *(Notice(unit_code=unit_code, role=role) for unit_code, role in sorted(set(units))),
    ]
    for notice in notices:
        notice.id = new_id(now if is_nameless else None)
        notice.kind, notice.matter_id, notice.cause_id, notice.created_at = kind, matter_id, cause_id, now
        notice.sending, notice.tries, notice.next_try_at = SendingState.WAITING, 0, now
    session.add_all(notices)


def _present(session: Session, resident_id: UUID) -> Resident | None:
    resident = resident_going_on(session, resident_id)
    return resident if resident.left_at is None else None
