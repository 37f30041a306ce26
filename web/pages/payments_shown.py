"""Payments on pages: masked for the shop, named for the payer, each with its refunds."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from merchants import merchants_by_id
from payments import Redemption, list_refunds
from people import masked_name, persons_by_id, residents_by_id
from seals import sealed_among
from web.pages.shapes import PaymentView, RefundView
from web.pages.times import local


def payment_views(session: Session, payments: Sequence[Redemption], url_of: Callable[[UUID], str]) -> list[PaymentView]:
    """Return completed payments in their order; `url_of` says where the reader finds one by its id."""
    shops = merchants_by_id(session, {payment.merchant_id for payment in payments})
    payers = residents_by_id(session, {payment.resident_id for payment in payments if payment.resident_id})
    cashiers = persons_by_id(session, {UUID(cashier) for payment in payments if (cashier := _cashier(payment))})
    return [
        PaymentView(
            id=payment.id,
            order_no=payment.order_no,
            receipt_no=payment.receipt_no or "",
            amount=payment.amount,
            cash_amount=payment.cash_amount,
            channel=payment.channel.value,
            refunded_total=payment.refunded_total,
            resident_masked=masked_name(payers[payment.resident_id].name) if payment.resident_id in payers else "",
            merchant_name=shops[payment.merchant_id].name,
            redeemed_at=local(payment.redeemed_at),
            cashier_name=cashiers[UUID(cashier)].name if (cashier := _cashier(payment)) else None,
            url=url_of(payment.id),
        )
        for payment in payments
    ]


def payment_view(session: Session, payment: Redemption, url_of: Callable[[UUID], str]) -> PaymentView:
    """Return one completed payment."""
    return payment_views(session, [payment], url_of)[0]


def refund_views(session: Session, payment_id: UUID) -> list[RefundView]:
    """Return what was given back of a payment, newest first."""
    return [
        RefundView(refund.amount, refund.reason, local(refund.refunded_at), refund.entry_id)
        for refund in list_refunds(session, redemption_id=payment_id)
    ]


def sealed_of_payment(session: Session, payment: Redemption, refunds: Sequence[RefundView]) -> set[UUID]:
    """Return those entries of a payment and its refunds that are sealed."""
    entry_ids = [payment.entry_id, *(refund.entry_id for refund in refunds)]
    return sealed_among(session, [entry_id for entry_id in entry_ids if entry_id is not None])


def _cashier(payment: Redemption) -> str:
    """Return the id of the person who took the payment, empty where it was nobody's."""
    kind, _colon, person = payment.redeemed_by.partition(":")
    return person if kind == "person" else ""
