"""Webhooks of a shop: where outcomes are sent, what was sent, and what came of each attempt."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Length
from sqlalchemy.orm import Session

import webhooks
from merchants import Merchant, merchant_by_code
from people import Role
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, Text
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal, require
from web.clock import now
from web.secret_keys import phone_vault
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading
from web.webhook_sending import message_id
from webhooks import EVENTS, URL_LENGTH_MAX, WebhookAttempt, WebhookDelivery, WebhookEndpoint

blueprint = ApiBlueprint("webhooks", "Webhooks: a shop's programs are told what became of payments, signed.")

_EVENTS = ", ".join(f"`{each.value}`" for each in EVENTS)


class WebhookRequest(Request):
    """Where outcomes are to be sent, and which."""

    url = Text(required=True, length_max=URL_LENGTH_MAX, metadata={"description": "https, on a public address."})
    events = fields.List(
        Text(length_max=40),
        required=True,
        validate=Length(min=1, max=20),
        metadata={"description": f"Some of {_EVENTS}."},
    )


class WebhookStepRequest(Request):
    """Nothing is asked besides."""


class WebhookReply(Reply):
    """An endpoint. Its secret is told once: when it is registered, and when it is given a new one."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    state = fields.String(required=True, metadata={"description": "`enabled` or `disabled`."})
    stop_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "`owner`, `gone` (it answered 410) or `failing` (for five days)."},
    )
    secret = fields.String(metadata={"description": "`whsec_…`; told this once, and not to a repeated call."})
    old_secret_until = Instant(
        required=True, allow_none=True, metadata={"description": "Until then the secret before signs as well."}
    )
    failing_since = Instant(required=True, allow_none=True)
    registered_at = Instant(required=True)


class WebhookAttemptReply(Reply):
    """One attempt: the status of the answer, or why there was none."""

    at = Instant(required=True)
    status = fields.Integer(required=True, allow_none=True)
    fault = fields.String(required=True, allow_none=True, metadata={"description": "Null where the message was taken."})
    took_ms = fields.Integer(required=True)


class WebhookMessageReply(Reply):
    """A message with every attempt to send it; `webhook_id` is the header that all of them bear."""

    id = fields.UUID(required=True)
    webhook_id = fields.String(required=True)
    event = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "`waiting`, `delivered` or `dead`."})
    payload = fields.Raw(required=True)
    happened_at = Instant(required=True)
    next_try_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    attempts = fields.List(fields.Nested(WebhookAttemptReply), required=True)


@blueprint.post("/merchants/<code>/webhooks")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(WebhookRequest)
@blueprint.response(201, WebhookReply)
def register(asked: dict[str, Any], code: str) -> Any:
    """Have what happens at the shop from now on sent to an address; the answer tells the secret, once."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        made, secret = webhooks.register_endpoint(
            session,
            merchant=_own(session, code),
            url=asked["url"],
            events=asked["events"],
            vault=phone_vault(),
            actor=call.owner,
            now=now(),
            loopback=current_settings().webhooks_loopback,
            call=call,
        )
        return {**_shown(made), "secret": secret}

    return once(call, make, lambda session, made_id: _shown(_endpoint(session, code, made_id)))


@blueprint.get("/merchants/<code>/webhooks")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(WebhookReply))
def list_all(asked: dict[str, Any], code: str) -> Any:
    """List the shop's endpoints, newest first."""

    def read(session: Session) -> dict[str, Any]:
        before, limit = id_cursor(asked["cursor"]), asked["limit"]
        found = list(webhooks.list_endpoints(session, merchant_id=_own(session, code).id))
        if before is not None:
            found = [each for each in found if each.id < before]
        return page([_shown(each) for each in found[:limit]], found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/merchants/<code>/webhooks/<uuid:endpoint_id>")
@access(Role.MERCHANT_OWNER)
@blueprint.response(200, WebhookReply)
def show(code: str, endpoint_id: UUID) -> Any:
    """Show one endpoint, without its secret."""
    return reading(lambda session: _shown(_endpoint(session, code, endpoint_id)))


@blueprint.delete("/merchants/<code>/webhooks/<uuid:endpoint_id>")
@access(Role.MERCHANT_OWNER)
@blueprint.response(204)
def remove(code: str, endpoint_id: UUID) -> Any:
    """Take an endpoint away for good; its secret is deleted, and what waits is not sent."""
    return in_transaction(
        lambda session: webhooks.remove_endpoint(
            session, endpoint_id=endpoint_id, merchant_id=_own(session, code).id, now=now()
        )
    )


@blueprint.post("/merchants/<code>/webhooks/<uuid:endpoint_id>/secret")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(WebhookStepRequest)
@blueprint.response(201, WebhookReply)
def rotate(asked: dict[str, Any], code: str, endpoint_id: UUID) -> Any:
    """Give an endpoint a new secret, told once; for a day messages bear two signatures."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        changed, secret = webhooks.rotate_secret(
            session,
            endpoint_id=endpoint_id,
            merchant_id=_own(session, code).id,
            vault=phone_vault(),
            now=now(),
            call=call,
        )
        return {**_shown(changed), "secret": secret}

    return once(call, make, lambda session, made_id: _shown(_endpoint(session, code, made_id)))


@blueprint.post("/merchants/<code>/webhooks/<uuid:endpoint_id>/disabling")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(WebhookStepRequest)
@blueprint.response(200, WebhookReply)
def disable(asked: dict[str, Any], code: str, endpoint_id: UUID) -> Any:
    """Send nothing to an endpoint until it is enabled; what waits goes on waiting."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shop_id = _own(session, code).id
        return _shown(
            webhooks.disable_endpoint(session, endpoint_id=endpoint_id, merchant_id=shop_id, now=now(), call=call)
        )

    return once(call, make, lambda session, made_id: _shown(_endpoint(session, code, made_id)))


@blueprint.post("/merchants/<code>/webhooks/<uuid:endpoint_id>/enabling")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(WebhookStepRequest)
@blueprint.response(200, WebhookReply)
def enable(asked: dict[str, Any], code: str, endpoint_id: UUID) -> Any:
    """Send to an endpoint again: what waited, and what happens from now on; nothing of the time between."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shop_id = _own(session, code).id
        return _shown(
            webhooks.enable_endpoint(session, endpoint_id=endpoint_id, merchant_id=shop_id, now=now(), call=call)
        )

    return once(call, make, lambda session, made_id: _shown(_endpoint(session, code, made_id)))


@blueprint.post("/merchants/<code>/webhooks/<uuid:endpoint_id>/test")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(WebhookStepRequest)
@blueprint.response(201, WebhookMessageReply)
def send_test(asked: dict[str, Any], code: str, endpoint_id: UUID) -> Any:
    """Have a test message sent, which tells of no payment; one waits at most."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shop_id = _own(session, code).id
        made = webhooks.send_test(session, endpoint_id=endpoint_id, merchant_id=shop_id, now=now(), call=call)
        return _messages_shown(session, [made])[0]

    return once(call, make, lambda session, made_id: _message(session, code, endpoint_id, made_id))


@blueprint.get("/merchants/<code>/webhooks/<uuid:endpoint_id>/messages")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(WebhookMessageReply))
def list_messages(asked: dict[str, Any], code: str, endpoint_id: UUID) -> Any:
    """List the messages of an endpoint of the last 90 days, newest first, with each attempt."""

    def read(session: Session) -> dict[str, Any]:
        limit, before = asked["limit"], id_cursor(asked["cursor"])
        endpoint = _endpoint(session, code, endpoint_id)
        found = webhooks.list_deliveries(session, endpoint_id=endpoint.id, limit=limit + 1, before=before)
        return page(_messages_shown(session, found[:limit]), found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/merchants/<code>/webhooks/<uuid:endpoint_id>/messages/<uuid:delivery_id>")
@access(Role.MERCHANT_OWNER)
@blueprint.response(200, WebhookMessageReply)
def show_message(code: str, endpoint_id: UUID, delivery_id: UUID) -> Any:
    """Show one message, with each attempt to send it."""
    return reading(lambda session: _message(session, code, endpoint_id, delivery_id))


@blueprint.post("/merchants/<code>/webhooks/<uuid:endpoint_id>/messages/<uuid:delivery_id>/repetition")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(WebhookStepRequest)
@blueprint.response(200, WebhookMessageReply)
def send_again(asked: dict[str, Any], code: str, endpoint_id: UUID, delivery_id: UUID) -> Any:
    """Have a message sent again, under the same id and with the same text."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        made = webhooks.send_again(
            session,
            delivery_id=delivery_id,
            endpoint_id=endpoint_id,
            merchant_id=_own(session, code).id,
            now=now(),
            call=call,
        )
        return _messages_shown(session, [made])[0]

    return once(call, make, lambda session, made_id: _message(session, code, endpoint_id, made_id))


def _own(session: Session, code: str) -> Merchant:
    merchant = merchant_by_code(session, code)
    require(principal().acts_for_merchant(merchant.id, Role.MERCHANT_OWNER))
    return merchant


def _endpoint(session: Session, code: str, endpoint_id: UUID) -> WebhookEndpoint:
    return webhooks.get_endpoint(session, endpoint_id=endpoint_id, merchant_id=_own(session, code).id)


def _message(session: Session, code: str, endpoint_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    endpoint = _endpoint(session, code, endpoint_id)
    found = webhooks.get_delivery(session, delivery_id=delivery_id, endpoint_id=endpoint.id)
    return _messages_shown(session, [found])[0]


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    reason = endpoint.stop_reason
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": [each.value for each in endpoint.event_types],
        "state": endpoint.state.value,
        "stop_reason": None if reason is None else reason.value,
        "old_secret_until": endpoint.old_secret_until,
        "failing_since": endpoint.failing_since,
        "registered_at": endpoint.registered_at,
    }


def _messages_shown(session: Session, found: Sequence[WebhookDelivery]) -> list[dict[str, Any]]:
    attempts = webhooks.attempts_of(session, [each.id for each in found])
    return [
        {
            "id": each.id,
            "webhook_id": message_id(each.id),
            "event": each.event.value,
            "state": each.state.value,
            "payload": json.loads(each.payload),
            "happened_at": each.happened_at,
            "next_try_at": each.next_try_at,
            "ended_at": each.ended_at,
            "attempts": [_attempt_shown(attempt) for attempt in attempts[each.id]],
        }
        for each in found
    ]


def _attempt_shown(attempt: WebhookAttempt) -> dict[str, Any]:
    fault = attempt.fault
    return {
        "at": attempt.at,
        "status": attempt.status,
        "fault": None if fault is None else fault.value,
        "took_ms": attempt.took_ms,
    }
