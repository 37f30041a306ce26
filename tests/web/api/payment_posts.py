"""Each POST about ways to pay with a body that is right, for the tests of all routes."""

from typing import Any

REASON = {"reason": "x"}
PAYMENT_LIMITS = {
    "per_payment": 9_000,
    "per_day": 9_000,
    "per_day_at_merchant": 9_000,
    "per_day_of_cashier": None,
    "pin_above_amount": 9_000,
    "pin_above_count": None,
    "duplicate_within_s": 60,
    "refund_within_days": 90,
}
_NONE: frozenset[str] = frozenset()
# The path, who may, the body, and which of its fields may be left out.
PAYMENT_POSTS: tuple[tuple[str, str, dict[str, Any], frozenset[str]], ...] = (
    ("/orders", "till", {"amount": 10, "order_no": "1", "description": "d"}, frozenset({"description"})),
    ("/merchants/M01/till-refund-limits", "owner", {"amount": 500}, _NONE),
    (
        "/merchants/M01/webhooks",
        "owner",
        {"url": "https://till.example/pingan", "events": ["payment.completed"]},
        _NONE,
    ),
    *((f"/merchants/M01/webhooks/WEBHOOK/{step}", "owner", {}, _NONE) for step in ("secret", "disabling", "enabling")),
    ("/merchants/M01/webhooks/WEBHOOK/test", "owner", {}, _NONE),
    ("/merchants/M01/webhooks/WEBHOOK/messages/MESSAGE/repetition", "owner", {}, _NONE),
    ("/orders/WAITS/payment", "resident", {"confirm_duplicate": False, "pin": "1"}, _NONE),
    ("/orders/WAITS/cancellation", "till", {}, _NONE),
    ("/merchants/M01/payments", "resident", {"amount": 10, "confirm_duplicate": False, "pin": "1"}, _NONE),
    ("/payment-limits", "administrator", PAYMENT_LIMITS, _NONE),
    ("/residents/RESIDENT/cards", "administrator", {"per_day": 900}, frozenset({"per_day"})),
    ("/cards/CARD/blocking", "administrator", REASON, _NONE),
    ("/cards/CARD/unblocking", "administrator", REASON, _NONE),
    ("/cards/CARD/replacement", "administrator", REASON, _NONE),
    (
        "/residents/RESIDENT/code-sheets",
        "administrator",
        {"count": 2, "worth": 10, "until": "2026-12-31"},
        frozenset({"until"}),
    ),
    ("/code-sheets/SHEET/revocation", "administrator", REASON, _NONE),
    ("/assistance-caps", "administrator", {"per_officer": 900, "per_resident": 900}, _NONE),
    ("/orders/WAITS/assisted-payment", "administrator", {"resident_id": "RESIDENT", "pin": "1"}, _NONE),
    ("/pin", "resident", {"pin": "204060"}, _NONE),
    ("/residents/RESIDENT/pin-clearing", "administrator", REASON, _NONE),
)
