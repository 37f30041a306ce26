"""What clerks were told beside the books: the accepted operations, replayed with a pencil in the order of the books."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import awards
import holds
import ledger
import payments
import receivables
import seals
from ledger import CreditLot
from ledger.model import IdempotencyKey, JournalEntry
from tests.clock import NOON
from tests.sequences.owed import Asked, OwedBook
from tests.sequences.pencil import Pencil
from tests.sequences.proofs import compare, prove
from tests.sequences.seal_office import prove_seals
from tests.sequences.set_aside import HoldsBook
from tests.sequences.sheet import Refused
from tests.sequences.sheet import Written as Entry
from tests.sequences.town import OFFICERS, RULES, Base
from tests.soak.booked import Written, entries_of, in_the_order_of_the_books
from tests.soak.carrying import HELD_UNTIL, SWEEP
from tests.soak.drawing import DONE, GIVEN_UP, Move, Told
from tests.soak.explaining import Explanations

# An entry is seen a moment after its time: when its transaction has ended. For so long a look may see what was before.
SLACK = timedelta(seconds=5)

# What operations make, one row each.
KINDS_MADE = (
    *(awards.Award, awards.ClawBack, awards.FundMovement, holds.Hold, holds.HoldCapture),
    *(payments.Redemption, payments.Refund, receivables.Matter, receivables.Repayment),
)

# What an account held of each lot, and since when.
Moment = tuple[datetime, dict[str, int]]


@dataclass
class Replay:
    """The accepted operations done again with a pencil, and what each account held at each moment."""

    set_aside: HoldsBook
    owed: OwedBook
    entries: Mapping[UUID, Told]
    returned: Mapping[UUID, UUID]  # entries that gave back, to their holds
    awards: Mapping[UUID, UUID]  # to their entries
    payments: Mapping[UUID, UUID]
    money: Mapping[UUID, UUID]
    matters: Mapping[UUID, receivables.Matter]
    moments: defaultdict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    refunds: Counter[UUID] = field(default_factory=Counter)
    clawed_back: set[UUID] = field(default_factory=set)
    reversed: set[UUID] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)
    left_out: list[tuple[Told, Sequence[Move]]] = field(default_factory=list)

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

    def _decide(self, told: Told, entry_id: UUID) -> None:
        matter_id = told.facts["matter"]
        row = self.matters[matter_id]
        who = f"resident:{row.resident_id.hex}"
        award = None if row.award_id is None else self.pencil.awards[self.awards[row.award_id]]
        self.owed.matters.setdefault(matter_id, Asked(who, row.fund_code, row.amount, OFFICERS[0], award))
        self.owed.decide(matter_id, OFFICERS[1], approve=told.facts["approve"])

    def _repay(self, told: Told, entry_id: UUID) -> None:
        self.owed.repay(told.facts["who"], told.facts["fund"], told.facts["amount"], OFFICERS[0])

    def _offset(self, told: Told, entry_id: UUID) -> None:
        self.owed.offset(told.facts["who"], told.facts["fund"], told.facts["amount"], OFFICERS[0])

    def _award_within(self, told: Told, entry_id: UUID) -> None:
        self._award(told, entry_id)
        self.counted[told.facts["fund"]] += told.facts["amount"]

    def _groups(self, told: Told, entry_id: UUID) -> None:
        # The whole list was behind the locks of all its accounts, so each group found what those before it left.
        for group in told.facts["groups"]:
            stand = {entry_id in self.entries for entry_id, *_ in group}
            assert len(stand) == 1, "a group was written by half"
            if stand == {True}:
                self.pencil.write(*map(_listed, group))
            elif self._could_be_written(group):
                self.left_out.append((told, group))

    def _could_be_written(self, group: Sequence[Move]) -> bool:
        before, place = self.pencil.held.copy(), len(self.pencil.written)
        try:
            self.pencil.write(*map(_listed, group))
        except Refused:
            return False
        self.pencil.held, self.pencil.written = before, self.pencil.written[:place]
        return True

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


def _listed(move: Move) -> Entry:
    _, fund, who, amount = move
    own = CreditLot(fund).label
    return Entry("listed", OFFICERS[0], [(f"fund:{fund}:available", own, -amount), (f"{who}:available", own, amount)])


def _by_entry(session: Session, accepted: Sequence[Told]) -> dict[UUID, Told]:
    """Return what was accepted by the entries that it made."""
    # As long as these are here, the session does not read them one by one.
    _made = [session.scalars(select(kind)).all() for kind in KINDS_MADE]
    return {entry_id: each for each in accepted for entry_id in entries_of(session, each)}


def assert_the_books_hold_what_was_told(
    session: Session, base: Base, told: Sequence[Told], known: set[UUID], keys: seals.SealKeys
) -> None:
    """Replay what was accepted, compare every account and lot, explain every refusal, and prove every seal.

    `known` are the entries of the base, `keys` those of the seals.

    Raises:
        AssertionError: the books hold something else than was told, or refused without a reason.
    """
    accepted = [each for each in told if each.outcome == DONE]
    entries = _by_entry(session, accepted)
    replay = Replay(
        base.set_aside,
        base.owed,
        entries,
        returned={
            row.returned_entry_id: row.id
            for row in session.execute(select(holds.Hold.id, holds.Hold.returned_entry_id))
        },
        awards={row.id: row.entry_id for row in session.execute(select(awards.Award.id, awards.Award.entry_id))},
        payments={
            row.id: row.entry_id
            for row in session.execute(select(payments.Redemption.id, payments.Redemption.entry_id))
        },
        money={
            row.id: row.entry_id
            for row in session.execute(select(awards.FundMovement.id, awards.FundMovement.entry_id))
        },
        matters={row.id: row for row in session.scalars(select(receivables.Matter))},
    )
    replay.run(in_the_order_of_the_books(session, entries), known)
    compare(session, replay.pencil)
    assert prove_seals(session, keys) == session.scalar(select(func.count()).select_from(JournalEntry))
    prove(session, keys)
    done = set(session.scalars(select(IdempotencyKey.key)))
    assert not done & {each.key for each in told if each.outcome == GIVEN_UP}, "it happened and was given up"
    counted = {fund: ledger.counted(session, owner=f"fund:{fund}", name="awarded", day=NOON.date()) for fund in RULES}
    assert counted == {fund: replay.counted[fund] for fund in RULES}
    explanations = Explanations(replay, told)
    assert all(explanations.explains_group(each, group) for each, group in replay.left_out)
    refused = [each for each in told if each.outcome not in {DONE, GIVEN_UP}]
    unexplained = [each for each in refused if not explanations.explains(each)]
    assert unexplained == [], unexplained[:3]
