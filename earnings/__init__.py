"""What one incident earns: a constant sum by its tariff, however many reported it, paid in parts as it goes on."""

from earnings.caps import EarningCaps, caps_in_force, get_caps, list_caps, set_caps
from earnings.checks import CHECKS
from earnings.errors import CapsError, CapsUnknownError, EarningError
from earnings.formula import RESERVED_PERCENT, Shares, split
from earnings.model import CutReason, Earning, EarningCapsSet, EarningPart, EarningState, NothingReason, PartKind
from earnings.payouts import release_rest, settle
from earnings.starting import begin, earning_of, earnings_of, parts_of
from earnings.waiting import EarningPlace, pay_waiting
from earnings.withdrawing import cancel

__all__ = [
    "CHECKS",
    "RESERVED_PERCENT",
    "CapsError",
    "CapsUnknownError",
    "CutReason",
    "Earning",
    "EarningCaps",
    "EarningCapsSet",
    "EarningError",
    "EarningPart",
    "EarningPlace",
    "EarningState",
    "NothingReason",
    "PartKind",
    "Shares",
    "begin",
    "cancel",
    "caps_in_force",
    "earning_of",
    "earnings_of",
    "get_caps",
    "list_caps",
    "parts_of",
    "pay_waiting",
    "release_rest",
    "set_caps",
    "settle",
    "split",
]
