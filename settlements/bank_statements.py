"""Statements of the treasury's bank account as somebody brought them in: kept as they were, and booked by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import ledger
from people import PhoneVault, clean_text
from settlements.errors import (
    AccountNumberError,
    BankStatementEmptyError,
    BankStatementKnownError,
    BankStatementUnknownError,
)
from settlements.model import NAME_LENGTH_MAX, TEXT_LENGTH_MAX, BankStatement, BankStatementLine
from settlements.payees import normal_account

_TAIL = 4


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a statement, in fen: what left the account is positive, what came in negative."""

    booked_on: date
    paid_out: int
    counterparty: str
    account: str
    reference: str


@dataclass(frozen=True, slots=True)
class BankStatementPage:
    """Statements, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[BankStatement]
    next_before: UUID | None


def import_statement(
    session: Session,
    *,
    file_name: str,
    digest: str,
    movements: Sequence[Movement],
    vault: PhoneVault,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> BankStatement:
    """Keep a statement; `digest` is the SHA-256 of its file, so that none is kept twice.

    Of a counterparty's account only a keyed hash and the last digits stay, enough to find a payee by it.

    Raises:
        BankStatementEmptyError: it has no movements.
        BankStatementKnownError: this file was brought in before.
    """
    if not movements:
        raise BankStatementEmptyError
    earlier = session.scalar(select(BankStatement.id).where(BankStatement.digest == digest))
    if earlier is not None:
        ledger.check_still_new(session, call)
        raise BankStatementKnownError(earlier)
    made = BankStatement(
        id=ledger.new_id(),
        file_name=clean_text(file_name, field="file", length_max=NAME_LENGTH_MAX),
        digest=digest,
        first_on=min(each.booked_on for each in movements),
        last_on=max(each.booked_on for each in movements),
        lines=len(movements),
        imported_by=actor,
        imported_at=now,
    )
    session.add(made)
    ledger.remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    rows = []
    for number, each in enumerate(movements, 1):
        lookup, tail = _hidden(each.account, vault)
        rows.append(
            {
                "statement_id": made.id,
                "line": number,
                "booked_on": each.booked_on,
                "paid_out": each.paid_out,
                "counterparty": each.counterparty[:NAME_LENGTH_MAX],
                "account_lookup": lookup,
                "account_tail": tail,
                "reference": each.reference[:TEXT_LENGTH_MAX],
            }
        )
    session.execute(insert(BankStatementLine), rows)
    return made


def get_statement(session: Session, statement_id: UUID) -> BankStatement:
    """Return the statement with this id.

    Raises:
        BankStatementUnknownError: there is none.
    """
    found = session.get(BankStatement, statement_id)
    if found is None:
        raise BankStatementUnknownError(statement_id)
    return found


def list_statements(session: Session, *, limit: int = 50, before: UUID | None = None) -> BankStatementPage:
    """Return imported statements, newest first, older than the cursor `before`."""
    query = select(BankStatement).order_by(BankStatement.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(BankStatement.id < before)
    found = list(session.scalars(query))
    return BankStatementPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def lines_of_statement(session: Session, statement_id: UUID) -> Sequence[BankStatementLine]:
    """Return the movements of a statement in its order."""
    query = select(BankStatementLine).where(BankStatementLine.statement_id == statement_id)
    return session.scalars(query.order_by(BankStatementLine.line)).all()


def _hidden(account: str, vault: PhoneVault) -> tuple[str, str]:
    try:
        number = normal_account(account)
    except AccountNumberError:
        return "", ""
    return vault.lookup(number), number[-_TAIL:]
