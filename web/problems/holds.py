"""The rows of what holds refuse."""

from flask_babel import lazy_gettext as _l

import holds
from web.problems.row import Row, unknown, wrong_field

HOLDS_ROWS: dict[type[Exception], Row] = {
    holds.HoldUnknownError: unknown("hold_unknown", _l("Nothing is set aside under this number")),
    holds.HoldEndedError: Row(
        409,
        "hold_ended",
        _l("This is not set aside any more"),
        _l("It was paid out or given back before. Set credits aside anew."),
        facts=("state",),
    ),
    holds.HoldExpiredError: Row(
        409,
        "hold_expired",
        _l("The time for this is over"),
        _l("What was set aside goes back to its owner. Set credits aside anew."),
        facts=("expires_at",),
    ),
    holds.HoldExceededError: Row(
        409,
        "hold_exceeded",
        _l("More than is set aside"),
        _l("Less is left of what was set aside. Take a smaller amount."),
        facts=("left",),
    ),
    holds.HoldAmountError: wrong_field("amount", _l("An amount lies between 1 and %(maximum)s minor units.")),
    holds.HoldLifetimeError: wrong_field(
        "expires_at", _l("Credits are set aside until a time to come, for at most %(lifetime_s_max)s seconds.")
    ),
    holds.TooManyHoldsError: Row(
        409,
        "too_many_holds",
        _l("Too much is set aside at once"),
        _l("Credits may be set aside at most %(open_max)s times at once. Wait until something of it has ended."),
        facts=("open_max",),
    ),
}
