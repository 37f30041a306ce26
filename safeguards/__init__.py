"""What guards a resident's credits when they are spent: limits that the office sets, and the resident's own PIN."""

from safeguards.errors import (
    LimitsError,
    LimitsUnknownError,
    PinFault,
    PinRefusedError,
    SafeguardError,
)
from safeguards.limits import (
    LIMIT_NAMES,
    PaymentLimits,
    get_payment_limits,
    latest_limits_number,
    limits_by_number,
    limits_in_force,
    limits_number_in_force,
    list_payment_limits,
    set_payment_limits,
)
from safeguards.model import PaymentLimitsSet, ResidentPin
from safeguards.pins import (
    WRONG_TRIES_MAX,
    CheckedPin,
    PinOutcome,
    PinState,
    check_pin,
    clear_pin,
    hash_new_pin,
    pin_state,
    prove_pin,
    set_pin,
)

__all__ = [
    "LIMIT_NAMES",
    "WRONG_TRIES_MAX",
    "CheckedPin",
    "LimitsError",
    "LimitsUnknownError",
    "PaymentLimits",
    "PaymentLimitsSet",
    "PinFault",
    "PinOutcome",
    "PinRefusedError",
    "PinState",
    "ResidentPin",
    "SafeguardError",
    "check_pin",
    "clear_pin",
    "get_payment_limits",
    "hash_new_pin",
    "latest_limits_number",
    "limits_by_number",
    "limits_in_force",
    "limits_number_in_force",
    "list_payment_limits",
    "pin_state",
    "prove_pin",
    "set_payment_limits",
    "set_pin",
]
