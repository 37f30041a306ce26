"""Statements on pages: each entry with whom it was and what for."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import reasons_of_entries
from holds import holds_of_entries
from ledger import StatementItem
from merchants import merchants_by_id
from payments import EntryPayment, payments_of_entries
from seals import sealed_among
from web.pages.funds_shown import fund_names
from web.pages.helpers_shown import helper_names
from web.pages.shapes import StatementLine
from web.pages.times import local


def statement_lines(
    session: Session,
    items: Sequence[StatementItem],
    *,
    payment_url: Callable[[UUID], str] | None = None,
    award_url: Callable[[UUID], str] | None = None,
) -> list[StatementLine]:
    """Return a statement's items as they are shown; the two functions say where the reader finds more, by id."""
    entry_ids = [item.entry_id for item in items]
    reasons = reasons_of_entries(session, entry_ids)
    payments = payments_of_entries(session, entry_ids)
    holds = holds_of_entries(session, entry_ids)
    helpers = helper_names(session, [payment.redemption_id for payment in payments.values()])
    shops = merchants_by_id(session, {payment.merchant_id for payment in payments.values()})
    funds, sealed = fund_names(session), sealed_among(session, entry_ids)

    def shown(item: StatementItem) -> StatementLine:
        why, payment, url = reasons.get(item.entry_id), payments.get(item.entry_id), None
        if payment is not None and payment_url is not None:
            url = payment_url(payment.redemption_id)
        elif why is not None and award_url is not None:
            url = award_url(why.award_id)
        return StatementLine(
            entry_id=item.entry_id,
            kind=item.kind,
            amount=item.amount,
            balance_after=item.balance_after,
            counterparty=shops[payment.merchant_id].name if payment else _fund_of(item.counter_code, funds),
            note=why.reason if why else _note(payment, helpers),
            captured=holds[item.entry_id].captured_total if item.entry_id in holds else 0,
            occurred_at=local(item.occurred_at),
            recorded_at=local(item.recorded_at),
            is_sealed=item.entry_id in sealed,
            url=url,
        )

    return [shown(item) for item in items]


def _note(payment: EntryPayment | None, helpers: dict[UUID, str]) -> str:
    """Return why a refund was made, or who helped to pay."""
    if payment is None:
        return ""
    helper = helpers.get(payment.redemption_id)
    return payment.refund_reason or ("" if helper is None else str(_("with the help of %(name)s", name=helper)))


def _fund_of(account_code: str, names: dict[str, str]) -> str:
    whose, _colon, rest = account_code.partition(":")
    code = rest.partition(":")[0]
    return names.get(code, code) if whose == "fund" else ""
