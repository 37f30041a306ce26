"""What awards refuses, each with the facts of the refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class AwardError(Exception):
    """A rule about funds or awards says no; nothing was written."""


class FundUnknownError(AwardError):
    """No fund has this code."""

    def __init__(self, code: str) -> None:
        super().__init__("unknown fund")
        self.code = code


class FundExistsError(AwardError):
    """A fund with this code exists."""

    def __init__(self, code: str) -> None:
        super().__init__(f"fund {code} exists")
        self.code = code


class FundCodeError(AwardError):
    """A fund's code is not 1 to 32 small letters, digits, hyphens and underscores, a letter or digit first."""

    def __init__(self, code: str) -> None:
        super().__init__("a fund's code is 1 to 32 of a-z, 0-9, - and _")
        self.code = code


class ExpiryRuleError(AwardError):
    """A fund's expiry rule is none of those known, or names a day that is over."""

    def __init__(self, rule: str) -> None:
        super().__init__("an expiry rule is end_of_next_year, months:N (1 to 120), on:YYYY-MM-DD (not past) or never")
        self.rule = rule


class FundEndedError(AwardError):
    """The fund's credits all end on one day, which lies before that of an award."""

    def __init__(self, code: str, ended_on: date) -> None:
        super().__init__(f"credits of fund {code} ended on {ended_on.isoformat()}")
        self.code = code
        self.ended_on = ended_on


class FundExhaustedError(AwardError):
    """A fund has less available than is wanted of it, in minor units.

    `available` is None where others took it at the same moment, so that no figure would be true.
    """

    def __init__(self, code: str, wanted: int, available: int | None) -> None:
        super().__init__(f"fund {code} has {'less' if available is None else available} available, wanted {wanted}")
        self.code = code
        self.wanted = wanted
        self.available = available


class SameFundError(AwardError):
    """Money cannot be moved from a fund to itself."""

    def __init__(self, code: str) -> None:
        super().__init__(f"money cannot be moved from fund {code} to itself")
        self.code = code


class AmountOutOfRangeError(AwardError):
    """An amount is not between 1 and a maximum, in minor units."""

    def __init__(self, amount: int, maximum: int) -> None:
        super().__init__(f"an amount must lie between 1 and {maximum}")
        self.amount = amount
        self.maximum = maximum


class MovementUnknownError(AwardError):
    """No movement of money has this id."""

    def __init__(self, movement_id: UUID) -> None:
        super().__init__(f"unknown movement {movement_id}")
        self.movement_id = movement_id


class AwardUnknownError(AwardError):
    """No award has this id."""

    def __init__(self, award_id: UUID) -> None:
        super().__init__(f"unknown award {award_id}")
        self.award_id = award_id


class AwardBatchUnknownError(AwardError):
    """No batch of awards has this id."""

    def __init__(self, batch_id: UUID) -> None:
        super().__init__(f"unknown batch {batch_id}")
        self.batch_id = batch_id


class BatchSizeError(AwardError):
    """A batch has no lines or too many."""

    def __init__(self, count: int, maximum: int) -> None:
        super().__init__(f"a batch has 1 to {maximum} lines, not {count}")
        self.count = count
        self.maximum = maximum


class LineFault(StrEnum):
    """Why a line of a batch is refused."""

    RESIDENT_UNKNOWN = "resident_unknown"
    ACCOUNT_CLOSED = "account_closed"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of a batch that cannot be granted; `index` counts from 0."""

    index: int
    resident_id: UUID
    fault: LineFault


class BatchLinesError(AwardError):
    """Lines of a batch cannot be granted, so none is; all faults are named, in the order of the lines."""

    def __init__(self, lines: Sequence[BadLine]) -> None:
        super().__init__(f"{len(lines)} faults, the first in line {lines[0].index}: {lines[0].fault}")
        self.lines = tuple(lines)


class ClawBackUnknownError(AwardError):
    """No claw-back has this id."""

    def __init__(self, claw_back_id: UUID) -> None:
        super().__init__(f"unknown claw-back {claw_back_id}")
        self.claw_back_id = claw_back_id


class AlreadyClawedBackError(AwardError):
    """What was left of the award has been taken back; that happens once."""

    def __init__(self, award_id: UUID, claw_back_id: UUID) -> None:
        super().__init__(f"award {award_id} was clawed back by {claw_back_id}")
        self.award_id = award_id
        self.claw_back_id = claw_back_id


class NothingToClawBackError(AwardError):
    """The resident's lot holds nothing of the award any more."""

    def __init__(self, award_id: UUID) -> None:
        super().__init__(f"nothing is left of award {award_id}")
        self.award_id = award_id


class TariffUnknownError(AwardError):
    """No tariff has this id."""

    def __init__(self, tariff_id: UUID) -> None:
        super().__init__(f"unknown tariff {tariff_id}")
        self.tariff_id = tariff_id


class AcceptancePercentError(AwardError):
    """What is due on acceptance is not 0 to 100 percent of a tariff's amount."""

    def __init__(self, percent: int) -> None:
        super().__init__("what is due on acceptance is 0 to 100 percent")
        self.percent = percent


class TariffTooEarlyError(AwardError):
    """A tariff is to begin on a day that is over."""

    def __init__(self, valid_from: date, earliest: date) -> None:
        super().__init__(f"a tariff cannot begin on {valid_from.isoformat()}, but on {earliest.isoformat()}")
        self.valid_from = valid_from
        self.earliest = earliest
