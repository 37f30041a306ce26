"""What stands in the books of that which clerks were told: which entries, and in which order."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import awards
import holds
import payments
import receivables
from ledger.model import Account, JournalEntry, Posting
from tests.soak.drawing import Told


def entries_of(session: Session, told: Told) -> tuple[UUID, ...]:
    """Return the entries that an operation made, by what it made."""
    if told.made_id is None:
        return ()
    if told.kind == "award_batch":
        found = session.scalars(select(awards.Award.entry_id).where(awards.Award.batch_id == told.made_id))
        return tuple(entry_id for entry_id in found if entry_id)
    if told.kind == "reverse":
        return (told.made_id,)
    if told.kind in {"authorize", "capture", "void"}:
        return tuple(_entries_of_hold(session, told, told.made_id))
    if told.kind == "groups":
        asked = {entry_id for group in told.facts["groups"] for entry_id, *_ in group}
        return tuple(session.scalars(select(JournalEntry.id).where(JournalEntry.id.in_(asked))))
    if told.kind in {"ask_correction", "ask_waiver", "decide"}:
        decided = session.get_one(receivables.Matter, told.made_id).entry_id
        return (decided,) if told.kind == "decide" and decided else ()
    getters: dict[str, Callable[[Session, UUID], Any]] = {
        "pay": payments.get_redemption,
        "refund": payments.get_refund,
        "award": awards.get_award,
        "award_within": awards.get_award,
        "repay": receivables.get_repayment,
        "offset": receivables.get_repayment,
        "claw_back": awards.get_claw_back,
    }
    entry_id: UUID = getters.get(told.kind, awards.get_movement)(session, told.made_id).entry_id
    return (entry_id,)


def _entries_of_hold(session: Session, told: Told, made_id: UUID) -> Iterator[UUID]:
    if told.kind == "authorize":
        yield holds.get_hold(session, made_id).entry_id
        return
    if told.kind == "capture":
        yield session.get_one(holds.HoldCapture, made_id).entry_id
    returned = holds.get_hold(session, told.facts["hold"]).returned_entry_id
    # Whoever ends a hold gives back in the same list what is left of it.
    if returned is not None and (told.kind == "void" or told.facts["final"]):
        yield returned


def owners_in(told: Told) -> set[str]:
    """Return whose accounts a list in groups is about."""
    moves = [move for group in told.facts["groups"] for move in group]
    return {who for _, _, who, _ in moves} | {f"fund:{fund}" for _, fund, _, _ in moves}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written at once: the first of its entries, of which kind, when, and a resident it is about."""

    entry_id: UUID
    kind: str
    recorded_at: datetime
    who: str


def in_the_order_of_the_books(session: Session, made_by: Mapping[UUID, Told]) -> list[Written]:
    """Return what was written, in an order in which no account's history goes backwards."""
    rows = session.execute(
        select(Posting.entry_id, Posting.account_id, JournalEntry.kind, JournalEntry.recorded_at, Account.code)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.bounded)
        .order_by(JournalEntry.recorded_at, Posting.account_id, Posting.seq)
    ).all()
    # The entries of one list were written at once, so nothing came between them.
    names: dict[UUID, Hashable] = {entry_id: told.key for entry_id, told in made_by.items()}
    before: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
    latest: dict[int, Hashable] = {}
    written: dict[Hashable, Written] = {}
    available = {row.code.removesuffix(":available"): row.account_id for row in rows if row.code.endswith(":available")}
    for row in rows:
        name = names.get(row.entry_id, row.entry_id)
        touched = {row.account_id}
        if row.kind == "forced_correction" and row.code.startswith("resident:"):
            # Decided behind the lock of what the resident has, by what that holds: it stands between its entries.
            touched |= {available[row.code.rpartition(":")[0]]}
        if row.kind == "listed":
            # Behind the locks of all accounts of the list, those of its refused groups too.
            touched |= {available[owner] for owner in owners_in(made_by[row.entry_id])}
        for account in touched:
            before[name] |= {latest.get(account, name)} - {name}
            latest[account] = name
        who = row.code.rpartition(":")[0] if row.code.startswith("resident:") else ""
        if name not in written or who:
            written[name] = Written(row.entry_id, row.kind, row.recorded_at, who)
    return [written[name] for name in TopologicalSorter(before).static_order()]
