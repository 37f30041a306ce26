"""The rows of refusals by the books and the rules, by the stable codes that tills and outside systems know."""

from flask_babel import lazy_gettext as _l

from web.problems.row import Row

INSUFFICIENT_BALANCE = Row(
    409,
    "insufficient_balance",
    _l("Not enough credits"),
    _l("The credits that can be spent do not cover this amount. Take a smaller part in credits and the rest in money."),
)
ACCOUNT_FROZEN = Row(
    409,
    "account_frozen",
    _l("The account is frozen"),
    _l("The office has stopped this account while something is being clarified. Ask the office."),
)
SAME_PERSON = Row(
    403,
    "same_person",
    _l("Another person has to do this"),
    _l("One person may not hold both ends of one matter. Ask a colleague with the same role."),
)

REFUSALS: dict[str, Row] = {
    row.code: row
    for row in (
        INSUFFICIENT_BALANCE,
        ACCOUNT_FROZEN,
        SAME_PERSON,
        Row(
            409,
            "code_expired",
            _l("This code is too old"),
            _l("A code on a phone is good for a minute, one on paper until the day printed on it. Ask for another."),
        ),
        Row(
            409,
            "code_used",
            _l("This code has been used"),
            _l("Each code pays once. Look at today's list first; if the payment is not there, ask for a new code."),
        ),
        Row(
            409,
            "code_unknown",
            _l("This is not a payment code"),
            _l("Read the resident's code again, all twelve characters."),
        ),
        Row(
            409,
            "codes_blocked",
            _l("This code is blocked"),
            _l("The resident or the office has blocked it, or another card is in its place. Ask the office."),
        ),
        Row(
            409,
            "order_no_used",
            _l("This order has been dealt with"),
            _l("Under this order number there is a payment already. Look it up before you take another number."),
        ),
        Row(
            409,
            "merchant_not_named",
            _l("This shop is not named"),
            _l("Today no naming by the office is valid for this shop. Ask the office for a naming."),
        ),
        Row(
            409,
            "merchant_suspended",
            _l("This shop is suspended"),
            _l("The office has suspended the shop's naming. Ask the office."),
        ),
        Row(
            409,
            "fund_not_accepted_here",
            _l("These credits cannot be spent here"),
            _l("There are enough credits, but their programme does not pay at this shop. Take money, or another shop."),
        ),
        Row(409, "limit_exceeded", _l("Over the limit"), _l("The office has set a limit. Take a smaller amount.")),
        Row(
            409,
            "possible_duplicate",
            _l("Perhaps a second time"),
            _l("The same amount was paid here by the same person a moment ago. If it is meant, confirm it."),
        ),
        Row(
            409,
            "pin_required",
            _l("A PIN is needed"),
            _l("Residents type it themselves. Whoever has none sets one in their own account, under Me."),
        ),
        Row(
            409,
            "pin_wrong",
            _l("The PIN is wrong"),
            _l("It can be typed again. The fifth wrong try in a row locks it."),
        ),
        Row(
            409,
            "pin_locked",
            _l("The PIN is locked"),
            _l("Too many wrong tries. The resident sets a new one with their password; the office can help."),
        ),
        Row(
            409,
            "order_closed",
            _l("This order is closed"),
            _l("It was paid, cancelled, or its time is over. Make a new one."),
        ),
        Row(
            409,
            "refund_exceeds_redemption",
            _l("More than was paid"),
            _l("A refund cannot exceed what was paid and is not yet refunded. Take a smaller amount."),
        ),
        Row(
            409,
            "refund_window_closed",
            _l("Too late for a refund"),
            _l("The time for refunds is over. Ask the office."),
        ),
        Row(
            403,
            "owner_approval_required",
            _l("Only the owner may do this"),
            _l("Refunds of this size are made by the owner of the shop."),
        ),
        Row(
            409,
            "fund_exhausted",
            _l("The fund has not enough money"),
            _l("Award less, or ask finance to appropriate money to the fund."),
        ),
        Row(409, "already_reversed", _l("Already corrected"), _l("A correction of this is in the books already.")),
        Row(
            409,
            "not_reversible",
            _l("Cannot be corrected any more"),
            _l("Later entries rest on this one, or entries of its kind are corrected otherwise."),
        ),
    )
}
