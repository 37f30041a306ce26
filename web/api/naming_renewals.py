"""Renewal of namings, and the history of a merchant.

Adds its routes to those of merchants.
"""

from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from merchants import (
    EventKind,
    RenewalStep,
    RenewalStepKind,
    ask_for_renewal,
    get_naming,
    get_renewal_step,
    merchant_by_code,
    merchant_history,
    refuse_renewal,
    renew_naming,
    renewal_steps,
)
from people import Role
from web.api.calls import call_of, once
from web.api.fields import Day, Instant, PageQuery, Reply, Request, Text, a_text
from web.api.merchants import NamingReply, blueprint, part_of, seen_merchant, shown_naming, there
from web.api.pages import page_of
from web.auth import BOOKS, access, principal, require
from web.clock import now
from web.unit_of_work import reading


class RenewalWishRequest(Request):
    """What the owner adds, if anything."""

    words = Text(load_default=None)


class RenewalRefusalRequest(Request):
    """Why the naming is not renewed."""

    reason = a_text()


class RenewalRequest(Request):
    """The last day of the naming that follows, and its document."""

    valid_until = Day(required=True, data_key="until")
    document = a_text()


class RenewalStepReply(Reply):
    """The owner asked for the renewal of a naming, or the office refused it."""

    id = fields.UUID(required=True)
    naming_id = fields.UUID(required=True)
    kind = fields.Enum(RenewalStepKind, by_value=True, required=True)
    words = fields.String(required=True, allow_none=True)
    made_at = Instant(required=True)


class MerchantEventReply(Reply):
    """Something that happened to a merchant; `by` is an opaque name."""

    id = fields.UUID(required=True)
    kind = fields.Enum(EventKind, by_value=True, required=True)
    at = Instant(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    document = fields.String(required=True, allow_none=True)
    naming_class = fields.String(required=True, allow_none=True, data_key="class")
    valid_from = Day(required=True, allow_none=True, data_key="from")
    valid_until = Day(required=True, allow_none=True, data_key="until")


@blueprint.post("/merchants/<code>/namings/<uuid:naming_id>/renewal-requests")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(RenewalWishRequest)
@blueprint.response(201, RenewalStepReply)
def ask_to_renew(asked: dict[str, Any], code: str, naming_id: UUID) -> Any:
    """Ask the office to renew a naming before it ends."""
    call = call_of(asked)

    def make(session: Session) -> RenewalStep:
        merchant = merchant_by_code(session, code)
        require(principal().acts_for_merchant(merchant.id, Role.MERCHANT_OWNER))
        return ask_for_renewal(
            session,
            merchant=merchant,
            naming_id=naming_id,
            words=asked["words"],
            actor=principal().actor,
            now=now(),
            call=call,
        )

    return once(call, make, _step_again)


@blueprint.post("/merchants/<code>/namings/<uuid:naming_id>/renewal-refusal")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(RenewalRefusalRequest)
@blueprint.response(201, RenewalStepReply)
def refuse_to_renew(asked: dict[str, Any], code: str, naming_id: UUID) -> Any:
    """Refuse the renewal that the owner asked for."""
    call = call_of(asked)

    def make(session: Session) -> RenewalStep:
        return refuse_renewal(
            session,
            merchant=merchant_by_code(session, code),
            naming_id=naming_id,
            reason=asked["reason"],
            actor=principal().actor,
            now=now(),
            call=call,
        )

    return once(call, make, _step_again)


@blueprint.post("/merchants/<code>/namings/<uuid:naming_id>/renewal")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(RenewalRequest)
@blueprint.response(201, NamingReply)
def renew(asked: dict[str, Any], code: str, naming_id: UUID) -> Any:
    """Renew a naming: another one follows it without a day between, of the same class and for the same funds."""
    call = call_of(asked)
    last_day: date = asked["valid_until"]

    def make(session: Session) -> dict[str, Any]:
        return shown_naming(
            renew_naming(
                session,
                merchant=merchant_by_code(session, code),
                naming_id=naming_id,
                valid_until=last_day,
                document=asked["document"],
                actor=principal().actor,
                now=now(),
                call=call,
            )
        )

    return once(call, make, lambda session, made_id: shown_naming(there(get_naming(session, made_id))))


@blueprint.get("/merchants/<code>/namings/renewal-steps")
@access(*BOOKS, Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(RenewalStepReply))
def list_renewal_steps(asked: dict[str, Any], code: str) -> Any:
    """List what was asked and refused about renewals of a merchant's namings, newest first."""
    return reading(
        lambda session: part_of(list(renewal_steps(session, merchant_id=seen_merchant(session, code).id)), asked)
    )


@blueprint.get("/merchants/<code>/history")
@access(*BOOKS, Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MerchantEventReply))
def list_history(asked: dict[str, Any], code: str) -> Any:
    """List all that happened to a merchant: application, namings, suspensions, renewals, closing; newest first."""
    return reading(lambda session: part_of(merchant_history(session, seen_merchant(session, code)), asked))


def _step_again(session: Session, step_id: UUID) -> RenewalStep:
    found: RenewalStep = there(get_renewal_step(session, step_id))
    return found
