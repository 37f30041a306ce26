"""Funds: programmes of earmarked credits, with their accounts, their expiry rule and what they can still give."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from awards.errors import (
    AmountOutOfRangeError,
    ExpiryRuleError,
    FundCodeError,
    FundEndedError,
    FundExhaustedError,
    FundExistsError,
    FundUnknownError,
)
from awards.expiry_rules import END_OF_NEXT_YEAR, expires_on, fixed_day, is_expiry_rule
from awards.model import FUND_CODE_LENGTH_MAX, NAME_LENGTH_MAX, TEXT_LENGTH_MAX, Fund
from ledger import (
    AMOUNT_MAX,
    AccountExistsError,
    Asset,
    Call,
    CreditLot,
    InsufficientBalanceError,
    NewAccount,
    Side,
    balance,
    check_still_new,
    open_accounts,
    remember_call,
)
from people import clean_text

TREASURY = NewAccount("treasury:bank", Asset.CNY, Side.DEBIT, bounded=True, shared=True)
ISSUED = NewAccount("issued", Asset.PAB, Side.DEBIT, bounded=False)

_CODE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{FUND_CODE_LENGTH_MAX - 1}}}", re.ASCII)
# Funds are known by their code; where an id is asked for (what a call made), it is made of the code.
_FUND_IDS = UUID("3f0c2f5e-8a53-5a0b-9f0e-5d1f6b1f2c47")


@dataclass(frozen=True, slots=True)
class FundPage:
    """Funds, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Fund]
    next_before: str | None


def create_fund(
    session: Session,
    *,
    code: str,
    name: str,
    purpose: str,
    actor: str,
    now: datetime,
    expiry_rule: str = END_OF_NEXT_YEAR,
    call: Call | None = None,
) -> Fund:
    """Create an empty fund and open its accounts; the first fund also opens the community's treasury.

    The call, if there is one, remembers `fund_id(code)`.

    Raises:
        FundCodeError: the code has another form.
        FundExistsError: the code is taken.
        ExpiryRuleError: the rule is unknown, or names a day before today.
        TextRefusedError: the name or the purpose is empty, too long, or has forbidden characters.
    """
    if _CODE.fullmatch(code) is None:
        raise FundCodeError(code)
    cleaned_name = clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
    cleaned_purpose = clean_text(purpose, field="purpose", length_max=TEXT_LENGTH_MAX)
    if not is_expiry_rule(expiry_rule, now.date()):
        raise ExpiryRuleError(expiry_rule)
    if session.get(Fund, code) is not None:
        check_still_new(session, call)
        raise FundExistsError(code)
    for common in (TREASURY, ISSUED):
        _open_once(session, common)
    try:
        available, held, backing = open_accounts(session, _accounts(code))
    except AccountExistsError as error:
        # Somebody made the fund since we looked.
        check_still_new(session, call)
        raise FundExistsError(code) from error
    fund = Fund(
        code=code,
        name=cleaned_name,
        purpose=cleaned_purpose,
        expiry_rule=expiry_rule,
        available_account_id=available,
        held_account_id=held,
        backing_account_id=backing,
        created_by=actor,
        created_at=now,
    )
    session.add(fund)
    remember_call(session, call, made_id=fund_id(code), now=now)
    session.flush()
    return fund


def fund_id(code: str) -> UUID:
    """Return the id that stands for a fund where ids are kept; it is always the same for the same code."""
    return uuid5(_FUND_IDS, code)


def get_fund(session: Session, code: str) -> Fund:
    """Return the fund with this code.

    Raises:
        FundUnknownError: there is none.
    """
    # A database may be unable even to look for what is no code.
    fund = session.get(Fund, code) if _CODE.fullmatch(code) else None
    if fund is None:
        raise FundUnknownError(code)
    return fund


def list_funds(session: Session) -> list[Fund]:
    """Return all funds by code."""
    return list(session.scalars(select(Fund).order_by(Fund.code)))


def fund_page(session: Session, *, limit: int = 50, before: str | None = None) -> FundPage:
    """Return funds, newest first, after the cursor `before` (the code at which the last page ended)."""
    query = select(Fund).order_by(Fund.created_at.desc(), Fund.code.desc()).limit(limit + 1)
    if before is not None:
        cursor = get_fund(session, before)
        query = query.where(tuple_(Fund.created_at, Fund.code) < (cursor.created_at, cursor.code))
    found = list(session.scalars(query))
    return FundPage(found[:limit], found[limit - 1].code if len(found) > limit else None)


def fund_lot(code: str) -> str:
    """Return the undated label that a fund's own credits bear."""
    return CreditLot(code).label


def last_day_of_award(fund: Fund, today: date) -> date | None:
    """Return the last day of what the fund awards today, None if it never expires.

    Raises:
        FundEndedError: the fund's one fixed day is over.
    """
    check_awards_on(fund, today)
    return expires_on(fund.expiry_rule, today)


def check_awards_on(fund: Fund, day: date) -> None:
    """Refuse a day on which the fund can award nothing, because its credits have ended.

    Raises:
        FundEndedError: the fund's one fixed day lies before.
    """
    # Asked of the rule and not of what an award would last: the day may lie as far off as the calendar goes.
    last_day = fixed_day(fund.expiry_rule)
    if last_day is not None and last_day < day:
        raise FundEndedError(fund.code, last_day)


def check_amount(amount: int, *, maximum: int = AMOUNT_MAX) -> None:
    """Refuse an amount that no entry can hold.

    Raises:
        AmountOutOfRangeError: it is not between 1 and the maximum.
    """
    if not 1 <= amount <= maximum:
        raise AmountOutOfRangeError(amount, maximum)


def check_available(session: Session, fund: Fund, wanted: int) -> None:
    """Refuse early what the fund cannot give now. It is no promise: others may take from it until the entry is posted.

    Raises:
        FundExhaustedError: it has less available.
    """
    available = balance(session, fund.available_account_id)
    if available < wanted:
        raise FundExhaustedError(fund.code, wanted, available)


@contextmanager
def taking(fund: Fund, wanted: int) -> Iterator[None]:
    """Say in the fund's words what the ledger refuses while the block posts an entry that takes from it.

    Such an entry lowers the fund's accounts and, where money leaves, the treasury that holds it: whichever of them the
    ledger met first, the fund has too little left.

    Raises:
        FundExhaustedError: others took from the fund at the same moment, and too little is left.
    """
    try:
        yield
    except InsufficientBalanceError as error:
        raise FundExhaustedError(fund.code, wanted, None) from error


def _accounts(code: str) -> Sequence[NewAccount]:
    return [
        NewAccount(f"fund:{code}:{part}", asset, Side.CREDIT, bounded=True, shared=True)
        for part, asset in (("available", Asset.PAB), ("held", Asset.PAB), ("backing", Asset.CNY))
    ]


def _open_once(session: Session, account: NewAccount) -> None:
    # Of two who open it at once, one meets a unique violation; its unit of work runs again.
    with suppress(AccountExistsError):
        open_accounts(session, [account])
