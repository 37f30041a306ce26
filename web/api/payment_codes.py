"""The codes that residents show at tills, as text and as QR images, and the residents' own block."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from payments import (
    CodeBlock,
    PaymentCode,
    block_codes,
    code_of,
    create_payment_code,
    create_proved_code,
    get_code_block,
    get_payment_code,
    has_ended,
    lift_block,
    list_payment_codes,
    live_block,
)
from people import Role, get_resident
from safeguards import PinOutcome
from web.answers import answer
from web.api.calls import call_of, once, optional_call_of
from web.api.fields import Instant, PageQuery, Reply, Request, Text
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal
from web.clock import now
from web.pins import checked_pin
from web.problems import ProblemError, problem_of_refusal
from web.problems.refusals import REFUSALS
from web.problems.requests import NOT_FOUND
from web.qr_images import qr_png, qr_svg
from web.secret_keys import payment_code_secret
from web.unit_of_work import in_transaction, reading

blueprint = ApiBlueprint("payment-codes", "Payment codes: what residents show at a till, good for a minute and once.")


class PaymentCodeRequest(Request):
    """A code to be made; a PIN is taken where the office asks for one."""

    pin = Text(length_max=100, load_only=True)


class PaymentCodeReply(Reply):
    """A code. The code itself is told when it is made, and to the same call again while it is good."""

    id = fields.UUID(required=True)
    code = fields.String()
    expires_at = Instant(required=True)
    used_at = Instant(allow_none=True)


class BlockRequest(Request):
    """Nothing needs to be said."""


class BlockReply(Reply):
    """A resident's own block of their codes; `lifted_at` is null while it stands."""

    id = fields.UUID(required=True)
    blocked_at = Instant(required=True)
    lifted_at = Instant(required=True, allow_none=True)


@blueprint.post("/payment-codes")
@access(Role.RESIDENT)
@blueprint.arguments(PaymentCodeRequest)
@blueprint.response(201, PaymentCodeReply)
def make_code(asked: dict[str, Any]) -> Any:
    """Make a code; earlier ones stay good until their time."""
    resident_id = _resident_id()
    pin = checked_pin(resident_id, asked.get("pin"))

    def make(session: Session) -> dict[str, Any] | PinOutcome:
        resident, secret, at = get_resident(session, resident_id), payment_code_secret(), now()
        if pin is None:
            made = create_payment_code(session, resident=resident, secret=secret, now=at, call=call)
        else:
            proved = create_proved_code(session, resident=resident, secret=secret, pin=pin, now=at, call=call)
            if isinstance(proved, PinOutcome):
                return proved
            made = proved
        return {"id": made.id, "code": code_of(made.id, payment_code_secret()), "expires_at": made.expires_at}

    def again(session: Session, made_id: UUID) -> dict[str, Any]:
        made = get_payment_code(session, payment_code_id=made_id, resident_id=_resident_id())
        # A phone whose first answer was lost has nothing else to show; what is over is of no use to anybody.
        told = {} if has_ended(made.expires_at, now()) else {"code": code_of(made.id, payment_code_secret())}
        return {"id": made.id, "expires_at": made.expires_at, **told}

    # No PIN is remembered, not even as a hash: it is short enough to be guessed from one.
    call = optional_call_of({name: value for name, value in asked.items() if name != "pin"})
    made, headers = (in_transaction(make), {}) if call is None else once(call, make, again)
    if isinstance(made, PinOutcome):
        return answer(problem_of_refusal(f"pin_{made.value}"))
    return made, headers


@blueprint.get("/payment-codes")
@access(Role.RESIDENT)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(PaymentCodeReply))
def list_own(asked: dict[str, Any]) -> Any:
    """List one's own codes of the last day, newest first, without telling them."""

    def read(session: Session) -> dict[str, Any]:
        limit = asked["limit"]
        found = list_payment_codes(
            session, resident_id=_resident_id(), limit=limit + 1, before=id_cursor(asked["cursor"])
        )
        return page(found[:limit], found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/payment-codes/<uuid:payment_code_id>")
@access(Role.RESIDENT)
@blueprint.response(200, PaymentCodeReply)
def show(payment_code_id: UUID) -> Any:
    """Show until when a code is good, and whether it was used."""
    return reading(lambda session: _own(session, payment_code_id))


@blueprint.get("/payment-codes/<uuid:payment_code_id>/qr.svg")
@access(Role.RESIDENT)
@blueprint.response(200, content_type="image/svg+xml")
def show_svg(payment_code_id: UUID) -> Response:
    """Show a code that is still good as a QR image that holds exactly the code."""
    return Response(qr_svg(_live_text(payment_code_id)), content_type="image/svg+xml")


@blueprint.get("/payment-codes/<uuid:payment_code_id>/qr.png")
@access(Role.RESIDENT)
@blueprint.response(200, content_type="image/png")
def show_png(payment_code_id: UUID) -> Response:
    """Show a code that is still good as a QR image that holds exactly the code."""
    return Response(qr_png(_live_text(payment_code_id)), content_type="image/png")


@blueprint.post("/code-blocks")
@access(Role.RESIDENT)
@blueprint.arguments(BlockRequest)
@blueprint.response(201, BlockReply)
def block(asked: dict[str, Any]) -> Any:
    """Block all of one's own codes, those already shown too, until the block is lifted."""
    call = call_of(asked)
    return once(
        call,
        lambda session: block_codes(session, resident_id=_resident_id(), actor=principal().actor, now=now(), call=call),
        _block,
    )


@blueprint.get("/code-blocks")
@access(Role.RESIDENT)
@blueprint.response(200, page_of(BlockReply))
def list_blocks() -> Any:
    """List the block that stands, if there is one."""

    def read(session: Session) -> dict[str, Any]:
        standing = live_block(session, resident_id=_resident_id())
        return page([] if standing is None else [standing], None)

    return reading(read)


@blueprint.get("/code-blocks/<uuid:block_id>")
@access(Role.RESIDENT)
@blueprint.response(200, BlockReply)
def show_block(block_id: UUID) -> Any:
    """Show one of the caller's blocks."""
    return reading(lambda session: _block(session, block_id))


@blueprint.post("/code-blocks/lift")
@access(Role.RESIDENT)
@blueprint.arguments(BlockRequest)
@blueprint.response(200, BlockReply)
def lift(asked: dict[str, Any]) -> Any:
    """Lift one's own block: new codes can be made, those that were blocked stay so."""

    def make(session: Session) -> CodeBlock:
        lifted = lift_block(session, resident_id=_resident_id(), actor=principal().actor, now=now(), call=call)
        if lifted is None:
            raise ProblemError(NOT_FOUND)
        return lifted

    call = call_of(asked)
    return once(call, make, _block)


def _resident_id() -> UUID:
    resident_id = principal().resident_id
    if resident_id is None:
        raise ProblemError(NOT_FOUND)
    return resident_id


def _own(session: Session, payment_code_id: UUID) -> PaymentCode:
    return get_payment_code(session, payment_code_id=payment_code_id, resident_id=_resident_id())


def _live_text(payment_code_id: UUID) -> str:
    found = reading(lambda session: _own(session, payment_code_id))
    if has_ended(found.expires_at, now()):
        raise ProblemError(REFUSALS["code_expired"])
    return code_of(found.id, payment_code_secret())


def _block(session: Session, block_id: UUID) -> CodeBlock:
    found = get_code_block(session, block_id)
    if found is None or found.resident_id != _resident_id():
        raise ProblemError(NOT_FOUND)
    return found
