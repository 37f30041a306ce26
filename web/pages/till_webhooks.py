"""Webhooks of a shop, for its owner: where outcomes are sent, what was sent and what came of it.

Adds its routes to the till's.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import webhooks
from merchants import get_merchant
from people import Role
from web.auth import access, principal, require
from web.clock import now
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page
from web.pages.till_blueprint import blueprint
from web.pages.times import local
from web.pages.viewer import shop_id, shop_ids
from web.secret_keys import phone_vault
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading
from web.webhook_sending import message_id
from webhooks import EVENTS, EndpointState, WebhookDelivery, WebhookEndpoint

_ON_PAGE = 20


@blueprint.get("/shop/webhooks", endpoint="webhooks")
@access(Role.MERCHANT_OWNER)
def show_webhooks() -> ResponseReturnValue:
    """Show the owner where outcomes are sent, and a form for another address."""
    _require_owner()
    return _list_page(Form({"events": " ".join(EVENTS)}))


@blueprint.post("/shop/webhooks", endpoint="register_webhook")
@access(Role.MERCHANT_OWNER)
def register() -> ResponseReturnValue:
    """Have outcomes sent to another address, and show its secret, this once."""
    _require_owner()
    form = Form.posted_once("url")
    events = request.form.getlist("events")
    form.values["events"] = " ".join(events)
    url = form.text("url")
    call, merchant_id, at, told = form.call(url=url, events=events), shop_id(), now(), dict[UUID, str]()

    def make(session: Session) -> UUID:
        made, secret = webhooks.register_endpoint(
            session,
            merchant=get_merchant(session, merchant_id),
            url=url,
            events=events,
            vault=phone_vault(),
            actor=call.owner,
            now=at,
            loopback=current_settings().webhooks_loopback,
            call=call,
        )
        told[made.id] = secret
        return made.id

    made_id = form.attempt(lambda: once(call, make)) if form.is_right else None
    return _list_page(form) if made_id is None else _one_page(made_id, secret=told.get(made_id, ""), status=201)


@blueprint.get("/shop/webhooks/<uuid:endpoint_id>", endpoint="webhook")
@access(Role.MERCHANT_OWNER)
def show_webhook(endpoint_id: UUID) -> ResponseReturnValue:
    """Show one address with the messages that were sent to it, newest first."""
    _require_owner()
    return _one_page(endpoint_id)


@blueprint.post("/shop/webhooks/<uuid:endpoint_id>/secret", endpoint="rotate_webhook_secret")
@access(Role.MERCHANT_OWNER)
def rotate(endpoint_id: UUID) -> ResponseReturnValue:
    """Make a new secret and show it, this once; for a day the one before signs as well."""
    _require_owner()
    form = Form.posted_once()
    call, merchant_id, at, told = form.call(), shop_id(), now(), dict[UUID, str]()

    def make(session: Session) -> UUID:
        changed, secret = webhooks.rotate_secret(
            session, endpoint_id=endpoint_id, merchant_id=merchant_id, vault=phone_vault(), now=at, call=call
        )
        told[changed.id] = secret
        return changed.id

    return _one_page(endpoint_id, secret=told.get(once(call, make), ""), status=201)


@blueprint.post("/shop/webhooks/<uuid:endpoint_id>/test", endpoint="test_webhook")
@access(Role.MERCHANT_OWNER)
def send_test(endpoint_id: UUID) -> ResponseReturnValue:
    """Have a test message sent."""
    _require_owner()
    form, merchant_id, at = Form.posted_once(), shop_id(), now()
    call = form.call()

    def make(session: Session) -> UUID:
        return webhooks.send_test(session, endpoint_id=endpoint_id, merchant_id=merchant_id, now=at, call=call).id

    return _done(endpoint_id, form, lambda: once(call, make), _("The test is on its way. Load this page again soon."))


@blueprint.post(
    "/shop/webhooks/<uuid:endpoint_id>/messages/<uuid:delivery_id>/repetition", endpoint="repeat_webhook_message"
)
@access(Role.MERCHANT_OWNER)
def send_again(endpoint_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Have a message sent again, as it was."""
    _require_owner()
    form, merchant_id, at = Form.posted_once(), shop_id(), now()
    call = form.call()

    def make(session: Session) -> UUID:
        return webhooks.send_again(
            session, delivery_id=delivery_id, endpoint_id=endpoint_id, merchant_id=merchant_id, now=at, call=call
        ).id

    return _done(endpoint_id, form, lambda: once(call, make), _("It is sent again, with the same number."))


@blueprint.post("/shop/webhooks/<uuid:endpoint_id>/<any(disabling, enabling):step>", endpoint="switch_webhook")
@access(Role.MERCHANT_OWNER)
def switch(endpoint_id: UUID, step: str) -> ResponseReturnValue:
    """Switch an address off or on."""
    _require_owner()
    form, merchant_id, at = Form.posted_once(), shop_id(), now()
    call = form.call()
    change = webhooks.enable_endpoint if step == "enabling" else webhooks.disable_endpoint

    def make(session: Session) -> UUID:
        return change(session, endpoint_id=endpoint_id, merchant_id=merchant_id, now=at, call=call).id

    said = _("Switched on.") if step == "enabling" else _("Switched off.")
    return _done(endpoint_id, form, lambda: once(call, make), said)


@blueprint.post("/shop/webhooks/<uuid:endpoint_id>/removal", endpoint="remove_webhook")
@access(Role.MERCHANT_OWNER)
def remove(endpoint_id: UUID) -> ResponseReturnValue:
    """Take an address away for good."""
    _require_owner()
    merchant_id, at = shop_id(), now()
    in_transaction(
        lambda session: webhooks.remove_endpoint(session, endpoint_id=endpoint_id, merchant_id=merchant_id, now=at)
    )
    flash(_("Removed. Nothing is sent there any more."), "success")
    return redirect(url_for("till.webhooks"), 303)


def _require_owner() -> None:
    require(principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER))


def _done(endpoint_id: UUID, form: Form, work: Callable[[], UUID], said: str) -> ResponseReturnValue:
    if form.attempt(work) is None:
        return _one_page(endpoint_id, form=form)
    flash(said, "success")
    return redirect(url_for("till.webhook", endpoint_id=endpoint_id), 303)


def _list_page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        found = webhooks.list_endpoints(session, merchant_id=shop_id())
        return {"endpoints": [_endpoint_view(each) for each in found]}

    page = render_template(
        "till/webhooks.html",
        events=[each.value for each in EVENTS],
        endpoints_max=webhooks.ENDPOINTS_MAX,
        **form.context,
        **reading(read),
    )
    return make_response(page, form.status)


def _one_page(
    endpoint_id: UUID, *, form: Form | None = None, secret: str = "", status: int | None = None
) -> ResponseReturnValue:
    before, form = id_cursor(), form or Form()

    def read(session: Session) -> dict[str, Any]:
        endpoint = webhooks.get_endpoint(session, endpoint_id=endpoint_id, merchant_id=shop_id())
        found = webhooks.list_deliveries(session, endpoint_id=endpoint.id, limit=_ON_PAGE + 1, before=before)
        return {
            "endpoint": _endpoint_view(endpoint),
            "messages": _message_views(session, list(found[:_ON_PAGE])),
            "more_url": _more_url(endpoint.id, found[_ON_PAGE - 1].id) if len(found) > _ON_PAGE else None,
        }

    shown = {**form.context, **reading(read), "secret": secret}
    return make_response(list_page("till/webhook.html", "till/_webhook_messages.html", **shown), status or form.status)


def _more_url(endpoint_id: UUID, before: UUID) -> str:
    """Return where older messages are, also from the page that answers a form."""
    shop = shop_id() if len(shop_ids()) > 1 else None
    return url_for("till.webhook", endpoint_id=endpoint_id, shop=shop, before=before)


def _endpoint_view(endpoint: WebhookEndpoint) -> dict[str, Any]:
    reason, until, since = endpoint.stop_reason, endpoint.old_secret_until, endpoint.failing_since
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": [each.value for each in endpoint.event_types],
        "is_on": endpoint.state is EndpointState.ENABLED,
        "stop_reason": None if reason is None else reason.value,
        "old_secret_until": local(until) if until is not None and until > now() else None,
        "failing_since": None if since is None else local(since),
    }


def _message_views(session: Session, found: list[WebhookDelivery]) -> list[dict[str, Any]]:
    attempts = webhooks.attempts_of(session, [each.id for each in found])
    return [
        {
            "id": each.id,
            "webhook_id": message_id(each.id),
            "event": each.event.value,
            "order_no": json.loads(each.payload)["data"].get("order_no", ""),
            "state": each.state.value,
            "happened_at": local(each.happened_at),
            "next_try_at": None if each.next_try_at is None else local(each.next_try_at),
            "attempts": [
                {
                    "at": local(one.at),
                    "status": one.status,
                    "fault": None if one.fault is None else one.fault.value,
                }
                for one in attempts[each.id]
            ],
        }
        for each in found
    ]
