"""What the office's pages about reports are given to show, named as their templates read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from web.pages.reports_shown import ReportView


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue of an officer: `count` waits, of it `overdue` and `due_today`; `items` are those shown, by their day.

    `name` is "decide", "verify", "accept", "close", "dispatch", "handle", "called" or "results"; `matching` counts
    what the filters leave.
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
    """What somebody asked about a report and the officer may decide.

    `kind` is "postponement", "withdrawal", "join", "unmasking" or "appeal".
    """

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
class CommentView:
    """What somebody said about a report in the program that brought it; the text may be empty."""

    text: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class AskedView:
    """What a supervisor asked about a report, and how another one decided; `is_approved` is None until then.

    `called` names the called unit whose day is meant, where it is not the report's own.
    """

    id: UUID
    kind: str
    called: str | None
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


@dataclass(frozen=True, slots=True)
class MonthView:
    """One month, by its first day: what was sent in and closed, and how long each bar is, in thousandths."""

    month_on: date
    sent_in: int
    closed: int
    sent_in_height: int
    closed_height: int


@dataclass(frozen=True, slots=True)
class CategoryView:
    """What was reported about in a period; the bar's parts, closed and not, in thousandths of the longest bar."""

    name: str
    sent_in: int
    closed: int
    closed_width: int
    rest_width: int


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One photo of a report; `kind` is "seen" or "handled"."""

    url: str
    kind: str
    kept_at: datetime
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class JoinView:
    """Somebody who joined a report; `state` is "following", "asked", "accepted" or "rejected".

    `covered` says why their words are covered; then `evidence` is None.
    """

    id: UUID
    name: str
    state: str
    evidence: str | None
    covered: str | None
    note: str | None
    joined_at: datetime
    decided_by: str
    photos: Sequence[PhotoView]


@dataclass(frozen=True, slots=True)
class CallView:
    """One call of a unit, and what the officer may do with it now.

    `may` is "acknowledge", "report_back", "accept", or "" for nothing; whoever accepts may return it too. `said` is
    what was last told about it.
    """

    id: UUID
    unit: str
    state: str
    due_on: date
    days_over: int
    is_late: bool
    called_at: datetime
    said: str | None
    may: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order to report by a day; `state` is "open", "overdue" or "answered", `is_late` an answer after its day."""

    id: UUID
    unit: str
    words: str
    due_on: date
    state: str
    is_late: bool
    ordered_by: str
    ordered_at: datetime
    answer: str | None
    answered_by: str
    answered_at: datetime | None
    may_answer: bool
    report: ReportView | None = None


@dataclass(frozen=True, slots=True)
class EscalationView:
    """What was brought before a unit, the level above or its own where `at_top`; `kind` is "overdue" or "urgent"."""

    kind: str
    from_unit: str
    to_unit: str
    at_top: bool
    due_on: date | None
    raised_on: date
    report: ReportView | None = None
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class UnmaskingView:
    """What somebody asked about whose a confidential report is, and how another one decided; None until then."""

    asked_by: str
    asked_at: datetime
    reason: str
    is_approved: bool | None
    decided_by: str
    decided_at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class EarnedPart:
    """One part of what a report earned, in minor units; `due` by the formula, `amount` as it was paid, for whom."""

    kind: str
    name: str
    due: int
    amount: int
    cut_because: str | None
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class EarnedView:
    """What a report earns, in minor units; `unclaimed` are the parts of somebody without a name, as (kind, due)."""

    state: str
    amount: int
    nothing_because: str | None
    loss: int
    parts: Sequence[EarnedPart]
    unclaimed: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class CapsView:
    """One version of what reports can earn one person at most, in minor units; None is no cap."""

    number: int
    per_day: int | None
    per_month: int | None
    set_by: str
    set_at: datetime
