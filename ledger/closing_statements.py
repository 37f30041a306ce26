"""What accounts held when a period was closed and how they moved in it, as it was stated for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, or_, select
from sqlalchemy.orm import Session

from ledger.entries import Asset, Side
from ledger.errors import PeriodUnknownError
from ledger.model import Account, PeriodBalance, PeriodStatement

_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """How one account moved in the period, in minor units; `opening` and `closing` are on its normal side."""

    code: str
    asset: Asset
    normal_side: Side
    opening: int
    debits: int
    credits: int
    closing: int


@dataclass(frozen=True, slots=True)
class ClosingTotal:
    """All debits and all credits of an asset in the period; they are equal."""

    asset: Asset
    debits: int
    credits: int


def closing_statement(session: Session, number: int) -> Iterator[ClosingLine]:
    """Return the lines of a period's statement, streamed, by asset and code.

    Accounts that neither moved nor hold anything are left out.

    Raises:
        PeriodUnknownError: no such period, or it has no statement yet.
    """
    _check_stated(session, number)
    rows = session.execute(_lines(number).execution_options(yield_per=_ROWS_AT_ONCE))
    return (ClosingLine(*row) for row in rows)


def closing_totals(session: Session, number: int) -> list[ClosingTotal]:
    """Return what was debited and credited in a period, by asset.

    Raises:
        PeriodUnknownError: no such period, or it has no statement yet.
    """
    _check_stated(session, number)
    debits, credits = (cast(func.sum(each), BigInteger) for each in (PeriodBalance.debits, PeriodBalance.credits))
    rows = session.execute(
        select(Account.asset, debits, credits)
        .join(Account, Account.id == PeriodBalance.account_id)
        .where(PeriodBalance.period == number)
        .group_by(Account.asset)
        .order_by(Account.asset)
    )
    return [ClosingTotal(*row) for row in rows]


def _check_stated(session: Session, number: int) -> None:
    if session.get(PeriodStatement, number) is None:
        raise PeriodUnknownError(number)


def _lines(number: int) -> Select[*tuple[Any, ...]]:
    # An account that did not move stands as its last movement left it.
    last = (
        select(PeriodBalance.account_id, func.max(PeriodBalance.period).label("period"))
        .where(PeriodBalance.period <= number)
        .group_by(PeriodBalance.account_id)
        .subquery()
    )
    moved = PeriodBalance.period == number
    return (
        select(
            Account.code,
            Account.asset,
            Account.normal_side,
            case((moved, PeriodBalance.opening), else_=PeriodBalance.closing),
            case((moved, PeriodBalance.debits), else_=0),
            case((moved, PeriodBalance.credits), else_=0),
            PeriodBalance.closing,
        )
        .join(last, (last.c.account_id == PeriodBalance.account_id) & (last.c.period == PeriodBalance.period))
        .join(Account, Account.id == PeriodBalance.account_id)
        .where(or_(moved, PeriodBalance.closing != 0))
        .order_by(Account.asset, Account.code)
    )
