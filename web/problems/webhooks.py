"""The rows of what webhooks refuse by an exception: nothing happened."""

from flask_babel import lazy_gettext as _l

import webhooks
from web.problems.row import Row, unknown
from webhooks import UrlFault

_URL_FAULTS = {
    UrlFault.MALFORMED: _l("This is no address such as https://till.example/pingan."),
    UrlFault.SCHEME: _l("The address has to begin with https://."),
    UrlFault.USERINFO: _l("No user and password may stand in the address: messages are signed instead."),
    UrlFault.FRAGMENT: _l("Nothing may stand behind a # in the address: it would not be sent."),
    UrlFault.PORT: _l("The port may be 443, or 1024 and above."),
    UrlFault.HOST: _l("The host has to be a whole name, such as till.example."),
    UrlFault.NOT_PUBLIC: _l("The host has to be a name that everybody can reach, no number and not this machine."),
    UrlFault.TOO_LONG: _l("The address has 500 characters at most."),
}


def _url_at_fault(error: webhooks.WebhookUrlError) -> dict[str, list[str]]:
    return {"url": [str(_URL_FAULTS[error.fault])]}


WEBHOOKS_ROWS: dict[type[Exception], Row] = {
    webhooks.WebhookUrlError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("Nothing is sent to such an address."),
        errors_of=_url_at_fault,
    ),
    webhooks.WebhookEventsError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("Name at least one of these events, and no other: %(known)s.", known="%(known)s"),
        field="events",
    ),
    webhooks.WebhookUnknownError: unknown("webhook_unknown", _l("There is no such webhook")),
    webhooks.DeliveryUnknownError: unknown("webhook_message_unknown", _l("There is no such message")),
    webhooks.TooManyWebhooksError: Row(
        409,
        "too_many_webhooks",
        _l("There are as many webhooks as a shop may have"),
        _l("A shop has %(limit)s at most. Remove one that is not used any more.", limit="%(limit)s"),
        facts=("limit",),
    ),
    webhooks.WebhookDisabledError: Row(
        409,
        "webhook_disabled",
        _l("This webhook is switched off"),
        _l("Switch it on first; then what waits is sent as well."),
    ),
}
