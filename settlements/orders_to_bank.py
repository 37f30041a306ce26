"""What the bank is told to pay: the open settlements with the accounts to which they go."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

import merchants
from merchants import Merchant
from people import PhoneVault
from settlements.listings import list_settlements
from settlements.model import Payee, Settlement, SettlementStatus
from settlements.payees import payees_of

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class BankOrder:
    """One payment to be made, in fen; `payee` is None, and `account` empty, where nobody said where it goes."""

    settlement: Settlement
    merchant: Merchant
    payee: Payee | None
    account: str


def bank_orders(session: Session, *, vault: PhoneVault) -> list[BankOrder]:
    """Return what all open settlements are to pay, oldest first, those without an account last.

    Raises:
        PhoneUnreadableError: an account's number was encrypted with a key that is not there.
    """
    found: list[Settlement] = []
    before = None
    while True:
        part = list_settlements(session, status=SettlementStatus.OPEN, limit=_AT_ONCE, before=before)
        found += part.items
        before = part.next_before
        if before is None:
            break
    return orders_of(session, reversed(found), vault=vault)


def orders_of(session: Session, settlements: Iterable[Settlement], *, vault: PhoneVault) -> list[BankOrder]:
    """Return what these settlements are to pay, in their order, those without an account last.

    Raises:
        PhoneUnreadableError: as `bank_orders`.
    """
    asked = list(settlements)
    owners = {each.merchant_id for each in asked}
    shops, payees = merchants.merchants_by_id(session, owners), payees_of(session, owners)
    orders = []
    for each in asked:
        payee = payees.get(each.merchant_id)
        account = "" if payee is None else vault.decrypt(payee.account_encrypted)
        orders.append(BankOrder(each, shops[each.merchant_id], payee, account))
    return sorted(orders, key=lambda order: order.payee is None)
