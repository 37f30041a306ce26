"""Paying without a smartphone: paper cards, sheets of slips, and payments in which an officer helps."""

from cards.checks import CHECKS
from cards.errors import (
    CardHiddenError,
    CardStandsError,
    CardStateError,
    CardUnknownError,
    PaperError,
    SheetDayError,
    SheetSizeError,
    SheetUnknownError,
)
from cards.issuing import (
    DAY_LIMIT,
    block_card,
    check_may_print,
    get_card,
    issue_card,
    list_cards,
    live_card,
    replace_card,
    steps_of_cards,
    unblock_card,
)
from cards.model import CardState, CardStep, CardStepKind, CodeSheet, PaymentCard, SheetSlip
from cards.sheets import SLIPS_MAX, SlipView, get_sheet, issue_sheet, list_sheets, revoke_sheet, slips_of

__all__ = [
    "CHECKS",
    "DAY_LIMIT",
    "SLIPS_MAX",
    "CardHiddenError",
    "CardStandsError",
    "CardState",
    "CardStateError",
    "CardStep",
    "CardStepKind",
    "CardUnknownError",
    "CodeSheet",
    "PaperError",
    "PaymentCard",
    "SheetDayError",
    "SheetSizeError",
    "SheetSlip",
    "SheetUnknownError",
    "SlipView",
    "block_card",
    "check_may_print",
    "get_card",
    "get_sheet",
    "issue_card",
    "issue_sheet",
    "list_cards",
    "list_sheets",
    "live_card",
    "replace_card",
    "revoke_sheet",
    "slips_of",
    "steps_of_cards",
    "unblock_card",
]
