"""The page behind the plaque on a shop's door: whether the naming is current, and paying there from one's own phone."""

import uuid
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import KeyReusedError, lots, recall_call, spendable
from merchants import MerchantUnknownError, merchant_by_code
from payments import Attempt, Redemption, RedemptionUnknownError, get_redemption, pay_at_merchant
from people import Role, get_resident
from web.auth import access, public, viewer
from web.clock import now, today
from web.pages.forms import Form, minor_units
from web.pages.paying import Confirmed, asked_besides, pay_by_form
from web.pages.plaques_shown import plaque_facts
from web.pages.resident import receipt_url
from web.pages.viewer import resident_id
from web.pay_addresses import plaque_url
from web.problems import problem_of_refusal
from web.qr_images import qr_svg
from web.unit_of_work import reading

# Under a short address, as it stands in the QR image on the door.
blueprint = Blueprint("plaques", __name__, url_prefix="/at")

_CODE_SHOWN_MAX = 32


@blueprint.get("/<code>")
@public
def plaque(code: str) -> ResponseReturnValue:
    """Say whether the shop is named, by whom and until when, and let residents begin to pay."""
    return _plaque_page(code, Form())


@blueprint.get("/<code>/qr.svg")
@public
def plaque_qr(code: str) -> Response:
    """Show the plaque's address as an image that any camera reads."""
    merchant = reading(lambda session: merchant_by_code(session, code))
    return Response(qr_svg(plaque_url(merchant.code)), content_type="image/svg+xml")


@blueprint.get("/<code>/pay")
@access(Role.RESIDENT)
def begin(code: str) -> ResponseReturnValue:
    """Take the amount that was typed, and give this one payment its key and with it an address of its own."""
    form = Form({"amount": request.args.get("amount", "")})
    amount = form.amount()
    if not form.is_right:
        return _plaque_page(code, form)
    return redirect(_attempt_url(code, amount), 303)


@blueprint.get("/<code>/pay/<uuid:attempt>")
@access(Role.RESIDENT)
def confirm(code: str, attempt: UUID) -> ResponseReturnValue:
    """Show the shop and the amount to be confirmed; once this payment was made, its receipt.

    The key stands in the address, so whoever loads the page again, or comes back to it, is still about the same one.
    """
    form, amount = Form({"pin": ""}, idempotency_key=str(attempt)), minor_units(request.args.get("amount", ""))
    if amount is None:
        return redirect(url_for("plaques.plaque", code=code), 303)
    made = reading(lambda session: _made(session, form, amount))
    if made is not None and made.refusal is None:
        return redirect(receipt_url(made.id), 303)
    if made is not None:
        # Refused before: the next try is one of its own.
        return redirect(_attempt_url(code, amount, made), 303)
    refused = reading(_refused_before)
    if refused is not None:
        key = form.idempotency_key
        form.refuse(problem_of_refusal(str(refused.refusal)))
        form.idempotency_key = key
    return _confirm_page(code, attempt, amount, form, refused)


@blueprint.post("/<code>/pay/<uuid:attempt>")
@access(Role.RESIDENT)
def pay(code: str, attempt: UUID) -> ResponseReturnValue:
    """Pay once; the same form again ends in the same outcome."""
    form, at = Form.posted("pin"), now()
    form.idempotency_key = str(attempt)
    amount = minor_units(request.args.get("amount", ""))
    if amount is None:
        return redirect(url_for("plaques.plaque", code=code), 303)

    def make(session: Session, asked: Confirmed) -> Attempt:
        return pay_at_merchant(
            session,
            merchant=merchant_by_code(session, code),
            resident=asked.resident,
            amount=amount,
            confirm_duplicate=asked.confirm_duplicate,
            pin=asked.pin,
            now=at,
            call=asked.call,
        )

    tried = pay_by_form(form, make, amount=amount)
    if tried is None:
        return _confirm_page(code, attempt, amount, form, None)
    if tried.redemption.refusal is None:
        return redirect(receipt_url(tried.redemption.id), 303)
    return redirect(_attempt_url(code, amount, tried.redemption), 303)


def _attempt_url(code: str, amount: int, refused: Redemption | None = None) -> str:
    """Return the address of one more payment, with the attempt that was refused before it."""
    typed = f"{amount // 100}.{amount % 100:02}"
    after = None if refused is None else refused.id
    confirmed = "yes" if request.values.get("confirm_duplicate") == "yes" else None
    return url_for(
        "plaques.confirm", code=code, attempt=uuid.uuid4(), amount=typed, after=after, confirm_duplicate=confirmed
    )


def _made(session: Session, form: Form, amount: int) -> Redemption | None:
    """Return the attempt that was made under this key, with or without a second payment being meant."""
    for confirmed in (False, True):
        try:
            made_id = recall_call(session, form.call(amount=amount, confirm_duplicate=confirmed))
        except KeyReusedError:
            continue
        return None if made_id is None else get_redemption(session, made_id)
    return None


def _refused_before(session: Session) -> Redemption | None:
    """Return the payer's own refused attempt that the address names."""
    try:
        found = get_redemption(session, UUID(request.args.get("after", "")))
    except (ValueError, RedemptionUnknownError):
        return None
    return found if found.resident_id == resident_id() and found.refusal is not None else None


def _confirm_page(code: str, attempt: UUID, amount: int, form: Form, refused: Redemption | None) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        resident = get_resident(session, resident_id())
        return {
            **plaque_facts(session, merchant_by_code(session, code)),
            "available": spendable(lots(session, resident.available_account_id), today=today()),
        }

    page = render_template(
        "resident/plaque_payment.html",
        attempt=attempt,
        amount=amount,
        **asked_besides(None if refused is None else refused.refusal),
        **form.context,
        **reading(read),
    )
    return make_response(page, form.status)


def _plaque_page(code: str, form: Form) -> ResponseReturnValue:
    somebody = viewer()

    def read(session: Session) -> dict[str, Any]:
        facts = plaque_facts(session, merchant_by_code(session, code))
        payer_id = None if somebody is None else somebody.resident_id
        if payer_id is None:
            return {**facts, "available": None}
        account_id = get_resident(session, payer_id).available_account_id
        return {**facts, "available": spendable(lots(session, account_id), today=today())}

    try:
        shown = reading(read)
    except MerchantUnknownError:
        page = render_template("public/plaque_unknown.html", code=code[:_CODE_SHOWN_MAX])
        return make_response(page, 404)
    return make_response(render_template("public/plaque.html", code=code, **form.context, **shown), form.status)
