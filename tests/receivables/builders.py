"""Builders of debts for tests: wrong awards that were spent, and the two persons who decide about them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
import people
import receivables
from awards import Award, AwardError, Fund, fund_position
from ledger import Call
from people import Resident
from receivables import Closure, Matter, MatterKind, ReceivableError
from tests.awards import builders as awards_builders
from tests.awards.builders import OFFICER, awarded, resident, spend
from tests.clock import NOON

ASKING, DECIDING = OFFICER, f"person:{7:032x}"
FORCED, WAIVER = MatterKind.FORCED_CORRECTION, MatterKind.WAIVER


def spent_award(session: Session, amount: int, *, to: Resident | None = None, fund_code: str = "peace") -> Award:
    """Return an award that was wrong, and is spent."""
    payee = to or resident(session)
    wrong = awarded(session, payee, amount, fund_code=fund_code)
    spend(session, payee, amount)
    return wrong


def asked(session: Session, wrong: Award, amount: int | None = None, *, now: datetime = NOON) -> Matter:
    """Ask that what is spent of an award be owed."""
    return receivables.ask_forced_correction(
        session, award_id=wrong.id, amount=amount, reason="报错人", actor=ASKING, now=now
    )


def approved(session: Session, matter: Matter, *, actor: str = DECIDING, now: datetime = NOON) -> Matter:
    """Approve a matter, as another person."""
    return receivables.approve(session, matter_id=matter.id, kind=matter.kind, note="属实", actor=actor, now=now)


def rejected(session: Session, matter: Matter, *, actor: str = DECIDING) -> Matter:
    """Reject a matter, as another person."""
    return receivables.reject(session, matter_id=matter.id, kind=matter.kind, note="不妥", actor=actor, now=NOON)


def debtor(session: Session, amount: int, *, fund_code: str = "peace") -> Resident:
    """Return a resident who owes a fund so much."""
    owing = resident(session)
    approved(session, asked(session, spent_award(session, amount, to=owing, fund_code=fund_code)))
    return owing


def figures(session: Session, of: Fund) -> tuple[int, int, int, int]:
    """Return what a fund has available, what it holds, what is outstanding, and the money behind all; they fit."""
    line = fund_position(session, of.code)
    assert line.is_covered
    return line.available, line.held, line.outstanding, line.backing


def lines_of(session: Session, entry_id: UUID | None) -> list[tuple[str, str, str, int]]:
    """Return an entry's postings: account, lot, side, amount; a resident's id is left out of the code."""
    assert entry_id is not None
    view = ledger.entry(session, entry_id)
    return [
        (":".join(part for part in each.account.split(":") if len(part) != 32), each.lot, each.side, each.amount)
        for each in view.postings
    ]


def at_once(engine: Engine, works: Sequence[Callable[[Session], object]]) -> list[object]:
    """Run each work in a transaction and a thread of its own; return what each returned, or its refusal."""

    def caught(work: Callable[[Session], object]) -> Callable[[Session], object]:
        def run(session: Session) -> object:
            try:
                return work(session)
            except ReceivableError as refusal:
                session.rollback()
                return refusal

        return run

    return awards_builders.at_once(engine, [caught(work) for work in works])


REFUSALS = (AwardError, ReceivableError, ledger.LedgerError, people.PeopleError)


def closed(session: Session, leaver: Resident, *, call: Call | None = None) -> Closure:
    """Close a resident."""
    return receivables.close_resident(
        session, resident_id=leaver.id, reason=" 迁出 ", actor=OFFICER, now=NOON, call=call
    )


def differences(session: Session) -> list[str]:
    """Return the names of the checks that find something."""
    return [check.__name__ for check in receivables.CHECKS if check(session) is not None]
