"""What clerks were told beside the books: the accepted operations, replayed with a pencil in the order of the books."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import awards
import holds
import merchants
from ledger.model import Account, IdempotencyKey, JournalEntry, Posting
from tests.clock import NOON
from tests.sequences.pencil import Pencil
from tests.sequences.proofs import compare, prove
from tests.sequences.set_aside import HoldsBook
from tests.sequences.town import OFFICERS, Base
from tests.soak.clerks import DONE, GIVEN_UP, HELD_UNTIL, SWEEP, Told
from tests.soak.explaining import Explanations

# An entry is seen a moment after its time: when its transaction has ended. For so long a look may see what was before.
SLACK = timedelta(seconds=5)

# What an account held of each lot, and since when.
Moment = tuple[datetime, dict[str, int]]


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
    getters: dict[str, Callable[[Session, UUID], Any]] = {
        "pay": merchants.get_redemption,
        "refund": merchants.get_refund,
        "award": awards.get_award,
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
    for row in rows:
        name = names.get(row.entry_id, row.entry_id)
        earlier = latest.get(row.account_id, name)
        before[name] |= {earlier} - {name}
        latest[row.account_id] = name
        who = row.code.rpartition(":")[0] if row.code.startswith("resident:") else ""
        if name not in written or who:
            written[name] = Written(row.entry_id, row.kind, row.recorded_at, who)
    return [written[name] for name in TopologicalSorter(before).static_order()]


@dataclass
class Replay:
    """The accepted operations done again with a pencil, and what each account held at each moment."""

    set_aside: HoldsBook
    entries: Mapping[UUID, Told]
    returned: Mapping[UUID, UUID]  # entries that gave back, to their holds
    awards: Mapping[UUID, UUID]  # to their entries
    payments: Mapping[UUID, UUID]
    money: Mapping[UUID, UUID]
    moments: defaultdict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    refunds: Counter[UUID] = field(default_factory=Counter)
    clawed_back: set[UUID] = field(default_factory=set)
    reversed: set[UUID] = field(default_factory=set)

    @property
    def pencil(self) -> Pencil:
        """What the books should hold."""
        return self.set_aside.pencil

    def run(self, order: Sequence[Written], known: set[UUID]) -> None:
        """Replay what was written beyond the base, each operation once.

        Raises:
            AssertionError: an entry stands in the books that nobody was told of.
            Refused: what the books accepted could not be.
        """
        done: set[str] = set()
        self._remember(NOON - timedelta(days=1000), {code for code, _ in self.pencil.held})
        for each in order:
            if each.entry_id in known:
                continue
            place = len(self.pencil.written)
            if each.kind in {"expiry", "hold_expired"}:
                self._end_in_time(each)
            else:
                told = self.entries[each.entry_id]
                done.add(told.key)
                getattr(self, f"_{told.kind}")(told, each.entry_id)
            moved = [effect for entry in self.pencil.written[place:] for effect in entry.effects]
            self._remember(each.recorded_at, {code for code, _, _ in moved})
        assert done == {told.key for told in self.entries.values()}

    def _end_in_time(self, each: Written) -> None:
        self.pencil.now = SWEEP
        if each.kind == "expiry":
            assert self.pencil.sweep([each.who])[0] == 1
        else:
            hold = self.set_aside.holds[self.returned[each.entry_id]]
            assert not hold.ended
            self.set_aside.end_in_time(hold)
        self.pencil.now = NOON

    def _remember(self, at: datetime, accounts: Iterable[str]) -> None:
        for account in accounts:
            held = {label: amount for (code, label), amount in self.pencil.held.items() if code == account and amount}
            self.moments[account].append((at, held))

    def _pay(self, told: Told, entry_id: UUID) -> None:
        self.pencil.pay(entry_id, told.facts["who"], told.facts["shop"], told.facts["amount"], "person:till")

    def _award(self, told: Told, entry_id: UUID) -> None:
        facts = told.facts
        self.pencil.award(entry_id, facts["fund"], facts["who"], facts["amount"], OFFICERS[0])

    def _award_batch(self, told: Told, entry_id: UUID) -> None:
        # Which entry is whose line does not matter to any balance.
        lines = [(f"{told.key} {number}", *line) for number, line in enumerate(told.facts["lines"])]
        self.pencil.award_batch(told.facts["fund"], lines, OFFICERS[0])

    def _authorize(self, told: Told, entry_id: UUID) -> None:
        self.set_aside.authorize(told.made_id, told.facts["who"], told.facts["amount"], HELD_UNTIL)

    def _capture(self, told: Told, entry_id: UUID) -> None:
        facts = told.facts
        self.set_aside.capture(facts["hold"], facts["shop"], facts["amount"], NOON, final=facts["final"])

    def _void(self, told: Told, entry_id: UUID) -> None:
        self.set_aside.void(told.facts["hold"])

    def _refund(self, told: Told, entry_id: UUID) -> None:
        self.pencil.refund(self.payments[told.facts["payment"]], told.facts["amount"], "person:owner")
        self.refunds[told.facts["payment"]] += told.facts["amount"]

    def _claw_back(self, told: Told, entry_id: UUID) -> None:
        self.pencil.claw_back(self.awards[told.facts["award"]], OFFICERS[0])
        self.clawed_back.add(told.facts["award"])

    def _reverse(self, told: Told, entry_id: UUID) -> None:
        self.pencil.reverse(self.reversed_entry(told), OFFICERS[1])
        self.reversed.add(self.reversed_entry(told))

    def reversed_entry(self, told: Told) -> UUID:
        """Return which entry a reversal is about."""
        facts = told.facts
        return self.awards[facts["award"]] if "award" in facts else self.money[facts["money"]]

    def _appropriate(self, told: Told, entry_id: UUID) -> None:
        self.pencil.appropriate(entry_id, told.facts["fund"], told.facts["amount"], OFFICERS[0])

    def _return_money(self, told: Told, entry_id: UUID) -> None:
        self.pencil.return_money(entry_id, told.facts["fund"], told.facts["amount"], OFFICERS[0])

    def _move_money(self, told: Told, entry_id: UUID) -> None:
        facts = told.facts
        self.pencil.move_money(entry_id, facts["fund"], facts["to_fund"], facts["amount"], OFFICERS[0])

    def seen(self, account: str, told: Told) -> list[dict[str, int]]:
        """Return what an account held at the moments that an operation may have looked at."""
        moments = self.moments[account]
        first = bisect.bisect_right(moments, told.asked_at - SLACK, key=lambda moment: moment[0])
        last = bisect.bisect_right(moments, told.answered_at, key=lambda moment: moment[0])
        return [held for _, held in moments[max(first - 1, 0) : last]] or [{}]


def assert_the_books_hold_what_was_told(session: Session, base: Base, told: Sequence[Told], known: set[UUID]) -> None:
    """Replay what was accepted, compare every account and lot, and explain every refusal.

    `known` are the entries of the base.

    Raises:
        AssertionError: the books hold something else than was told, or refused without a reason.
    """
    accepted = [each for each in told if each.outcome == DONE]
    entries = {entry_id: each for each in accepted for entry_id in entries_of(session, each)}
    replay = Replay(
        base.set_aside,
        entries,
        returned={
            row.returned_entry_id: row.id
            for row in session.execute(select(holds.Hold.id, holds.Hold.returned_entry_id))
        },
        awards={row.id: row.entry_id for row in session.execute(select(awards.Award.id, awards.Award.entry_id))},
        payments={
            row.id: row.entry_id
            for row in session.execute(select(merchants.Redemption.id, merchants.Redemption.entry_id))
        },
        money={
            row.id: row.entry_id
            for row in session.execute(select(awards.FundMovement.id, awards.FundMovement.entry_id))
        },
    )
    replay.run(in_the_order_of_the_books(session, entries), known)
    compare(session, replay.pencil)
    prove(session)
    keys = set(session.scalars(select(IdempotencyKey.key)))
    assert not keys & {each.key for each in told if each.outcome == GIVEN_UP}, "it happened and was given up"
    explanations = Explanations(replay, told)
    refused = [each for each in told if each.outcome not in {DONE, GIVEN_UP}]
    unexplained = [each for each in refused if not explanations.explains(each)]
    assert unexplained == [], unexplained[:3]
