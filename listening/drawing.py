"""Drawing call-backs: which reports are in the sample follows from a secret seed and the report's id alone.

A report is in the sample where the first 64 bits of HMAC-SHA256(seed, the 16 bytes of its id), read as a number, lie
below a tenth of 2^64. Ids are made by us with 74 random bits, and the seed is read by nobody, so nobody can steer what
is drawn; and whoever audits can work the sample out again (`checks.every_call_back_is_of_the_sample`).
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger import Sweep, new_id
from listening.model import CallBack, CallBackSeed
from people import Resident
from reports import Report, ReportStep, StepKind

SAMPLE_PERCENT = 10
# Who is asked later than this remembers little.
DRAWING_DAYS = 30
_SEED_BYTES = 32
_SPAN = 2**64


def draw_call_backs(session: Session, *, now: datetime, limit: int = 500, after: UUID | None = None) -> Sweep[UUID]:
    """Draw call-backs among the closures of the last 30 days, each closure of a report in the sample being one.

    Not drawn are reports without a registered reporter, of whom nobody can ask; of a reporter who has left; and
    confidential ones, because a call would tell one officer whose they are. A closure that was reopened meanwhile is
    drawn all the same: its reporter has said what they would be asked.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be stopped
    and begun anew at any point, and run side by side.
    """
    seed = _seed(session, now)
    query = (
        select(ReportStep.id, ReportStep.report_id)
        .join(Report, Report.id == ReportStep.report_id)
        .join(Resident, Resident.id == Report.resident_id)
        .outerjoin(CallBack, CallBack.closure_id == ReportStep.id)
        .where(
            ReportStep.kind == StepKind.CLOSURE,
            ReportStep.made_at >= now - timedelta(days=DRAWING_DAYS),
            CallBack.id.is_(None),
            ~Report.is_confidential,
            or_(Resident.left_at.is_(None), Resident.merged_into_id.is_not(None)),
        )
        .order_by(ReportStep.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(ReportStep.id > after)
    found = session.execute(query).all()
    drawn = [row for row in found if is_in_sample(seed, row.report_id)]
    session.add_all(CallBack(id=new_id(), report_id=row.report_id, closure_id=row.id, drawn_at=now) for row in drawn)
    session.flush()
    return Sweep(len(drawn), 0, found[-1].id if len(found) == limit else None)


def is_in_sample(seed: bytes, report_id: UUID) -> bool:
    """Say whether a report is in the sample of a seed."""
    drawn = int.from_bytes(hmac.new(seed, report_id.bytes, hashlib.sha256).digest()[:8], "big")
    return drawn * 100 < SAMPLE_PERCENT * _SPAN


def _seed(session: Session, now: datetime) -> bytes:
    """Return the seed, made where there is none yet; of two runs at once that make one, the database refuses one."""
    known = session.get(CallBackSeed, 1)
    if known is None:
        known = CallBackSeed(number=1, seed=secrets.token_bytes(_SEED_BYTES), made_at=now)
        session.add(known)
        session.flush()
    return known.seed
