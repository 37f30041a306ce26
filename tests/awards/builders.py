"""Builders of funds and residents for tests: each names what matters to its test and fills in the rest."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from awards import Award, AwardError, Fund, appropriate, award, create_fund
from ledger import Asset, NewEntry, Side, credit, debit, new_id
from people import Level, PhoneVault, Resident, Unit, add_unit, new_phone_keys, register_resident
from tests.clock import NOON

VAULT = PhoneVault(new_phone_keys())
OFFICER, OTHER_OFFICER = f"person:{1:032x}", f"person:{2:032x}"
COUNTY = "140881"


def fund(session: Session, code: str = "peace", *, available: int = 0, expiry_rule: str = "end_of_next_year") -> Fund:
    """Create a fund and give it money."""
    made = create_fund(
        session,
        code=code,
        name=f"Fund {code}",
        purpose="Useful reports",
        expiry_rule=expiry_rule,
        actor=OFFICER,
        now=NOON,
    )
    if available:
        appropriate(session, fund_code=code, amount=available, document="财综〔2026〕7号", actor=OFFICER, now=NOON)
    return made


def resident(session: Session) -> Resident:
    """Register a resident."""
    if session.get(Unit, COUNTY) is None:
        add_unit(session, code=COUNTY, parent_code=None, level=Level.COUNTY, name="永济市")
    return register_resident(session, name="张小三", phone="13800000001", unit_code=COUNTY, vault=VAULT, now=NOON)


def awarded(session: Session, to: Resident, amount: int, *, fund_code: str = "peace", now: datetime = NOON) -> Award:
    """Award credits."""
    return award(
        session, resident_id=to.id, fund_code=fund_code, amount=amount, reason="巡逻三次", actor=OFFICER, now=now
    )


def spend(session: Session, payer: Resident, amount: int, *, now: datetime = NOON) -> None:
    """Pay a merchant, as a redemption does: earliest lots first, which keep their fund and drop their day."""
    code = "merchant:shop:payable"
    shop = ledger.find_account_id(session, code) or ledger.open_account(
        session, code=code, asset=Asset.PAB, normal_side=Side.CREDIT, shared=True
    )
    held = ledger.lock_lots(session, [payer.available_account_id])[payer.available_account_id]
    lines = [
        line
        for part in ledger.pick_lots(held, amount=amount, today=now.date())
        for line in (
            debit(payer.available_account_id, Asset.PAB, part.amount, part.label),
            credit(shop, Asset.PAB, part.amount, f"never:{part.lot.fund}"),
        )
    ]
    entry = NewEntry(id=new_id(), kind="redemption", actor=f"person:{3:032x}", occurred_at=now, lines=tuple(lines))
    ledger.post(session, [entry])


def lots_of(session: Session, holder: Resident) -> dict[str, int]:
    """Return what a resident has available, by label."""
    return {part.label: part.amount for part in ledger.lots(session, holder.available_account_id)}


def available(session: Session, of: Fund) -> int:
    """Return what a fund can give."""
    return ledger.balance(session, of.available_account_id)


def at_once(engine: Engine, works: Sequence[Callable[[Session], object]]) -> list[object]:
    """Run each work in a transaction and a thread of its own; return what each returned, or its refusal."""

    def run(work: Callable[[Session], object]) -> object:
        for _ in works:
            with Session(engine, expire_on_commit=False) as session:
                try:
                    result = work(session)
                    session.commit()
                except (IntegrityError, ledger.LostRaceError):
                    # As the unit of work does: the winner's row is seen by the next run.
                    continue
                except (AwardError, ledger.LedgerError) as refusal:
                    return refusal
                else:
                    return result
        raise AssertionError("a race was lost too often")

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))
