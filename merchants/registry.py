"""Registering merchants and finding them."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import people
from ledger import Asset, NewAccount, Side
from merchants.errors import MerchantCodeError, MerchantExistsError, MerchantUnknownError
from merchants.model import NAME_LENGTH_MAX, Merchant

# The code stands inside account codes, and those in journals that other programs read.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


def create_merchant(
    session: Session, *, code: str, name: str, category: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> Merchant:
    """Register a merchant and open its accounts; it can be paid once it is named.

    Raises:
        MerchantCodeError: the code cannot be one.
        MerchantExistsError: the code is taken.
        people.TextRefusedError: the name or category cannot be shown.
    """
    if not _CODE.fullmatch(code):
        raise MerchantCodeError(code)
    shown_name = people.clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
    shown_category = people.clean_text(category, field="category", length_max=NAME_LENGTH_MAX)
    try:
        payable, receivable, in_settlement = ledger.open_accounts(
            session,
            [
                NewAccount(f"merchant:{code}:payable", Asset.PAB, Side.CREDIT, shared=True),
                NewAccount(f"merchant:{code}:receivable", Asset.PAB, Side.DEBIT, shared=True),
                NewAccount(f"merchant:{code}:in_settlement", Asset.PAB, Side.CREDIT, shared=True),
            ],
        )
    except ledger.AccountExistsError as error:
        ledger.check_still_new(session, call)
        raise MerchantExistsError(code) from error
    merchant = Merchant(
        id=ledger.new_id(),
        code=code,
        name=shown_name,
        category=shown_category,
        payable_account_id=payable,
        receivable_account_id=receivable,
        in_settlement_account_id=in_settlement,
        created_by=actor,
        created_at=now,
    )
    session.add(merchant)
    session.flush()
    ledger.remember_call(session, call, made_id=merchant.id, now=now)
    return merchant


def find_merchant(session: Session, code: str) -> Merchant | None:
    """Return the merchant with this code, None if there is none."""
    # A database may be unable even to look for what is no code.
    if not _CODE.fullmatch(code):
        return None
    return session.scalar(select(Merchant).where(Merchant.code == code))


def merchant_by_code(session: Session, code: str) -> Merchant:
    """Return the merchant with this code.

    Raises:
        MerchantUnknownError: there is none.
    """
    merchant = find_merchant(session, code)
    if merchant is None:
        raise MerchantUnknownError(code)
    return merchant


def lock_merchant(session: Session, merchant: Merchant) -> None:
    """Let decisions about one merchant queue; payments and refunds only refer to its row, and are not kept waiting."""
    session.execute(select(Merchant.id).where(Merchant.id == merchant.id).with_for_update(key_share=True))


def get_merchant(session: Session, merchant_id: UUID) -> Merchant:
    """Return the merchant with this id.

    Raises:
        MerchantUnknownError: there is none.
    """
    merchant = session.get(Merchant, merchant_id)
    if merchant is None:
        raise MerchantUnknownError(merchant_id)
    return merchant


def list_merchants(session: Session, *, limit: int, before: UUID | None = None, text: str = "") -> Sequence[Merchant]:
    """Return merchants, newest first, older than the cursor `before`; `text` looks into code, name and category."""
    query = select(Merchant).order_by(Merchant.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Merchant.id < before)
    if text:
        query = query.where(
            Merchant.code.contains(text, autoescape=True)
            | Merchant.name.contains(text, autoescape=True)
            | Merchant.category.contains(text, autoescape=True)
        )
    return session.scalars(query).all()


def merchants_by_id(session: Session, merchant_ids: set[UUID]) -> dict[UUID, Merchant]:
    """Return merchants by id, for lists that name them."""
    return {
        merchant.id: merchant for merchant in session.scalars(select(Merchant).where(Merchant.id.in_(merchant_ids)))
    }


def merchants_by_code(session: Session, codes: Collection[str]) -> dict[str, Merchant]:
    """Return merchants by code, for lists that name them."""
    found = session.scalars(select(Merchant).where(Merchant.code.in_(codes)))
    return {merchant.code: merchant for merchant in found}
