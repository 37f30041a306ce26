"""Paying merchants what they collected: cut-off, lines, two persons, what the bank did, and its statements."""

from settlements.checks import CHECKS
from settlements.ending import cancel, fail, pay, take_return
from settlements.errors import (
    CutOffAheadError,
    NothingToSettleError,
    OwnShopError,
    SettlementError,
    SettlementStatusError,
    SettlementUnknownError,
)
from settlements.lines import ENTRY_KINDS
from settlements.listings import (
    LinePage,
    LineView,
    SettlementPage,
    get_settlement,
    list_lines,
    list_settlements,
    lots_of_settlement,
    lots_of_settlements,
    steps_of,
    totals_by_status,
)
from settlements.model import (
    BankStatement,
    BankStatementLine,
    Payee,
    Settlement,
    SettlementLine,
    SettlementLot,
    SettlementStatus,
    SettlementStep,
    SettlementStepKind,
)
from settlements.opening import open_settlement

__all__ = [
    "CHECKS",
    "ENTRY_KINDS",
    "BankStatement",
    "BankStatementLine",
    "CutOffAheadError",
    "LinePage",
    "LineView",
    "NothingToSettleError",
    "OwnShopError",
    "Payee",
    "Settlement",
    "SettlementError",
    "SettlementLine",
    "SettlementLot",
    "SettlementPage",
    "SettlementStatus",
    "SettlementStatusError",
    "SettlementStep",
    "SettlementStepKind",
    "SettlementUnknownError",
    "cancel",
    "fail",
    "get_settlement",
    "list_lines",
    "list_settlements",
    "lots_of_settlement",
    "lots_of_settlements",
    "open_settlement",
    "pay",
    "steps_of",
    "take_return",
    "totals_by_status",
]
