"""The rows of what merchants and payments refuse by an exception: nothing happened."""

from flask_babel import lazy_gettext as _l

import merchants
import payments
from web.problems.refusals import REFUSALS
from web.problems.row import Row, unknown, wrong_field

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
    payments.NotRefundableError: Row(
        409,
        "not_refundable",
        _l("Nothing was paid"),
        _l("This payment was refused, so there is nothing to give back."),
        facts=("refusal",),
    ),
}
