"""What clerks were told beside the books: the accepted operations, replayed with a pencil in the order of the books."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import awards
import merchants
from ledger import AccountState, CreditLot
from ledger.model import Account, IdempotencyKey, JournalEntry, Posting
from tests.clock import NOON
from tests.sequences.pencil import Pencil
from tests.sequences.proofs import compare, prove
from tests.sequences.town import OFFICERS, Base
from tests.soak.clerks import DONE, GIVEN_UP, SWEEP, Told

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
    getters: dict[str, Callable[[Session, UUID], Any]] = {
        "pay": merchants.get_redemption,
        "refund": merchants.get_refund,
        "award": awards.get_award,
        "claw_back": awards.get_claw_back,
    }
    entry_id: UUID = getters.get(told.kind, awards.get_movement)(session, told.made_id).entry_id
    return (entry_id,)


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

    base: Base
    pencil: Pencil
    entries: Mapping[UUID, Told]
    awards: Mapping[UUID, UUID]  # to their entries
    payments: Mapping[UUID, UUID]
    money: Mapping[UUID, UUID]
    moments: defaultdict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    refunds: Counter[UUID] = field(default_factory=Counter)
    clawed_back: set[UUID] = field(default_factory=set)
    reversed: set[UUID] = field(default_factory=set)

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
            if each.kind == "expiry":
                self.pencil.today = SWEEP.date()
                assert self.pencil.sweep([each.who])[0] == 1
                self.pencil.today = NOON.date()
            else:
                told = self.entries[each.entry_id]
                done.add(told.key)
                getattr(self, f"_{told.kind}")(told, each.entry_id)
            moved = [effect for entry in self.pencil.written[place:] for effect in entry.effects]
            self._remember(each.recorded_at, {code for code, _, _ in moved})
        assert done == {told.key for told in self.entries.values()}

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


class Explanations:
    """Why each refusal could be: what was asked contradicts what the books held at some moment meanwhile."""

    def __init__(self, replay: Replay, told: Sequence[Told]) -> None:
        """Know what was accepted, and when accounts were frozen."""
        self._replay = replay
        self._frozen = _frozen(told)
        self._reasons: dict[str, Callable[[Told], bool]] = {
            "insufficient_balance": lambda each: self._holds_too_little(each, None),
            "fund_not_accepted_here": lambda each: self._holds_too_little(each, self._accepted(each)),
            "account_frozen": self._was_frozen,
            "AccountStateError": self._was_frozen,
            "FundExhaustedError": self._fund_has_too_little,
            "AlreadyClawedBackError": lambda each: each.facts["award"] in replay.clawed_back,
            "AlreadyReversedError": self._was_reversed,
            "NothingToClawBackError": self._nothing_is_left,
            "RestedOnError": self._something_rests_on_it,
            "RefundExceedsRedemptionError": self._refunded_before,
        }

    def explains(self, told: Told) -> bool:
        """Say whether a refusal has its reason in the books."""
        reason = self._reasons.get(told.outcome)
        return reason is not None and reason(told)

    def _accepted(self, told: Told) -> frozenset[str] | None:
        return self._replay.pencil.accepted[told.facts["shop"]]

    def _holds_too_little(self, told: Told, funds: frozenset[str] | None) -> bool:
        return any(
            sum(amount for label, amount in held.items() if funds is None or CreditLot.parse(label).fund in funds)
            < told.facts["amount"]
            for held in self._replay.seen(f"{told.facts['who']}:available", told)
        )

    def _fund_has_too_little(self, told: Told) -> bool:
        lines = told.facts.get("lines") or [("", told.facts["amount"])]
        wanted = sum(amount for _, amount in lines)
        return any(
            sum(held.values()) < wanted for held in self._replay.seen(f"fund:{told.facts['fund']}:available", told)
        )

    def _was_frozen(self, told: Told) -> bool:
        if "who" in told.facts:
            account = f"{told.facts['who']}:available"
        else:
            award = self._award_of(told)
            account = f"{award.who}:available"
        return any(begin <= told.answered_at and told.asked_at <= end for begin, end in self._frozen[account])

    def _award_of(self, told: Told) -> Any:
        return self._replay.pencil.awards[self._replay.awards[told.facts["award"]]]

    def _was_reversed(self, told: Told) -> bool:
        entry_id = self._replay.awards[told.facts["award"]] if "award" in told.facts else None
        return (entry_id or self._replay.reversed_entry(told)) in self._replay.reversed

    def _nothing_is_left(self, told: Told) -> bool:
        award = self._award_of(told)
        seen = self._replay.seen(f"{award.who}:available", told)
        return any(not held.get(award.lot.label) for held in seen)

    def _something_rests_on_it(self, told: Told) -> bool:
        pencil = self._replay.pencil
        entry = pencil.entries[self._replay.reversed_entry(told)]
        raised = {(code, label) for code, label, amount in entry.effects if amount > 0 and code != "issued"}
        place = next(number for number, each in enumerate(pencil.written) if each is entry)
        return any(
            amount < 0 and (code, label) in raised
            for later in pencil.written[place + 1 :]
            if not later.is_reversal
            for code, label, amount in later.effects
        )

    def _refunded_before(self, told: Told) -> bool:
        payment = told.facts["payment"]
        left = self._replay.pencil.payments[self._replay.payments[payment]].refundable
        return bool(told.facts["amount"] > left)


def _frozen(told: Sequence[Told]) -> defaultdict[str, list[tuple[datetime, datetime]]]:
    """Return when each account may have been frozen: from the asking for it to the end of the asking for its end."""
    changes = sorted((each for each in told if each.kind == "set_state"), key=lambda each: each.asked_at)
    frozen: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in changes:
        account = f"{each.facts['who']}:available"
        if each.facts["state"] is AccountState.FROZEN:
            frozen[account].append((each.asked_at, datetime.max.replace(tzinfo=each.asked_at.tzinfo)))
        else:
            frozen[account][-1] = (frozen[account][-1][0], each.answered_at)
    return frozen


def assert_the_books_hold_what_was_told(session: Session, base: Base, told: Sequence[Told], known: set[UUID]) -> None:
    """Replay what was accepted, compare every account and lot, and explain every refusal.

    `known` are the entries of the base.

    Raises:
        AssertionError: the books hold something else than was told, or refused without a reason.
    """
    accepted = [each for each in told if each.outcome == DONE]
    entries = {entry_id: each for each in accepted for entry_id in entries_of(session, each)}
    replay = Replay(
        base,
        base.pencil,
        entries,
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
    assert [each for each in refused if not explanations.explains(each)] == []
