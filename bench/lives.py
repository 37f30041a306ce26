"""The lives that the reports of a bench have: every step with its time, and the duties that lie between the steps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports import ReportStatus, StepKind

_BY = {
    StepKind.SUBMISSION: "reporter",
    StepKind.REOPENING: "reporter",
    StepKind.DISPATCH: "dispatcher",
    StepKind.TRANSFER: "dispatcher",
    StepKind.LEAD: "dispatcher",
    StepKind.CALL: "dispatcher",
    StepKind.CALL_ACCEPTANCE: "dispatcher",
    StepKind.COMPLETION: "dispatcher",
    StepKind.ACKNOWLEDGEMENT: "handler",
    StepKind.HANDLING: "handler",
    StepKind.CALL_ACKNOWLEDGEMENT: "handler",
    StepKind.CALL_HANDLING: "handler",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step, so many hours after the report came, about the duty with a number, and what it does to that.

    Effects: `charge`; `move` (from the duty with the number before); `handle`, `give_back`, `discharge`, `withdraw`.
    """

    kind: StepKind
    status: ReportStatus
    hours: float
    duty: int = 0
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One duty: on the `command` unit, the `department` of the list or the `other` one after it; and its day.

    The day is for `dispatch`, of the `list`, `kept` from the duty before, or `later` than that.
    """

    unit: str
    days: str
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """Of a hundred reports so many go this way."""

    share: int
    steps: tuple[Step, ...]
    duties: tuple[Span, ...] = ()


_CAME = Step(StepKind.SUBMISSION, ReportStatus.SUBMITTED, 0)
_ACCEPTED = (_CAME, Step(StepKind.ACCEPTANCE, ReportStatus.ACCEPTED, 8, 1, "charge"))
_GIVEN = (*_ACCEPTED, Step(StepKind.DISPATCH, ReportStatus.DISPATCHED, 16, 2, "move"))
_SEEN = (*_GIVEN, Step(StepKind.ACKNOWLEDGEMENT, ReportStatus.ACKNOWLEDGED, 26, 2))
_COMMAND, _DEPARTMENT = Span("command", "dispatch"), Span("department", "list")


def _done(duty: int, handling: float, verification: float, closure: float) -> tuple[Step, ...]:
    return (
        Step(StepKind.HANDLING, ReportStatus.HANDLED, handling, duty, "handle"),
        Step(StepKind.VERIFICATION, ReportStatus.VERIFIED, verification, duty, "discharge"),
        Step(StepKind.CLOSURE, ReportStatus.CLOSED, closure, duty),
    )


LIVES: Mapping[str, Life] = {
    "rejected": Life(4, (_CAME, Step(StepKind.REJECTION, ReportStatus.REJECTED, 8))),
    "merged": Life(3, (_CAME, Step(StepKind.MERGER, ReportStatus.MERGED, 8))),
    "withdrawn": Life(
        1,
        (*_SEEN, Step(StepKind.WITHDRAWAL, ReportStatus.WITHDRAWN, 50, 2, "withdraw")),
        (_COMMAND, _DEPARTMENT),
    ),
    "transferred": Life(
        4,
        (
            *_GIVEN,
            Step(StepKind.TRANSFER, ReportStatus.DISPATCHED, 30, 3, "move"),
            Step(StepKind.ACKNOWLEDGEMENT, ReportStatus.ACKNOWLEDGED, 40, 3),
            *_done(3, 110, 130, 140),
        ),
        (_COMMAND, _DEPARTMENT, Span("other", "kept")),
    ),
    "returned": Life(
        5,
        (
            *_SEEN,
            Step(StepKind.HANDLING, ReportStatus.HANDLED, 100, 2, "handle"),
            Step(StepKind.RETURN, ReportStatus.RETURNED, 120, 2, "give_back"),
            *_done(2, 170, 190, 200),
        ),
        (_COMMAND, _DEPARTMENT),
    ),
    "reopened": Life(
        3,
        (
            *_SEEN,
            *_done(2, 100, 124, 140),
            Step(StepKind.REOPENING, ReportStatus.DISPATCHED, 220, 3, "charge"),
            Step(StepKind.ACKNOWLEDGEMENT, ReportStatus.ACKNOWLEDGED, 230, 3),
            *_done(3, 300, 320, 340),
        ),
        (_COMMAND, _DEPARTMENT, _DEPARTMENT),
    ),
    "postponed": Life(
        1,
        (
            *_SEEN,
            Step(StepKind.POSTPONEMENT, ReportStatus.ACKNOWLEDGED, 28, 3, "move"),
            *_done(3, 200, 220, 240),
        ),
        (_COMMAND, _DEPARTMENT, Span("department", "later")),
    ),
    "led": Life(
        2,
        (
            *_ACCEPTED,
            Step(StepKind.LEAD, ReportStatus.ACCEPTED, 16, 2, "move"),
            Step(StepKind.CALL, ReportStatus.ACCEPTED, 16, 3, "charge"),
            Step(StepKind.CALL_ACKNOWLEDGEMENT, ReportStatus.ACCEPTED, 30, 3),
            Step(StepKind.CALL_HANDLING, ReportStatus.ACCEPTED, 90, 3, "handle"),
            Step(StepKind.CALL_ACCEPTANCE, ReportStatus.ACCEPTED, 110, 3, "discharge"),
            Step(StepKind.COMPLETION, ReportStatus.HANDLED, 118, 2, "handle"),
            Step(StepKind.VERIFICATION, ReportStatus.VERIFIED, 130, 2, "discharge"),
            Step(StepKind.CLOSURE, ReportStatus.CLOSED, 140, 2),
        ),
        (_COMMAND, Span("command", "list"), Span("department", "list", is_call=True)),
    ),
    "late": Life(8, (*_SEEN, *_done(2, 400, 424, 440)), (_COMMAND, _DEPARTMENT)),
    "stuck": Life(1, (*_SEEN, *_done(2, 1_400, 1_424, 1_440)), (_COMMAND, _DEPARTMENT)),
    "plain": Life(68, (*_SEEN, *_done(2, 100, 124, 140)), (_COMMAND, _DEPARTMENT)),
}


def share_rows() -> Iterator[dict[str, Any]]:
    """Yield which life each of a hundred reports has, by its place among them."""
    names = [name for name, life in LIVES.items() for _ in range(life.share)]
    for place, name in enumerate(names):
        yield {"place": place, "life": name}


def step_rows() -> Iterator[dict[str, Any]]:
    """Yield the steps of all lives, numbered from 1 in each."""
    for name, life in LIVES.items():
        for number, step in enumerate(life.steps, start=1):
            yield {
                "life": name,
                "number": number,
                "kind": step.kind.value,
                "status": step.status.value,
                "hours": step.hours,
                "by_whom": _BY.get(step.kind, "supervisor"),
                "duty": step.duty,
                "effect": step.effect or None,
            }


def duty_rows() -> Iterator[dict[str, Any]]:
    """Yield the duties of all lives with the hours at which each begins, is handled, returned, handled again, ends."""
    for name, life in LIVES.items():
        for number, span in enumerate(life.duties, start=1):
            own = [step for step in life.steps if step.duty == number]
            ends = [step for step in life.steps if _ends(step, number)]
            handled = [step.hours for step in own if step.effect == "handle"]
            yield {
                "life": name,
                "duty": number,
                "unit": span.unit,
                "days": span.days,
                "is_call": span.is_call,
                "begins": own[0].hours,
                "handled": handled[0] if handled else None,
                "returned": next((step.hours for step in own if step.effect == "give_back"), None),
                "again": handled[1] if len(handled) > 1 else None,
                "ends": ends[0].hours if ends else None,
                "how": ends[0].effect if ends else None,
            }


def _ends(step: Step, duty: int) -> bool:
    moved_on = step.effect == "move" and step.duty == duty + 1
    return moved_on or (step.duty == duty and step.effect in {"discharge", "withdraw"})
