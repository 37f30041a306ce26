"""What many accounts hold together: totals by kind of account and lot."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import Session

from ledger.engine import read_all
from ledger.entries import Asset
from ledger.model import Account, AccountLot


@dataclass(frozen=True, slots=True)
class Holding:
    """What the bounded accounts of one kind hold under one label, in minor units.

    `kind` is the pattern of codes that the accounts match, empty where they match none; `label` is the lot, or the
    account's code where the asset has no lots.
    """

    kind: str
    label: str
    amount: int


def holdings(session: Session, *, assets: Collection[Asset], kinds: Sequence[str]) -> list[Holding]:
    """Sum what all bounded accounts of some assets hold, in one statement, so that the sums fit together.

    `kinds` are patterns of account codes, with % for any characters; the first that matches counts. Empty accounts
    and lots are left out.
    """
    read_all(session)
    kind: ColumnElement[str] = case(*((Account.code.like(pattern), literal(pattern)) for pattern in kinds), else_="")
    each = (
        select(
            kind.label("kind"),
            func.coalesce(AccountLot.lot, Account.code).label("label"),
            func.coalesce(AccountLot.balance, Account.balance).label("amount"),
        )
        .outerjoin(AccountLot, AccountLot.account_id == Account.id)
        .where(Account.asset.in_(assets), or_(AccountLot.balance > 0, AccountLot.lot.is_(None) & (Account.balance > 0)))
        .subquery()
    )
    rows = session.execute(
        select(each.c.kind, each.c.label, func.sum(each.c.amount))
        .group_by(each.c.kind, each.c.label)
        .order_by(each.c.kind, each.c.label)
    )
    return [Holding(kind, label, int(amount)) for kind, label, amount in rows]
