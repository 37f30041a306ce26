"""The page a resident pays with: a code that lives a minute, its QR image, what became of it, and blocking all codes.

Adds its routes to the resident's own.
"""

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import payments
from ledger import lots, spendable
from payments import (
    CodesBlockedError,
    PaymentCode,
    Refusal,
    TooManyLiveCodesError,
    code_of,
    create_payment_code,
    create_proved_code,
    get_payment_code,
    lift_block,
    list_redemptions,
    live_block,
)
from people import LogInOutcome, Role, check_password, confirm_password, get_resident
from safeguards import PinOutcome, PinState, limits_in_force, pin_state
from web.auth import access, principal
from web.clock import now, today
from web.pages.account import not_confirmed
from web.pages.lists import is_fragment
from web.pages.payments_shown import payment_view
from web.pages.resident import receipt_url
from web.pages.resident_blueprint import blueprint
from web.pages.shapes import CodeView
from web.pages.times import local
from web.pages.viewer import resident_id
from web.pins import checked_pin
from web.problems import REFUSALS, Problem, ProblemError, problem_of, problem_of_refusal
from web.qr_images import qr_svg
from web.secret_keys import passwords, payment_code_secret
from web.unit_of_work import in_transaction, reading

# As many payments as can be made with codes that live at the same moment.
_PAYMENTS_LOOKED_AT = 100


@blueprint.get("/code")
@access(Role.RESIDENT)
def code() -> ResponseReturnValue:
    """Show the page; its script asks for a code, or the button does."""
    return _page(200)


@blueprint.post("/code")
@access(Role.RESIDENT)
def make_code() -> ResponseReturnValue:
    """Make a fresh code and show it; where the PIN was typed first, no till asks for it."""
    secret, at = payment_code_secret(), now()
    pin = checked_pin(resident_id(), request.form.get("pin"))

    def make(session: Session) -> PaymentCode | PinOutcome:
        resident = get_resident(session, resident_id())
        if pin is None:
            return create_payment_code(session, resident=resident, secret=secret, now=at)
        return create_proved_code(session, resident=resident, secret=secret, pin=pin, now=at)

    try:
        made = in_transaction(make)
    except CodesBlockedError:
        if is_fragment():
            # The block came from another device: the whole page has to say so.
            return Response(status=204, headers={"HX-Refresh": "true"})
        return _page(409)
    except TooManyLiveCodesError as error:
        return _page(429, refusal=problem_of(error))
    if isinstance(made, PinOutcome):
        code = Refusal.PIN_LOCKED if made is PinOutcome.LOCKED else Refusal.PIN_WRONG
        return _page(409, refusal=problem_of_refusal(code.value))
    return _page(200, code=_shown(made), pin_typed=pin is not None)


@blueprint.get("/code/<uuid:code_id>/qr.svg")
@access(Role.RESIDENT)
def code_qr(code_id: UUID) -> Response:
    """Show a code that is still good as an image that holds exactly the code."""
    found = reading(lambda session: _own(session, code_id))
    if found.expires_at <= now():
        raise ProblemError(REFUSALS["code_expired"])
    return Response(qr_svg(code_of(found.id, payment_code_secret())), content_type="image/svg+xml")


@blueprint.get("/code/<uuid:code_id>/outcome")
@access(Role.RESIDENT)
def code_outcome(code_id: UUID) -> ResponseReturnValue:
    """Say what was paid with a code; nothing while nothing was."""

    def read(session: Session) -> dict[str, Any] | None:
        found = _own(session, code_id)
        if found.used_at is None:
            return None
        payments = list_redemptions(
            session,
            resident_id=found.resident_id,
            since=found.created_at,
            completed_only=True,
            limit=_PAYMENTS_LOOKED_AT,
        )
        payment = next(each for each in payments if each.payment_code_id == found.id)
        return {
            "payment": payment_view(session, payment, receipt_url),
            "available": _available(session),
            "receipt_url": receipt_url(payment.id),
        }

    shown = reading(read)
    return Response(status=204) if shown is None else render_template("resident/_paid.html", **shown)


@blueprint.post("/codes/block")
@access(Role.RESIDENT)
def block_codes() -> ResponseReturnValue:
    """Stop all of the resident's codes, those already shown too."""
    at = now()
    in_transaction(
        lambda session: payments.block_codes(session, resident_id=resident_id(), actor=principal().actor, now=at)
    )
    flash(_("Your codes are blocked. Nobody can pay with them."), "success")
    return redirect(url_for("resident.code"), 303)


@blueprint.post("/codes/unblock")
@access(Role.RESIDENT)
def unblock_codes() -> ResponseReturnValue:
    """Lift the block, for whoever knows the password and not only holds the phone."""
    password, at = request.form.get("password", ""), now()
    checked = reading(
        lambda session: check_password(
            session,
            passwords=passwords(),
            login_name=get_resident(session, resident_id()).number,
            password=password,
        )
    )

    def lift(session: Session) -> tuple[LogInOutcome, int | None]:
        done = confirm_password(session, checked=checked, address=request.remote_addr, now=at)
        if done.outcome is LogInOutcome.DONE:
            lift_block(session, resident_id=resident_id(), actor=principal().actor, now=at)
        return done.outcome, done.retry_after_s

    outcome, retry_after_s = in_transaction(lift)
    if outcome is LogInOutcome.DONE:
        flash(_("The block is lifted. You can show codes again."), "success")
    else:
        flash(not_confirmed(outcome, retry_after_s), "danger")
    return redirect(url_for("resident.code"), 303)


def _own(session: Session, code_id: UUID) -> PaymentCode:
    return get_payment_code(session, payment_code_id=code_id, resident_id=resident_id())


def _available(session: Session) -> int:
    return spendable(lots(session, get_resident(session, resident_id()).available_account_id), today=today())


def _shown(made: PaymentCode) -> CodeView:
    return CodeView(
        id=made.id,
        text=code_of(made.id, payment_code_secret()),
        qr_svg_url=url_for("resident.code_qr", code_id=made.id),
        seconds_left=max(0, int((made.expires_at - now()).total_seconds())),
        expires_at=local(made.expires_at),
    )


def _page(
    status: int, *, code: CodeView | None = None, refusal: Problem | None = None, pin_typed: bool = False
) -> Response:
    """Return the page, or its part for htmx, which shows refusals only where the answer's status is no error."""

    def read(session: Session) -> dict[str, Any]:
        limits, state = limits_in_force(session), pin_state(session, resident_id=resident_id())
        return {
            "available": _available(session),
            "codes_blocked": live_block(session, resident_id=resident_id()) is not None,
            "pin_is_asked_for": limits.pin_above_amount is not None or limits.pin_above_count is not None,
            "pin_state": state.value,
            # Whoever has no PIN and typed something proved nothing.
            "is_proved": pin_typed and state is PinState.SET,
        }

    part = is_fragment()
    template = "resident/_code.html" if part else "resident/code.html"
    response = make_response(render_template(template, code=code, refusal=refusal, **reading(read)))
    response.status_code = 200 if part else status
    if refusal is not None and not part:
        response.headers.update(refusal.headers)
    return response
