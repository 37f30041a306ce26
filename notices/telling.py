"""Telling somebody that something happened: the only code that makes notices."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ledger import new_id
from notices.model import Notice, NoticeKind, SendingState
from people import Resident, Role, resident_going_on

_INSERT = insert(Notice)


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
    """Write a notice to residents, and to those who have a role in a unit; it stands when the transaction does.

    Call it in the transaction of what happened, and before its entries are posted. `cause_id` names what happened: who
    was told of it under this kind is not told again, and a second notice meets a unique violation. Residents who left
    are not told; of two records of one person the one that goes on is. Where somebody without a name caused it
    (`is_nameless`), the ids tell no more of the time than `now` does.
    """
    present = {resident.id for resident in (_present(session, each) for each in set(residents)) if resident is not None}
    told: list[dict[str, Any]] = [
        *({"resident_id": each, "unit_code": None, "role": None} for each in sorted(present)),
        *({"resident_id": None, "unit_code": code, "role": role} for code, role in sorted(set(units))),
    ]
    if not told:
        return
    alike = {
        "kind": kind,
        "matter_id": matter_id,
        "cause_id": cause_id,
        "created_at": now,
        "sending": SendingState.WAITING,
        "tries": 0,
        "next_try_at": now,
    }
    rows = [{"id": new_id(now if is_nameless else None), **each, **alike} for each in told]
    # Nobody needs them as objects, and every step tells somebody.
    session.connection().execute(_INSERT, rows)


def _present(session: Session, resident_id: UUID) -> Resident | None:
    resident = resident_going_on(session, resident_id)
    return resident if resident.left_at is None else None
