"""Payments that look odd by the office's rules: held back until somebody looks, never destroyed, open to an appeal."""

from suspicions.checks import CHECKS
from suspicions.deciding import appeal, decide, decide_appeal
from suspicions.errors import (
    HeldAppealedError,
    HeldNotAppealedError,
    NotUpheldError,
    SuspicionDecidedError,
    SuspicionError,
    SuspicionRulesError,
    SuspicionRulesUnknownError,
    SuspicionUnknownError,
)
from suspicions.held import held_entries, held_redemptions
from suspicions.listings import (
    SuspicionPage,
    SuspicionState,
    SuspicionView,
    count_waiting,
    get_suspicion,
    list_suspicions,
)
from suspicions.looking import Looked, look_at_shop
from suspicions.model import (
    DecisionOutcome,
    Suspicion,
    SuspicionAppeal,
    SuspicionDecision,
    SuspicionLook,
    SuspicionRule,
    SuspicionRulesSet,
)
from suspicions.rules import (
    BOUNDS,
    RULE_NAMES,
    VALUES_OF,
    SuspicionRules,
    get_suspicion_rules,
    list_suspicion_rules,
    rules_in_force,
    set_suspicion_rules,
)

__all__ = [
    "BOUNDS",
    "CHECKS",
    "RULE_NAMES",
    "VALUES_OF",
    "DecisionOutcome",
    "HeldAppealedError",
    "HeldNotAppealedError",
    "Looked",
    "NotUpheldError",
    "Suspicion",
    "SuspicionAppeal",
    "SuspicionDecidedError",
    "SuspicionDecision",
    "SuspicionError",
    "SuspicionLook",
    "SuspicionPage",
    "SuspicionRule",
    "SuspicionRules",
    "SuspicionRulesError",
    "SuspicionRulesSet",
    "SuspicionRulesUnknownError",
    "SuspicionState",
    "SuspicionUnknownError",
    "SuspicionView",
    "appeal",
    "count_waiting",
    "decide",
    "decide_appeal",
    "get_suspicion",
    "get_suspicion_rules",
    "held_entries",
    "held_redemptions",
    "list_suspicion_rules",
    "list_suspicions",
    "look_at_shop",
    "rules_in_force",
    "set_suspicion_rules",
]
