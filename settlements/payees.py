"""To which bank accounts merchants are paid: what somebody said last is in force, and what was said before stays."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
import merchants
from merchants import Merchant
from people import PhoneVault, clean_text
from settlements.errors import AccountNumberError
from settlements.model import NAME_LENGTH_MAX, TEXT_LENGTH_MAX, Payee
from settlements.persons import check_not_of_the_shop

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_ACCOUNT = re.compile(r"[0-9A-Z]{6,34}")
_TAIL = 4


def normal_account(text: str) -> str:
    """Return the number of a bank account in its one written form: digits and capitals, nothing between them.

    Raises:
        AccountNumberError: it is none of 6 to 34 digits and letters.
    """
    account = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:200])).upper()
    if not _ACCOUNT.fullmatch(account):
        raise AccountNumberError
    return account


def set_payee(
    session: Session,
    *,
    merchant: Merchant,
    holder: str,
    bank: str,
    account: str,
    document: str,
    vault: PhoneVault,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Payee:
    """Say to which account a merchant is paid from now on; `document` names what proves that it is theirs.

    The number is kept encrypted: of a sole trader it is personal data.

    Raises:
        AccountNumberError: the account's number cannot be one.
        OwnShopError: the actor works for the merchant.
        TextRefusedError: a text is empty, too long, or has forbidden characters.
    """
    check_not_of_the_shop(session, actor, merchant)
    number = normal_account(account)
    made = Payee(
        id=ledger.new_id(),
        merchant_id=merchant.id,
        holder=clean_text(holder, field="holder", length_max=NAME_LENGTH_MAX),
        bank=clean_text(bank, field="bank", length_max=NAME_LENGTH_MAX),
        account_encrypted=vault.encrypt(number),
        account_lookup=vault.lookup(number),
        account_tail=number[-_TAIL:],
        document=clean_text(document, field="document", length_max=TEXT_LENGTH_MAX),
        set_by=actor,
        set_at=now,
    )
    merchants.lock_merchant(session, merchant)
    session.add(made)
    ledger.remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def payees_of(session: Session, merchant_ids: Collection[UUID]) -> dict[UUID, Payee]:
    """Return to which account each of these merchants is paid; those of whom nobody said it are left out."""
    newest = (
        select(func.max(Payee.set_at).label("set_at"), Payee.merchant_id)
        .where(Payee.merchant_id.in_(list(merchant_ids)))
        .group_by(Payee.merchant_id)
        .subquery()
    )
    query = (
        select(Payee)
        .join(newest, (newest.c.merchant_id == Payee.merchant_id) & (newest.c.set_at == Payee.set_at))
        # Of two of one moment the one made later.
        .order_by(Payee.id)
    )
    return {payee.merchant_id: payee for payee in session.scalars(query)}


def payee_history(session: Session, merchant_id: UUID) -> list[Payee]:
    """Return what was ever said about where a merchant is paid, the newest first."""
    query = select(Payee).where(Payee.merchant_id == merchant_id).order_by(Payee.set_at.desc(), Payee.id.desc())
    return list(session.scalars(query))


def renew_payees(session: Session, *, vault: PhoneVault, payees: Iterable[Payee] | None = None) -> int:
    """Encrypt the numbers of all payees with the newest key, and return how many there are."""
    found = list(session.scalars(select(Payee)) if payees is None else payees)
    for payee in found:
        payee.account_encrypted = vault.renewed(payee.account_encrypted)
    session.flush()
    return len(found)
