"""Money and the credits it backs: appropriated to a fund, returned from it, or moved to another fund."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from awards.errors import FundExhaustedError, MovementUnknownError, SameFundError
from awards.funds import ISSUED, TREASURY, check_amount, fund_lot, get_fund, taking
from awards.model import TEXT_LENGTH_MAX, Fund, FundMovement, MovementKind
from ledger import (
    AMOUNT_MAX,
    Asset,
    Call,
    InsufficientBalanceError,
    Line,
    NewEntry,
    account_id,
    balance,
    balances,
    credit,
    debit,
    new_id,
    post,
    remember_call,
)
from people import clean_text


@dataclass(frozen=True, slots=True)
class MovementPage:
    """Movements of money, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[FundMovement]
    next_before: UUID | None


def appropriate(
    session: Session,
    *,
    fund_code: str,
    amount: int,
    document: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> FundMovement:
    """Book money that arrived for a fund, in fen, and issue the credits it backs.

    Raises:
        FundUnknownError: no such fund.
        AmountOutOfRangeError: the amount is not positive, or the treasury would hold more than any amount may be.
        TextRefusedError: the document is empty, too long, or has forbidden characters.
    """
    fund = get_fund(session, fund_code)
    treasury, issued = account_id(session, TREASURY.code), account_id(session, ISSUED.code)
    # With the whole treasury below the greatest amount, no sum anywhere can leave the range of numbers.
    check_amount(amount, maximum=AMOUNT_MAX - balance(session, treasury))
    movement = _movement(MovementKind.APPROPRIATION, fund, amount=amount, document=document, actor=actor, now=now)
    lines = (
        debit(treasury, Asset.CNY, amount),
        debit(issued, Asset.PAB, amount, fund_lot(fund.code)),
        credit(fund.backing_account_id, Asset.CNY, amount),
        credit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
    )
    session.add(movement)
    remember_call(session, call, made_id=movement.id, now=now)
    post(session, [_entry(movement, lines)])
    return movement


def return_money(
    session: Session,
    *,
    fund_code: str,
    amount: int,
    document: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> FundMovement:
    """Book money that a fund gave back, in fen; the credits it backed leave what the fund has available.

    Raises:
        FundUnknownError: no such fund.
        AmountOutOfRangeError: the amount is not positive.
        FundExhaustedError: the fund has less available.
        InsufficientBalanceError: it has the credits, but the money behind them is not there.
        TextRefusedError: the document is empty, too long, or has forbidden characters.
    """
    fund = get_fund(session, fund_code)
    check_amount(amount)
    movement = _movement(MovementKind.MONEY_RETURNED, fund, amount=amount, document=document, actor=actor, now=now)
    treasury = account_id(session, TREASURY.code)
    lines = (
        debit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
        debit(fund.backing_account_id, Asset.CNY, amount),
        credit(account_id(session, ISSUED.code), Asset.PAB, amount, fund_lot(fund.code)),
        credit(treasury, Asset.CNY, amount),
    )
    money_accounts = (fund.backing_account_id, treasury)
    return _post_out_of(session, fund, movement, lines, money_accounts=money_accounts, call=call)


def move_money(
    session: Session,
    *,
    fund_code: str,
    to_fund_code: str,
    amount: int,
    document: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> FundMovement:
    """Move money, in fen, and the credits it backs from one fund to another, whose label they bear from then on.

    Raises:
        FundUnknownError: one of the funds does not exist.
        SameFundError: both are the same.
        AmountOutOfRangeError: the amount is not positive.
        FundExhaustedError: the giving fund has less available.
        InsufficientBalanceError: it has the credits, but the money behind them is not there.
        TextRefusedError: the document is empty, too long, or has forbidden characters.
    """
    fund, target = get_fund(session, fund_code), get_fund(session, to_fund_code)
    if fund is target:
        raise SameFundError(fund.code)
    check_amount(amount)
    movement = _movement(
        MovementKind.MONEY_MOVED, fund, amount=amount, document=document, actor=actor, now=now, target=target
    )
    lines = (
        debit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
        debit(fund.backing_account_id, Asset.CNY, amount),
        credit(target.available_account_id, Asset.PAB, amount, fund_lot(target.code)),
        credit(target.backing_account_id, Asset.CNY, amount),
    )
    return _post_out_of(session, fund, movement, lines, money_accounts=(fund.backing_account_id,), call=call)


def get_movement(session: Session, movement_id: UUID) -> FundMovement:
    """Return the movement of money with this id.

    Raises:
        MovementUnknownError: there is none.
    """
    movement = session.get(FundMovement, movement_id)
    if movement is None:
        raise MovementUnknownError(movement_id)
    return movement


def list_movements(
    session: Session,
    *,
    fund_code: str,
    kind: MovementKind | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> MovementPage:
    """Return a fund's movements of money (of one kind), what others moved to it included, newest first.

    Raises:
        FundUnknownError: no such fund.
    """
    fund = get_fund(session, fund_code)
    query = (
        select(FundMovement)
        .where(or_(FundMovement.fund_code == fund.code, FundMovement.to_fund_code == fund.code))
        .order_by(FundMovement.id.desc())
        .limit(limit + 1)
    )
    if kind is not None:
        query = query.where(FundMovement.kind == kind)
    if before is not None:
        query = query.where(FundMovement.id < before)
    found = list(session.scalars(query))
    return MovementPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def documents_of_entries(session: Session, entry_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the documents of those of the entries that moved money, by the entry's id."""
    rows = session.execute(
        select(FundMovement.entry_id, FundMovement.document).where(FundMovement.entry_id.in_(entry_ids))
    )
    return {row.entry_id: row.document for row in rows}


def _post_out_of(
    session: Session,
    fund: Fund,
    movement: FundMovement,
    lines: tuple[Line, ...],
    *,
    money_accounts: Sequence[int],
    call: Call | None,
) -> FundMovement:
    """Post a movement that takes credits from a fund, and money from the accounts that hold what backs them.

    Raises:
        FundExhaustedError: the fund has less available.
        InsufficientBalanceError: it has the credits, but the money behind them is not there.
    """
    # Asked in one statement, so that what others take at this moment is missing from all of them or from none.
    held = balances(session, [fund.available_account_id, *money_accounts])
    available = held[fund.available_account_id]
    if available < movement.amount:
        raise FundExhaustedError(fund.code, movement.amount, available)
    for account in money_accounts:
        if held[account] < movement.amount:
            raise InsufficientBalanceError(account)
    session.add(movement)
    remember_call(session, call, made_id=movement.id, now=movement.made_at)
    with taking(fund, movement.amount):
        post(session, [_entry(movement, lines)])
    return movement


def _movement(
    kind: MovementKind, fund: Fund, *, amount: int, document: str, actor: str, now: datetime, target: Fund | None = None
) -> FundMovement:
    return FundMovement(
        id=new_id(),
        kind=kind,
        fund_code=fund.code,
        to_fund_code=target.code if target else None,
        amount=amount,
        document=clean_text(document, field="document", length_max=TEXT_LENGTH_MAX),
        entry_id=new_id(),
        made_by=actor,
        made_at=now,
    )


def _entry(movement: FundMovement, lines: tuple[Line, ...]) -> NewEntry:
    return NewEntry(
        id=movement.entry_id,
        kind=movement.kind.value,
        actor=movement.made_by,
        occurred_at=movement.made_at,
        lines=lines,
    )
