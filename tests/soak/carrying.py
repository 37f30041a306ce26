"""Operations of clerks: each done in a transaction, under a key that tells afterwards whether it was."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

import awards
import holds
import ledger
import payments
import people
import receivables
import seals
from ledger import AccountState, Asset, Call, CreditLot, NewEntry, credit, debit
from tests.clock import NOON
from tests.sequences.town import OFFICERS, SECRET
from tests.soak.drawing import LIMIT, Clerk, Move

# The day on which clerks let credits expire: those of one fund are past theirs, and nobody pays on that day.
SWEEP = NOON + timedelta(days=60)
# When what clerks set aside comes back, if it was not captured.
HELD_UNTIL = NOON + timedelta(days=30)

# The id of what was made, None where nothing keeps one, and the code of a payment that was refused.
Made = tuple[UUID | None, str]


class Carrying:
    """One operation of a clerk: done in a transaction, under a key that tells afterwards whether it was."""

    def __init__(self, clerk: Clerk, kind: str, facts: Mapping[str, Any], key: str) -> None:
        """Prepare the operation `kind`."""
        self._clerk, self._kind, self._asked, self._key = clerk, kind, facts, key
        self.call = Call(f"clerk:{clerk.number}", f"POST /{kind}", key, {"key": key})

    def once(self, session: Session) -> Made:
        """Do it, or find that it was done."""
        known = ledger.recall_call(session, self.call)
        if known is not None:
            return known, self._refusal(session, known)
        made: Made = getattr(self, f"_{self._kind}")(session, **self._asked)
        return made

    def look_up(self, session: Session) -> Made | None:
        """Say what became of it, None where it did not happen."""
        known = ledger.recall_call(session, self.call)
        return None if known is None else (known, self._refusal(session, known))

    def _refusal(self, session: Session, made_id: UUID) -> str:
        return (payments.get_redemption(session, made_id).refusal or "") if self._kind == "pay" else ""

    def _facts(self, officer: int, **facts: Any) -> dict[str, Any]:
        return {"actor": OFFICERS[officer], "now": NOON, "call": self.call, **facts}

    def _pay(self, session: Session, who: str, shop: str, amount: int) -> Made:
        payer = people.get_resident(session, self._clerk.base.residents[who])
        shown = payments.create_payment_code(session, resident=payer, secret=SECRET, now=NOON)
        made = payments.redeem(
            session,
            merchant_id=self._clerk.base.shops[shop],
            actor="person:till",
            code=payments.code_of(shown.id, SECRET),
            amount=amount,
            order_no=self._key,
            now=NOON,
            call=self.call,
        ).redemption
        return made.id, made.refusal or ""

    def _award(self, session: Session, fund: str, who: str, amount: int, officer: int) -> Made:
        whose = self._clerk.base.residents[who]
        facts = self._facts(officer, resident_id=whose, fund_code=fund, amount=amount, reason="x")
        return awards.award(session, **facts).id, ""

    def _award_batch(self, session: Session, fund: str, lines: Sequence[tuple[str, int]], officer: int) -> Made:
        named = [awards.BatchLine(self._clerk.base.residents[who], amount) for who, amount in lines]
        facts = self._facts(officer, fund_code=fund, reason="x", lines=named)
        return awards.award_batch(session, **facts).id, ""

    def _refund(self, session: Session, payment: UUID, amount: int) -> Made:
        shop = payments.get_redemption(session, payment).merchant_id
        facts = self._facts(0, redemption_id=payment, merchant_id=shop, amount=amount, reason="x", by_owner=True)
        return payments.refund(session, **facts).id, ""

    def _claw_back(self, session: Session, award: UUID, officer: int) -> Made:
        return awards.claw_back(session, **self._facts(officer, award_id=award, reason="x")).id, ""

    def _reverse(self, session: Session, officer: int, award: UUID | None = None, money: UUID | None = None) -> Made:
        entry_id = awards.get_award(session, award).entry_id if award else None
        if money:
            entry_id = awards.get_movement(session, money).entry_id
        return awards.reverse_entry(session, **self._facts(officer, entry_id=entry_id, reason="x")).reversal_id, ""

    def _appropriate(self, session: Session, fund: str, amount: int, officer: int) -> Made:
        return awards.appropriate(session, **self._money(officer, fund, amount)).id, ""

    def _return_money(self, session: Session, fund: str, amount: int, officer: int) -> Made:
        return awards.return_money(session, **self._money(officer, fund, amount)).id, ""

    def _move_money(self, session: Session, fund: str, to_fund: str, amount: int, officer: int) -> Made:
        return awards.move_money(session, **self._money(officer, fund, amount), to_fund_code=to_fund).id, ""

    def _money(self, officer: int, fund: str, amount: int) -> dict[str, Any]:
        return self._facts(officer, fund_code=fund, amount=amount, document="x")

    def _sweep(self, session: Session) -> Made:
        awards.expire_lots(session, now=SWEEP, limit=3)
        return None, ""

    def _sweep_holds(self, session: Session) -> Made:
        holds.expire_holds(session, now=SWEEP, limit=2)
        return None, ""

    def _authorize(self, session: Session, who: str, amount: int) -> Made:
        accounts = {name: self._clerk.accounts[f"{who}:{name}"] for name in ("available", "held")}
        made = holds.authorize(session, **self._facts(0, **accounts, amount=amount, expires_at=HELD_UNTIL))
        return made.id, ""

    def _capture(self, session: Session, hold: UUID, shop: str, amount: int, *, final: bool) -> Made:
        to = self._clerk.accounts[f"{shop}:payable"]
        how = {"to": to, "relabel": ledger.undated, "amount": amount, "final": final}
        return holds.capture(session, **self._facts(0, hold_id=hold, **how)).id, ""

    def _void(self, session: Session, hold: UUID) -> Made:
        return holds.void(session, **self._facts(0, hold_id=hold)).id, ""

    def _ask_correction(self, session: Session, award: UUID, amount: int | None) -> Made:
        facts = self._facts(0, award_id=award, amount=amount, reason="x")
        return receivables.ask_forced_correction(session, **facts).id, ""

    def _ask_waiver(self, session: Session, who: str, fund: str, amount: int) -> Made:
        return receivables.ask_waiver(session, **self._debt(0, who, fund, amount, reason="x")).id, ""

    def _debt(self, officer: int, who: str, fund: str, amount: int, **facts: Any) -> dict[str, Any]:
        debtor = self._clerk.base.residents[who]
        return self._facts(officer, resident_id=debtor, fund_code=fund, amount=amount, **facts)

    def _decide(self, session: Session, matter: UUID, *, approve: bool) -> Made:
        decide = receivables.approve if approve else receivables.reject
        kind = receivables.get_matter(session, matter).kind
        return decide(session, **self._facts(1, matter_id=matter, kind=kind)).id, ""

    def _repay(self, session: Session, who: str, fund: str, amount: int) -> Made:
        return receivables.repay_in_money(session, **self._debt(0, who, fund, amount, document="x")).id, ""

    def _offset(self, session: Session, who: str, fund: str, amount: int) -> Made:
        return receivables.offset(session, **self._debt(0, who, fund, amount, consent="x")).id, ""

    def _award_within(self, session: Session, fund: str, who: str, amount: int, officer: int) -> Made:
        count = ledger.Count(f"fund:{fund}", "awarded", NOON.date(), amount, LIMIT)
        ledger.count_up(session, [count])
        return self._award(session, fund, who, amount, officer)

    def _groups(self, session: Session, list_id: UUID, groups: Sequence[Sequence[Move]]) -> Made:
        ledger.remember_call(session, self.call, made_id=list_id, now=NOON)
        outcomes = ledger.post_groups(session, [[self._entry(*move) for move in group] for group in groups])
        first = outcomes[0].refusal
        # Where nothing was written, nothing happened.
        if first is not None and all(outcome.refusal for outcome in outcomes):
            raise first
        return list_id, ""

    def _entry(self, entry_id: UUID, fund: str, who: str, amount: int) -> NewEntry:
        accounts, own = self._clerk.accounts, CreditLot(fund).label
        places = accounts[f"fund:{fund}:available"], accounts[f"{who}:available"]
        giver, taker = places if amount > 0 else places[::-1]
        lines = (debit(giver, Asset.PAB, abs(amount), own), credit(taker, Asset.PAB, abs(amount), own))
        return NewEntry(entry_id, "listed", OFFICERS[0], NOON, lines)

    def _seal(self, session: Session) -> Made:
        keys = seals.SealKeys(*self._clerk.seal_files)
        seals.seal_new_entries(session, keys=keys, now=datetime.now(UTC), limit=1_000)
        return None, ""

    def _set_state(self, session: Session, who: str, state: AccountState) -> Made:
        ledger.set_account_state(session, self._clerk.accounts[f"{who}:available"], state)
        return None, ""
