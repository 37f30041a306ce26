"""Duties (责任): what a unit owes until somebody else has verified it, counted in the books under its due date."""

from duties.accounts import CHARGED
from duties.charging import KINDS, Charged, charge, discharge, give_back, hand_over, move, open_duty, withdraw
from duties.checks import CHECKS
from duties.errors import DutyError, DutyStateError
from duties.model import Duty, DutyOutcome
from duties.scores import UnitScore, scoreboard

__all__ = [
    "CHARGED",
    "CHECKS",
    "KINDS",
    "Charged",
    "Duty",
    "DutyError",
    "DutyOutcome",
    "DutyStateError",
    "UnitScore",
    "charge",
    "discharge",
    "give_back",
    "hand_over",
    "move",
    "open_duty",
    "scoreboard",
    "withdraw",
]
