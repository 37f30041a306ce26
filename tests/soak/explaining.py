"""Why a refusal could be: what was asked contradicts what the books held at some moment meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import receivables
from ledger import AccountState, CreditLot
from payments import LIVE_CODES_MAX
from tests.sequences.owed import OwedBook
from tests.sequences.pencil import Pencil
from tests.sequences.set_aside import HoldsBook, SetAside
from tests.soak.drawing import DONE, GIVEN_UP, LIMIT, Move, Told


class Replayed(Protocol):
    """What a replay knows when it is over."""

    set_aside: HoldsBook
    owed: OwedBook
    awards: Mapping[UUID, UUID]
    payments: Mapping[UUID, UUID]
    clawed_back: set[UUID]
    matters: Mapping[UUID, receivables.Matter]
    reversed: set[UUID]
    counted: Counter[str]

    @property
    def pencil(self) -> Pencil:
        """What the books should hold."""

    def reversed_entry(self, told: Told) -> UUID:
        """Return which entry a reversal is about."""

    def seen(self, account: str, told: Told) -> list[dict[str, int]]:
        """Return what an account held at the moments that an operation may have looked at."""


class Explanations:
    """Why each refusal could be: what was asked contradicts what the books held at some moment meanwhile."""

    def __init__(self, replay: Replayed, told: Sequence[Told]) -> None:
        """Know what was accepted, and when accounts were frozen."""
        self._replay = replay
        self._frozen = _frozen(told)
        self._refused_payments = _refused_payments(told)
        self._accepted_asks = [each for each in told if each.outcome == DONE and each.kind.startswith("ask_")]
        self._decided = {each.facts["matter"] for each in told if each.outcome == DONE and each.kind == "decide"}
        self._reasons: dict[str, Callable[[Told], bool]] = {
            "insufficient_balance": lambda each: self._holds_too_little(each, None),
            "fund_not_accepted_here": lambda each: self._holds_too_little(each, self._accepted(each)),
            "account_frozen": self._was_frozen,
            "AccountStateError": self._was_frozen,
            "TooManyLiveCodesError": self._too_many_codes_live,
            "FundExhaustedError": self._fund_has_too_little,
            "AlreadyClawedBackError": lambda each: each.facts["award"] in replay.clawed_back,
            "AlreadyReversedError": self._was_reversed,
            "NothingToClawBackError": self._nothing_is_left,
            "RestedOnError": self._something_rests_on_it,
            "RefundExceedsRedemptionError": self._refunded_before,
            "InsufficientBalanceError": self._has_too_little,
            "LimitExceededError": self._passes_the_limit,
            "MatterOpenError": self._was_asked_for,
            "MatterDecidedError": self._was_decided,
            "OwedLessError": self._owes_less,
            "ForcedTooMuchError": self._less_is_left_to_force,
            "TakeBackFirstError": lambda each: any(
                held.get(self._award_of(each).lot.label) for held in self._seen(each)
            ),
            # One whose time was over is refused to a capture as expired, and to a void as ended.
            "HoldEndedError": lambda each: self._hold_of(each).ended in {"captured", "voided", *self._also(each)},
            "HoldExpiredError": lambda each: self._hold_of(each).ended == "expired",
            "HoldExceededError": lambda each: self._hold_of(each).amount_left < each.facts["amount"],
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

    def _too_many_codes_live(self, told: Told) -> bool:
        # A refused payment leaves its code alive, and to the clerks it is always noon.
        who, until = told.facts["who"], told.answered_at
        return sum(each.asked_at <= until for each in self._refused_payments[who]) >= LIVE_CODES_MAX

    def _fund_has_too_little(self, told: Told) -> bool:
        lines = told.facts.get("lines") or [("", told.facts["amount"])]
        wanted = sum(amount for _, amount in lines)
        return any(
            sum(held.values()) < wanted for held in self._replay.seen(f"fund:{told.facts['fund']}:available", told)
        )

    def _was_frozen(self, told: Told) -> bool:
        if told.kind == "groups":
            return any(self._was_frozen_of(who, told) for _, _, who, _ in told.facts["groups"][0])
        return self._was_frozen_of(told.facts.get("who") or self._award_of(told).who, told)

    def _was_frozen_of(self, who: str, told: Told) -> bool:
        account = f"{who}:available"
        return any(begin <= told.answered_at and told.asked_at <= end for begin, end in self._frozen[account])

    def explains_group(self, told: Told, group: Sequence[Move]) -> bool:
        """Say why a group was left out that the pencil would write: somebody's account was frozen."""
        return any(self._was_frozen_of(who, told) for _, _, who, _ in group)

    def _has_too_little(self, told: Told) -> bool:
        if told.kind == "groups":
            # Of such lists the first group is told about.
            return any(self._lacks(move, told) for move in told.facts["groups"][0])
        funds = frozenset({told.facts["fund"]}) if told.kind == "offset" else None
        return told.kind in {"authorize", "offset"} and self._holds_too_little(told, funds)

    def _lacks(self, move: Move, told: Told) -> bool:
        _, fund, who, amount = move
        giver = f"fund:{fund}:available" if amount > 0 else f"{who}:available"
        # The others of its group may take of the same.
        moves = [each for each in told.facts["groups"][0] if each[1] == fund and (each[3] > 0) == (amount > 0)]
        wanted = sum(abs(each[3]) for each in moves)
        return any(held.get(CreditLot(fund).label, 0) < wanted for held in self._replay.seen(giver, told))

    def _passes_the_limit(self, told: Told) -> bool:
        # What is counted only rises.
        amount: int = told.facts["amount"]
        return self._replay.counted[told.facts["fund"]] + amount > LIMIT

    def _was_asked_for(self, told: Told) -> bool:
        names = ("award",) if told.kind == "ask_correction" else ("who", "fund")
        asked = [tuple(each.facts[name] for name in names) for each in self._accepted_asks if each.kind == told.kind]
        before = [(each.who, each.fund) for each in self._replay.owed.matters.values() if each.award is None]
        return tuple(told.facts[name] for name in names) in [*asked, *before]

    def _was_decided(self, told: Told) -> bool:
        matter = told.facts["matter"]
        return matter in self._decided or self._replay.owed.matters[matter].state != "asked"

    def _owes_less(self, told: Told) -> bool:
        if told.kind == "decide":
            matter = self._replay.matters[told.facts["matter"]]
            who, fund, amount = f"resident:{matter.resident_id.hex}", matter.fund_code, matter.amount
        else:
            who, fund, amount = (told.facts[name] for name in ("who", "fund", "amount"))
        seen = self._replay.seen(f"{who}:receivable", told)
        return any(held.get(CreditLot(fund).label, 0) < amount for held in seen)

    def _less_is_left_to_force(self, told: Told) -> bool:
        # What is left of an award to force only falls.
        left = self._replay.owed.not_given_back(self._award_of(told))
        wanted = told.facts["amount"] if "amount" in told.facts else self._replay.matters[told.facts["matter"]].amount
        return bool(left == 0 if wanted is None else wanted > left)

    def _seen(self, told: Told) -> list[dict[str, int]]:
        return self._replay.seen(f"{self._award_of(told).who}:available", told)

    def _award_of(self, told: Told) -> Any:
        award_id: Any = told.facts.get("award") or self._replay.matters[told.facts["matter"]].award_id
        return self._replay.pencil.awards[self._replay.awards[award_id]]

    def _was_reversed(self, told: Told) -> bool:
        if told.kind == "decide":
            return self._award_of(told).entry.is_reversed is True
        entry_id = self._replay.awards[told.facts["award"]] if "award" in told.facts else None
        return (entry_id or self._replay.reversed_entry(told)) in self._replay.reversed

    def _nothing_is_left(self, told: Told) -> bool:
        award = self._award_of(told)
        return award.forced == award.amount or any(not held.get(award.lot.label) for held in self._seen(told))

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

    @staticmethod
    def _also(told: Told) -> set[str]:
        return {"expired"} if told.kind == "void" else set()

    def _hold_of(self, told: Told) -> SetAside:
        return self._replay.set_aside.holds[told.facts["hold"]]

    def _refunded_before(self, told: Told) -> bool:
        payment = told.facts["payment"]
        left = self._replay.pencil.payments[self._replay.payments[payment]].refundable
        return bool(told.facts["amount"] > left)


def _refused_payments(told: Sequence[Told]) -> defaultdict[str, list[Told]]:
    """Return the payments of each resident whose code may be alive still."""
    refused: defaultdict[str, list[Told]] = defaultdict(list)
    for each in told:
        if each.kind == "pay" and each.outcome not in {DONE, GIVEN_UP, "TooManyLiveCodesError"}:
            refused[each.facts["who"]].append(each)
    return refused


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
