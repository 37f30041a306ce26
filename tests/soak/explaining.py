"""Why a refusal could be: what was asked contradicts what the books held at some moment meanwhile."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ledger import AccountState, CreditLot
from merchants import LIVE_CODES_MAX
from tests.sequences.pencil import Pencil
from tests.sequences.set_aside import HoldsBook, SetAside
from tests.soak.clerks import DONE, GIVEN_UP, Told


class Replayed(Protocol):
    """What a replay knows when it is over."""

    set_aside: HoldsBook
    awards: Mapping[UUID, UUID]
    payments: Mapping[UUID, UUID]
    clawed_back: set[UUID]
    reversed: set[UUID]

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
            "InsufficientBalanceError": lambda each: each.kind == "authorize" and self._holds_too_little(each, None),
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
