"""A town in which everything can happen, by the domain's own functions, and the same with a pencil beside it."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import awards
import holds
import ledger
import merchants
import payments
import people
import receivables
import settlements
from ledger import AccountState, Asset
from ledger.model import Account
from tests.sequences.owed import OwedBook
from tests.sequences.set_aside import HoldsBook
from tests.sequences.sheet import SERVED, Refused

SECRET = b"a secret of the tests, 32 bytes.."
OFFICERS = (f"person:{1:032x}", f"person:{2:032x}")
# How long the credits of each fund last; those of the last end on one day.
RULES = {"fire": "months:1", "peace": "end_of_next_year", "quake": "on:2026-09-30"}
ACCEPTED = {"merchant:hotel": None, "merchant:clinic": frozenset({"fire", "peace"})}
RESIDENTS = 3

Made = TypeVar("Made")
Told = TypeVar("Told")

REFUSALS = (
    awards.AwardError,
    holds.HoldError,
    ledger.LedgerError,
    merchants.MerchantError,
    payments.PaymentError,
    people.PeopleError,
    receivables.ReceivableError,
    settlements.SettlementError,
)


@dataclass(frozen=True)
class Base:
    """Who and what is there before a sequence begins: money, awards, some payments, a hold of each resident's."""

    residents: dict[str, UUID]
    shops: dict[str, UUID]
    set_aside: HoldsBook
    owed: OwedBook  # by the same pencil
    entries: tuple[UUID, ...] = ()
    awards: tuple[UUID, ...] = ()
    payments: tuple[UUID, ...] = ()
    holds: tuple[UUID, ...] = ()


class Town:
    """The real books and the pencil's: whatever is done is done in both, and both must say the same."""

    def __init__(self, session: Session, base: Base) -> None:
        """Go on from the base; whoever made the session commits or rolls back."""
        self.session = session
        self.set_aside, self.owed = deepcopy((base.set_aside, base.owed))
        self.pencil = self.set_aside.pencil
        self.residents, self.shops = list(base.residents), list(base.shops)
        self.entries, self.awards, self.payments = list(base.entries), list(base.awards), list(base.payments)
        self.holds = list(base.holds)
        self.refusals = 0
        self._base = base
        self.ids = base.residents | base.shops
        rows = session.execute(select(Account.code, Account.id))
        self.accounts: dict[str, int] = {row.code: row.id for row in rows}
        self._paid_by: list[tuple[Callable[[], payments.Attempt], UUID]] = []

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.pencil.now

    def as_base(self) -> Base:
        """Return what is there now, for others to go on from."""
        made = (tuple(self.entries), tuple(self.awards), tuple(self.payments), tuple(self.holds))
        return Base(self._base.residents, self._base.shops, self.set_aside, self.owed, *made)

    # --- time and money -----------------------------------------------------------------------------------------------

    def pass_by(self, days: int, *, sweep: bool) -> None:
        """Let time pass, and end the holds and credits whose time is over."""
        self.pencil.now += timedelta(days=days)
        if sweep:
            swept = holds.expire_holds(self.session, now=self.now)
            assert (swept.count, swept.amount) == self.set_aside.expire(self.now)
            self.sweep()

    def appropriate(self, fund: str, amount: int, officer: int) -> None:
        """Give a fund money."""
        made = self.do(awards.appropriate, fund_code=fund, amount=amount, document="x", actor=OFFICERS[officer])
        self._same(made, lambda entry_id: self.pencil.appropriate(entry_id, fund, amount, OFFICERS[officer]))

    def return_money(self, fund: str, amount: int, officer: int) -> None:
        """Take money back from a fund."""
        made = self.do(awards.return_money, fund_code=fund, amount=amount, document="x", actor=OFFICERS[officer])
        self._same(made, lambda entry_id: self.pencil.return_money(entry_id, fund, amount, OFFICERS[officer]))

    def move_money(self, fund: str, to_fund: str, amount: int, officer: int) -> None:
        """Move money from one fund to another."""
        facts = {"fund_code": fund, "to_fund_code": to_fund, "amount": amount, "document": "x"}
        made = self.do(awards.move_money, **facts, actor=OFFICERS[officer])
        self._same(made, lambda entry_id: self.pencil.move_money(entry_id, fund, to_fund, amount, OFFICERS[officer]))

    # --- awards -------------------------------------------------------------------------------------------------------

    def award(self, fund: str, who: str, amount: int, officer: int) -> None:
        """Award credits to one resident."""
        facts = {"fund_code": fund, "resident_id": self.ids[who], "amount": amount, "reason": "x"}
        made = self.do(awards.award, **facts, actor=OFFICERS[officer])
        self._same(made, lambda entry_id: self.pencil.award(entry_id, fund, who, amount, OFFICERS[officer]))
        if isinstance(made, awards.Award):
            self.awards.append(made.id)

    def award_batch(self, fund: str, lines: Sequence[tuple[str, int]], officer: int) -> None:
        """Award credits to many residents, all or none."""
        real = [awards.BatchLine(self.ids[who], amount) for who, amount in lines]
        made = self.do(awards.award_batch, fund_code=fund, reason="x", lines=real, actor=OFFICERS[officer])
        granted: list[awards.Award] = []
        if isinstance(made, awards.AwardBatch):
            query = select(awards.Award).where(awards.Award.batch_id == made.id).order_by(awards.Award.id)
            granted = list(self.session.scalars(query))
            self.awards += [award.id for award in granted]
            self.entries += [award.entry_id for award in granted if award.entry_id]
        keys = [award.entry_id for award in granted] or [None] * len(lines)
        marked = [(key, who, amount) for key, (who, amount) in zip(keys, lines, strict=True)]
        self.agree(made, lambda: self.pencil.award_batch(fund, marked, OFFICERS[officer]))

    def claw_back(self, award_id: UUID, officer: int) -> None:
        """Take back what is left of an award."""
        entry_id = self.entry_of_award(award_id)
        made = self.do(awards.claw_back, award_id=award_id, reason="x", actor=OFFICERS[officer])
        amount = self.agree(made, lambda: self.pencil.claw_back(entry_id, OFFICERS[officer]))
        assert amount == (made.amount if isinstance(made, awards.ClawBack) else None)

    def reverse(self, entry_id: UUID, officer: int) -> None:
        """Write the mirror of an entry."""
        made = self.do(awards.reverse_entry, entry_id=entry_id, reason="x", actor=OFFICERS[officer])
        self.agree(made, lambda: self.pencil.reverse(entry_id, OFFICERS[officer]))

    def verify_minutes(self, who: str, minutes: int, officer: int, *, days_ago: int = 0) -> None:
        """Book minutes that a resident served, perhaps some days ago."""
        entry_id, actor, at = ledger.new_id(), OFFICERS[officer], self.now - timedelta(days=days_ago)
        lines = (
            ledger.debit(self.accounts[SERVED], Asset.MIN, minutes),
            ledger.credit(self.accounts[f"{who}:minutes"], Asset.MIN, minutes),
        )
        made = self.post(ledger.NewEntry(entry_id, "minutes", actor, at, lines))
        self.agree(made, lambda: self.pencil.verify_minutes(entry_id, who, minutes, actor, at))
        if not isinstance(made, Refused):
            self.entries.append(entry_id)

    def sweep(self) -> None:
        """Let credits past their day return to their funds, two lots at a time."""
        count = amount = 0
        after: ledger.PastLot | None = None
        while True:
            swept = awards.expire_lots(self.session, now=self.now, limit=2, after=after)
            count, amount, after = count + swept.count, amount + swept.amount, swept.next_after
            if after is None:
                break
        assert (count, amount) == self.pencil.sweep(self.residents)

    def set_state(self, who: str, state: AccountState) -> None:
        """Freeze, thaw or close a resident's account."""
        account = f"{who}:available"
        done = self.do(self._set_state, account=account, state=state)
        self.agree(done, lambda: self.pencil.set_state(account, state))

    def _set_state(self, session: Session, *, account: str, state: AccountState, now: datetime) -> None:
        ledger.set_account_state(session, self.accounts[account], state)

    def entry_of_award(self, award_id: UUID) -> UUID | None:
        """Return which entry paid an award: by it the pencil knows the award."""
        return awards.get_award(self.session, award_id).entry_id

    # --- payments -----------------------------------------------------------------------------------------------------

    def pay(self, who: str, shop: str, amount: int, *, again: int | None = None) -> None:
        """Pay at a shop; then, if wanted, send one of the latest attempts once more: it is the same, nothing moves."""
        resident = people.get_resident(self.session, self.ids[who])
        shown = payments.create_payment_code(self.session, resident=resident, secret=SECRET, now=self.now)
        order_no, now, code = f"order {shown.id}", self.now, payments.code_of(shown.id, SECRET)

        def redeem() -> payments.Attempt:
            return payments.redeem(
                self.session,
                merchant_id=self.ids[shop],
                actor="person:till",
                code=code,
                amount=amount,
                order_no=order_no,
                now=now,
                call=ledger.Call("person:till", "POST /redemptions", order_no, {"amount": amount}),
            )

        made = redeem().redemption
        self._paid_by.append((redeem, made.id))
        if made.entry_id:
            self.payments.append(made.id)
            self.entries.append(made.entry_id)
        result = Refused(made.refusal) if made.refusal else made
        self.agree(result, lambda: self.pencil.pay(made.entry_id, who, shop, amount, "person:till"))
        if again is not None:
            redeem, redemption_id = self._paid_by[-1 - again % len(self._paid_by)]
            attempt = redeem()
            assert (attempt.redemption.id, attempt.replayed) == (redemption_id, True)

    def refund(self, redemption_id: UUID, amount: int) -> None:
        """Give back a part of a payment."""
        payment = payments.get_redemption(self.session, redemption_id)
        facts = {"redemption_id": redemption_id, "merchant_id": payment.merchant_id, "amount": amount, "reason": "x"}
        made = self.do(payments.refund, **facts, by_owner=True, actor="person:owner")
        self.agree(made, lambda: self.pencil.refund(payment.entry_id, amount, "person:owner"))

    # --- holds --------------------------------------------------------------------------------------------------------

    def authorize(self, who: str, amount: int, days: int, *, parts: Sequence[ledger.LotBalance] = ()) -> None:
        """Set a resident's credits aside for some days: an amount, or the very lots that make it up."""
        expires_at = self.now + timedelta(days=days)
        accounts = {name: self.accounts[f"{who}:{name}"] for name in ("available", "held")}
        wanted = parts or amount
        made = self.do(holds.authorize, **accounts, amount=wanted, expires_at=expires_at, actor="person:till")
        key = None if isinstance(made, Refused) else made.id
        self.agree(made, lambda: self.set_aside.authorize(key, who, amount, expires_at))
        if key is not None:
            self.holds.append(key)

    def capture(self, hold_id: UUID, shop: str, amount: int | None, *, final: bool) -> None:
        """Give out of a hold to a shop."""
        to, how = self.accounts[f"{shop}:payable"], {"relabel": ledger.undated, "final": final}
        made = self.do(holds.capture, hold_id=hold_id, to=to, amount=amount, **how, actor="person:till")
        self.agree(made, lambda: self.set_aside.capture(hold_id, shop, amount, self.now, final=final))

    def void(self, hold_id: UUID) -> None:
        """Give back what is left of a hold."""
        made = self.do(holds.void, hold_id=hold_id, actor="person:till")
        self.agree(made, lambda: self.set_aside.void(hold_id))

    # --- both at once -------------------------------------------------------------------------------------------------

    def post(self, *entries: ledger.NewEntry) -> datetime | Refused:
        """Post entries that no room writes yet."""
        return self.do(lambda session, **_: ledger.post(session, entries))

    def do(self, do: Callable[..., Made], **facts: object) -> Made | Refused:
        """Do something to the real books, in a savepoint; return what was made, or the refusal."""
        undone = self.session.begin_nested()
        try:
            made = do(self.session, now=self.now, **facts)
        except REFUSALS as error:
            undone.rollback()
            return Refused(type(error).__name__, error=error)
        undone.commit()
        return made

    def agree(self, made: Made | Refused, do: Callable[[], Told]) -> Told | None:
        """Do the same with the pencil: it must accept and refuse alike. Return what it told."""
        expected = told = None
        try:
            told = do()
        except Refused as refused:
            expected = refused.reason
        assert (made.reason if isinstance(made, Refused) else None) == expected
        self.refusals += expected is not None
        return told

    def _same(self, made: awards.Award | awards.FundMovement | Refused, do: Callable[[UUID | None], None]) -> None:
        """Agree on something that is one entry, which may be reversed later."""
        entry_id = None if isinstance(made, Refused) else made.entry_id
        self.agree(made, lambda: do(entry_id))
        if entry_id is not None:
            self.entries.append(entry_id)
