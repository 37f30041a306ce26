"""The rows of what receivables and closures refuse."""

from flask_babel import lazy_gettext as _l

import receivables
from web.problems.row import Row, unknown, wrong_field

RECEIVABLES_ROWS: dict[type[Exception], Row] = {
    receivables.MatterUnknownError: unknown("matter_unknown", _l("There is no such correction")),
    receivables.MatterDecidedError: Row(
        409,
        "matter_decided",
        _l("This is decided already"),
        _l("Somebody has approved or rejected it. That happens once."),
        facts=("state",),
    ),
    receivables.MatterOpenError: Row(
        409,
        "matter_open",
        _l("This was asked for already"),
        _l("It waits for another person's decision."),
        facts=("matter_id",),
    ),
    receivables.TakeBackFirstError: Row(
        409,
        "take_back_first",
        _l("Something of the award is still there"),
        _l("Take back first what is left of it. Only what is spent can be owed."),
        facts=("left",),
    ),
    receivables.ForcedTooMuchError: Row(
        409,
        "forced_too_much",
        _l("More than was wrongly paid"),
        _l("What was taken back, what expired and what is owed already does not count. Take a smaller amount."),
        facts=("left",),
    ),
    receivables.OwedLessError: Row(
        409,
        "owed_less",
        _l("Less than that is owed"),
        _l("To this fund less is owed. Take a smaller amount, or the right fund."),
        facts=("owed",),
    ),
    receivables.ConsentMissingError: wrong_field(
        "consent", _l("Name the document by which the resident agrees to pay this out of their credits.")
    ),
    receivables.RepaymentUnknownError: unknown("repayment_unknown", _l("There is no such repayment")),
    receivables.ClosureUnknownError: unknown("closure_unknown", _l("There is no such closure")),
    receivables.OwnerClosedError: Row(
        409,
        "owner_closed",
        _l("This is closed"),
        _l("It was closed, or is about to be, and takes part in nothing new."),
        facts=("closure_id",),
    ),
    receivables.HeldCreditsError: Row(
        409,
        "credits_held",
        _l("Credits are set aside for a payment"),
        _l("Let the payment end or free the credits first. Then close."),
        facts=("held",),
    ),
    receivables.MergerError: Row(
        409,
        "not_mergeable",
        _l("These records cannot be merged"),
        _l("They must be two, and the one that ends may owe nothing."),
        facts=("reason",),
    ),
}
