"""Granting a whole list of awards at once: all of them or none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from awards.errors import BadLine, BatchLinesError, BatchSizeError, LineFault
from awards.funds import check_available, get_fund, last_day_of_award, taking
from awards.grants import award_entry
from awards.model import TEXT_LENGTH_MAX, Award, AwardBatch, AwardStatus
from ledger import AMOUNT_MAX, AccountState, Call, account_state_of, among, insert_rows, new_id, post, remember_call
from people import Resident, Unit, below, clean_text

BATCH_LINES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One award to be: to whom, and how much in minor units. The same resident may appear more than once."""

    resident_id: UUID
    amount: int


def award_batch(
    session: Session,
    *,
    fund_code: str,
    reason: str,
    lines: Sequence[BatchLine],
    actor: str,
    now: datetime,
    call: Call | None = None,
    within_path: str | Collection[str] | None = None,
) -> AwardBatch:
    """Grant and post an award a line, all or none; within the batch, later lines have greater ids.

    `within_path` is the path of a unit, or of several: whoever lives elsewhere is then as unknown as who is nobody.

    Raises:
        FundUnknownError: no such fund.
        FundEndedError: the fund's credits ended on a day that is over.
        BatchSizeError: there are no lines, or more than 10,000.
        BatchLinesError: lines that cannot be granted, each with its fault.
        FundExhaustedError: the fund has less available than all lines together.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    fund = get_fund(session, fund_code)
    cleaned = clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    expires_on = last_day_of_award(fund, now.date())
    accounts, bad_lines = _look_up(session, lines, within_path)
    if bad_lines:
        raise BatchLinesError(bad_lines)
    total = sum(line.amount for line in lines)
    check_available(session, fund, total)
    batch = AwardBatch(
        id=new_id(),
        fund_code=fund.code,
        reason=cleaned,
        count=len(lines),
        total=total,
        granted_by=actor,
        granted_at=now,
    )
    session.add(batch)
    session.flush()
    # Ids of one millisecond come in any order; sorted, they keep the order of the lines.
    award_ids = sorted(new_id() for _ in lines)
    entry_ids = [new_id() for _ in lines]
    insert_rows(
        session,
        Award,
        same={
            "fund_code": fund.code,
            "reason": cleaned,
            "status": AwardStatus.POSTED,
            "expires_on": expires_on,
            "batch_id": batch.id,
            "granted_by": actor,
            "granted_at": now,
            "forced_total": 0,
        },
        each={
            "id": award_ids,
            "resident_id": [line.resident_id for line in lines],
            "amount": [line.amount for line in lines],
            "entry_id": entry_ids,
        },
    )
    remember_call(session, call, made_id=batch.id, now=now)
    entries = [
        award_entry(
            fund,
            entry_id=entry_id,
            account_id=accounts[line.resident_id],
            amount=line.amount,
            expires_on=expires_on,
            actor=actor,
            now=now,
        )
        for entry_id, line in zip(entry_ids, lines, strict=True)
    ]
    with taking(fund, total):
        post(session, entries)
    return batch


def check_lines(session: Session, lines: Sequence[BatchLine]) -> list[BadLine]:
    """Return what is wrong about the lines of a batch, in their order; nothing is wrong where the list is empty.

    Raises:
        BatchSizeError: there are no lines, or more than 10,000.
    """
    return _look_up(session, lines)[1]


def _look_up(
    session: Session, lines: Sequence[BatchLine], within_path: str | Collection[str] | None = None
) -> tuple[dict[UUID, int], list[BadLine]]:
    """Return the account of each resident that has one to take credits, and what is wrong about the lines."""
    if not 1 <= len(lines) <= BATCH_LINES_MAX:
        raise BatchSizeError(len(lines), BATCH_LINES_MAX)
    query = select(
        Resident.id, Resident.available_account_id, account_state_of(Resident.available_account_id).label("state")
    ).where(among(session, Resident.id, {line.resident_id for line in lines}))
    if within_path is not None:
        query = query.join(Unit, Unit.code == Resident.unit_code).where(below(within_path))
    found = session.execute(query).all()
    accounts = {row.id: row.available_account_id for row in found}
    closed = {row.id for row in found if row.state is AccountState.CLOSED}
    bad_lines: list[BadLine] = []
    for index, line in enumerate(lines):
        if line.resident_id not in accounts:
            bad_lines.append(BadLine(index, line.resident_id, LineFault.RESIDENT_UNKNOWN))
        elif line.resident_id in closed:
            bad_lines.append(BadLine(index, line.resident_id, LineFault.ACCOUNT_CLOSED))
        if not 1 <= line.amount <= AMOUNT_MAX:
            bad_lines.append(BadLine(index, line.resident_id, LineFault.AMOUNT_OUT_OF_RANGE))
    return accounts, bad_lines
