"""The rows of what merchants and payments refuse by an exception: nothing happened."""

from flask_babel import lazy_gettext as _l

import merchants
import payments
import safeguards
from web.problems.refusals import REFUSALS, SAME_PERSON
from web.problems.row import Row, unknown, wrong_field

_LIMIT_WRONG = _l("This limit is too small or too large.")
_PIN_FAULTS = {
    safeguards.PinFault.NOT_SIX_DIGITS: _l("A PIN is six digits."),
    safeguards.PinFault.TOO_COMMON: _l("These six digits are among the first that others would try."),
}


def _limit_at_fault(error: safeguards.LimitsError) -> dict[str, list[str]]:
    return {error.name: [str(_LIMIT_WRONG)]}


def _pin_faults(error: safeguards.PinRefusedError) -> dict[str, list[str]]:
    return {"pin": [str(_PIN_FAULTS[error.fault])]}


MERCHANTS_ROWS: dict[type[Exception], Row] = {
    merchants.MerchantUnknownError: unknown("merchant_unknown", _l("There is no such merchant")),
    merchants.MerchantExistsError: Row(
        409, "merchant_exists", _l("There is a merchant with this code"), _l("Take another code.")
    ),
    merchants.MerchantCodeError: wrong_field(
        "code", _l("A merchant's code is 1 to 32 of A-Z, a-z, 0-9, hyphen and underscore, beginning with no sign.")
    ),
    merchants.NamingDatesError: wrong_field("until", _l("The last day lies before the first.")),
    merchants.NotNamedError: Row(
        409,
        "merchant_not_named",
        REFUSALS["merchant_not_named"].title,
        _l("The merchant has no naming that this could change. Name it first."),
    ),
    merchants.NamingStepError: Row(
        409, "naming_state", _l("The naming is so already"), _l("Look at the naming: there is nothing to change.")
    ),
    merchants.RenewalStateError: Row(
        409,
        "renewal_state",
        _l("The renewal does not stand so"),
        _l("It was asked for or given already, or nobody asked. Look at the naming: somebody may have been quicker."),
        facts=("state",),
    ),
    merchants.OwnShopError: Row(
        403,
        "own_shop",
        _l("Nobody names their own shop"),
        _l("You work for this merchant. Ask a colleague who does not."),
    ),
    merchants.SamePersonError: SAME_PERSON,
    merchants.CreditCodeError: wrong_field(
        "credit_code",
        _l("This is no unified social credit code. Compare its 18 signs with the licence: one of them is wrong."),
    ),
    merchants.ApplicationUnknownError: unknown("application_unknown", _l("There is no such application")),
    merchants.ApplicationStateError: Row(
        409,
        "application_state",
        _l("The application does not stand so"),
        _l("It was decided, withdrawn or sent back meanwhile. Look at its steps."),
        facts=("state",),
    ),
    merchants.LicenceMissingError: Row(
        409,
        "licence_missing",
        _l("There is no photo of the licence"),
        _l("Without one an application cannot be accepted. Ask the applicant for it."),
    ),
    payments.CodesBlockedError: Row(
        409,
        "codes_blocked",
        _l("Codes are blocked"),
        _l("You have blocked your payment codes. Lift the block to make a new one."),
        facts=("since",),
    ),
    payments.TooManyLiveCodesError: Row(
        429,
        "too_many_codes",
        _l("Too many codes at once"),
        _l("At most %(live_max)s codes live at once. Wait a minute, or use one that is still good."),
    ),
    payments.PaymentCodeUnknownError: unknown("payment_code_unknown", _l("There is no such payment code")),
    payments.RedemptionUnknownError: unknown("redemption_unknown", _l("There is no such payment")),
    payments.OrderNumberError: wrong_field("order_no", _l("An order number is 1 to 64 visible characters.")),
    payments.AmountError: wrong_field("amount", _l("An amount is a whole number of minor units, at least 1.")),
    payments.RefundExceedsRedemptionError: Row(
        409,
        "refund_exceeds_redemption",
        REFUSALS["refund_exceeds_redemption"].title,
        REFUSALS["refund_exceeds_redemption"].detail,
        facts=("left",),
    ),
    payments.OwnerApprovalRequiredError: Row(
        403,
        "owner_approval_required",
        REFUSALS["owner_approval_required"].title,
        REFUSALS["owner_approval_required"].detail,
        facts=("limit",),
    ),
    payments.OrderUnknownError: unknown("order_unknown", _l("There is no such order to pay")),
    payments.OrderClosedError: Row(
        409,
        "order_closed",
        REFUSALS["order_closed"].title,
        REFUSALS["order_closed"].detail,
        facts=("state",),
    ),
    payments.OrderNumberUsedError: Row(
        409,
        "order_no_used",
        REFUSALS["order_no_used"].title,
        REFUSALS["order_no_used"].detail,
        facts=("order_no", "id"),
    ),
    payments.MerchantTakesNoneError: REFUSALS["merchant_not_named"],
    payments.MerchantSuspendedError: REFUSALS["merchant_suspended"],
    payments.OverLimitError: Row(
        409,
        "limit_exceeded",
        REFUSALS["limit_exceeded"].title,
        REFUSALS["limit_exceeded"].detail,
        facts=("limit",),
    ),
    safeguards.LimitsError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("Each limit is a whole number within what a day and the books can hold, or empty for none."),
        errors_of=_limit_at_fault,
    ),
    safeguards.LimitsUnknownError: unknown("limits_unknown", _l("There are no such limits")),
    safeguards.PinRefusedError: Row(
        422,
        "pin_refused",
        _l("This PIN cannot be taken"),
        _l("Take six digits that others would not guess."),
        errors_of=_pin_faults,
    ),
    payments.RefundWindowError: Row(
        409,
        "refund_window_closed",
        REFUSALS["refund_window_closed"].title,
        REFUSALS["refund_window_closed"].detail,
        facts=("until",),
    ),
    payments.NotRefundableError: Row(
        409,
        "not_refundable",
        _l("Nothing was paid"),
        _l("This payment was refused, so there is nothing to give back."),
        facts=("refusal",),
    ),
}
