"""What the office's pages about reports are given to show, named as their templates read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from web.pages.reports_shown import ReportView


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue of an officer: `count` waits, of it `overdue` and `due_today`; `items` are those shown, by their day.

    `name` is "decide", "verify", "accept", "close", "dispatch" or "handle"; `matching` counts what the filters leave.
    """

    name: str
    count: int
    overdue: int
    due_today: int
    matching: int
    items: Sequence[ReportView]
    url: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody asked about a report and the officer may decide; `kind` is "postponement" or "withdrawal"."""

    report: ReportView
    kind: str
    due_on: date | None
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Facet:
    """One value to filter by, with how many reports have it."""

    value: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class AskedView:
    """What a supervisor asked about a report, and how another one decided; `is_approved` is None until then."""

    id: UUID
    kind: str
    due_on: date | None
    reason: str
    asked_by: str
    asked_at: datetime
    is_approved: bool | None
    note: str | None
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Days:
    """Working days by the list: for the department by severity, and for giving a report to it."""

    normal: int
    serious: int
    urgent: int
    dispatch: int


@dataclass(frozen=True, slots=True)
class Taker:
    """A unit that a report can be given to."""

    code: str
    text: str
    is_department: bool


@dataclass(frozen=True, slots=True)
class Reporter:
    """Whose a report is, for its supervisors; without a number where the reporter has none to be known by."""

    name: str
    number: str | None


@dataclass(frozen=True, slots=True)
class OtherReport:
    """The report that this one was merged into; without an address where the reader may not see it."""

    number: str
    url: str | None


@dataclass(frozen=True, slots=True)
class AgeView:
    """What one unit owes and has not handled, by age, with its bar in thousandths of the longest."""

    unit: str
    due_later: int
    due_today: int
    overdue: int
    long_overdue: int
    total: int
    # Each part of the bar: the class of its colour, where it begins, and how wide it is.
    bar: Sequence[tuple[str, int, int]]
