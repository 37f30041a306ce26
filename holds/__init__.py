"""Credits set aside for a while: holds, what is captured of them, and how they end; no resident, no merchant."""

from holds.authorizing import USUAL_LIMITS, HoldLimits, authorize, authorize_each
from holds.capturing import capture
from holds.checks import CHECKS
from holds.ending import HoldPlace, expire_holds, lock_holds, locked_hold, void, void_each
from holds.errors import (
    HoldAmountError,
    HoldEndedError,
    HoldError,
    HoldExceededError,
    HoldExpiredError,
    HoldLifetimeError,
    HoldUnknownError,
    TooManyHoldsError,
)
from holds.listings import (
    HoldPage,
    captures_of,
    get_hold,
    hold_lots,
    holds_by_id,
    holds_of_entries,
    list_holds,
    open_holds,
)
from holds.model import Hold, HoldCapture, HoldLot, HoldState

__all__ = [
    "CHECKS",
    "USUAL_LIMITS",
    "Hold",
    "HoldAmountError",
    "HoldCapture",
    "HoldEndedError",
    "HoldError",
    "HoldExceededError",
    "HoldExpiredError",
    "HoldLifetimeError",
    "HoldLimits",
    "HoldLot",
    "HoldPage",
    "HoldPlace",
    "HoldState",
    "HoldUnknownError",
    "TooManyHoldsError",
    "authorize",
    "authorize_each",
    "capture",
    "captures_of",
    "expire_holds",
    "get_hold",
    "hold_lots",
    "holds_by_id",
    "holds_of_entries",
    "list_holds",
    "lock_holds",
    "locked_hold",
    "open_holds",
    "void",
    "void_each",
]
