"""What one incident earns: a constant sum by its tariff, however many reported it, paid in parts as it goes on."""

from earnings.caps import EarningCaps, caps_in_force, get_caps, list_caps, set_caps
from earnings.checks import CHECKS
from earnings.claim_boxes import ClaimKeys, new_claim_keys
from earnings.claims import (
    CROWD_MIN,
    WAIT_DAYS_MAX,
    ClaimReceipt,
    claim,
    pay_claims,
    return_unclaimed,
)
from earnings.errors import (
    CapsError,
    CapsUnknownError,
    ClaimBoxError,
    ClaimCapError,
    ClaimKeysError,
    EarningError,
    NothingToClaimError,
)
from earnings.formula import RESERVED_PERCENT, Shares, among, split
from earnings.model import (
    AnonymousPart,
    ClaimState,
    CutReason,
    Earning,
    EarningCapsSet,
    EarningPart,
    EarningState,
    NothingReason,
    PartKind,
)
from earnings.payouts import release_rest, settle
from earnings.reconsidering import reconsider
from earnings.starting import anonymous_parts_of, begin, earning_of, earnings_of, parts_of
from earnings.waiting import EarningPlace, pay_waiting
from earnings.withdrawing import cancel

__all__ = [
    "CHECKS",
    "CROWD_MIN",
    "RESERVED_PERCENT",
    "WAIT_DAYS_MAX",
    "AnonymousPart",
    "CapsError",
    "CapsUnknownError",
    "ClaimBoxError",
    "ClaimCapError",
    "ClaimKeys",
    "ClaimKeysError",
    "ClaimReceipt",
    "ClaimState",
    "CutReason",
    "Earning",
    "EarningCaps",
    "EarningCapsSet",
    "EarningError",
    "EarningPart",
    "EarningPlace",
    "EarningState",
    "NothingReason",
    "NothingToClaimError",
    "PartKind",
    "Shares",
    "among",
    "anonymous_parts_of",
    "begin",
    "cancel",
    "caps_in_force",
    "claim",
    "earning_of",
    "earnings_of",
    "get_caps",
    "list_caps",
    "new_claim_keys",
    "parts_of",
    "pay_claims",
    "pay_waiting",
    "reconsider",
    "release_rest",
    "return_unclaimed",
    "set_caps",
    "settle",
    "split",
]
