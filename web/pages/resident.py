"""A resident's own pages: balance, statement and receipts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import CreditLot, Side, balances, entry, lots, spendable, statement
from payments import RedemptionStatus, get_redemption, live_block
from people import Role, get_resident
from web.auth import access, require
from web.clock import today
from web.pages.debts import own_debts
from web.pages.funds_shown import expiring, fund_names
from web.pages.helpers_shown import helper_names
from web.pages.holds_shown import set_aside
from web.pages.lists import list_page, more_url, number_cursor
from web.pages.papers import paper_page
from web.pages.payments_shown import payment_view, refund_views, sealed_of_payment
from web.pages.resident_blueprint import blueprint
from web.pages.shapes import Expiring
from web.pages.statements_shown import statement_lines
from web.pages.viewer import resident_id
from web.statements import resident_owner
from web.unit_of_work import reading

_LATEST = 5
_ON_PAGE = 20


@blueprint.get("")
@access(Role.RESIDENT)
def home() -> str:
    """Show what the resident has, what of it ends next, and what happened lately."""

    def read(session: Session) -> dict[str, Any]:
        resident = get_resident(session, resident_id())
        totals = balances(session, [resident.held_account_id, resident.minutes_account_id])
        held = lots(session, resident.available_account_id)
        ending = expiring(held, fund_names(session))
        latest = statement(session, resident.available_account_id, limit=_LATEST)
        return {
            "available": spendable(held, today=today()),
            "held": totals[resident.held_account_id],
            "set_aside": set_aside(session, resident.available_account_id),
            "minutes": totals[resident.minutes_account_id],
            "number": resident.number,
            "expiring": ending,
            "next_expiry": next((part for part in ending if part.on is not None), None),
            "items": statement_lines(session, latest.items, payment_url=receipt_url),
            "codes_blocked": live_block(session, resident_id=resident.id) is not None,
            "owed": own_debts(session, resident),
        }

    return render_template("resident/home.html", **reading(read))


@blueprint.get("/statement", endpoint="statement")
@access(Role.RESIDENT)
def show_statement() -> str:
    """Show all that moved the resident's credits, newest first."""
    before = number_cursor()

    def read(session: Session) -> dict[str, Any]:
        resident = get_resident(session, resident_id())
        found = statement(session, resident.available_account_id, limit=_ON_PAGE, before=before)
        return {
            "items": statement_lines(session, found.items, payment_url=receipt_url),
            "more_url": more_url(found.next_before),
            "available": spendable(lots(session, resident.available_account_id), today=today()),
        }

    return list_page("resident/statement.html", "resident/_statement_items.html", **reading(read))


@blueprint.get("/statement/paper", endpoint="paper")
@access(Role.RESIDENT)
def show_paper() -> ResponseReturnValue:
    """Let the resident print a statement, or keep it."""
    return paper_page(
        "resident/paper.html", lambda session: resident_owner(session, get_resident(session, resident_id()))
    )


@blueprint.get("/receipts/<uuid:redemption_id>")
@access(Role.RESIDENT)
def receipt(redemption_id: UUID) -> str:
    """Show the receipt of one of the resident's payments."""

    def read(session: Session) -> dict[str, Any]:
        payment = get_redemption(session, redemption_id)
        require(payment.resident_id == resident_id() and payment.status is RedemptionStatus.COMPLETED)
        refunds = refund_views(session, redemption_id)
        return {
            "payment": payment_view(session, payment, receipt_url),
            "refunds": refunds,
            "entry_id": payment.entry_id,
            "sealed": sealed_of_payment(session, payment, refunds),
            "lots": _spent(session, payment.entry_id),
            "helper": helper_names(session, [payment.id]).get(payment.id),
        }

    return render_template("resident/receipt.html", **reading(read))


def receipt_url(redemption_id: UUID) -> str:
    """Return where a payer finds the receipt of a payment."""
    return url_for("resident.receipt", redemption_id=redemption_id)


def _spent(session: Session, entry_id: UUID | None) -> Sequence[Expiring]:
    """Return the parts of the payer's credits that a payment took."""
    if entry_id is None:
        return []
    names = fund_names(session)
    parts = [
        (CreditLot.parse(posting.lot), posting.amount)
        for posting in entry(session, entry_id).postings
        if posting.side is Side.DEBIT
    ]
    return [Expiring(names.get(lot.fund, lot.fund), amount, lot.expires_on) for lot, amount in parts]
