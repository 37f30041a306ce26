"""What reports refuses, each with the facts of the refusal."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID


class ReportError(Exception):
    """A rule about reports says no; nothing was written."""


class PlaceUnknownError(ReportError):
    """A report names a department where it should name a place."""

    def __init__(self, unit_code: str) -> None:
        super().__init__("this unit is no place")
        self.unit_code = unit_code


class PositionError(ReportError):
    """A position lacks one half, or is none on earth."""

    def __init__(self) -> None:
        super().__init__("no position on earth")


class ReportUnknownError(ReportError):
    """No report has this id, or it lies outside of what the caller may act on."""

    def __init__(self, report_id: UUID | str) -> None:
        super().__init__("unknown report")
        self.report_id = report_id


class StepNotNowError(ReportError):
    """The report's status does not allow this step."""

    def __init__(self, step: str, status: str) -> None:
        super().__init__(f"no {step} of a report that is {status}")
        self.step = step
        self.status = status


class DispatchTargetError(ReportError):
    """A unit cannot be given the report: it has it, or is neither a department nor a place below the command unit."""

    def __init__(self, unit_code: str) -> None:
        super().__init__("this unit is not given the report")
        self.unit_code = unit_code


class DueDateError(ReportError):
    """A due date lies before the first day or after the last that may be set here."""

    def __init__(self, first_on: date, last_on: date) -> None:
        super().__init__("this due date cannot be set")
        self.first_on = first_on
        self.last_on = last_on


class MergerTargetError(ReportError):
    """A report cannot be merged into itself, nor into one that has ended without being handled."""

    def __init__(self, into_id: UUID) -> None:
        super().__init__("no report is merged into this one")
        self.into_id = into_id


class ReopeningClosedError(ReportError):
    """The days in which a closed report can be reopened are over."""

    def __init__(self, last_on: date) -> None:
        super().__init__("too late to reopen")
        self.last_on = last_on


class RequestPendingError(ReportError):
    """Something asked about the report is not decided yet."""

    def __init__(self, request_id: UUID) -> None:
        super().__init__("another request waits for its decision")
        self.request_id = request_id


class JoinRefusedError(ReportError):
    """A report cannot be joined: it is the caller's own, they joined it before, or it has ended."""

    def __init__(self, report_id: UUID) -> None:
        super().__init__("this report cannot be joined")
        self.report_id = report_id


class JoinUnknownError(ReportError):
    """Nobody joined the report under this id."""

    def __init__(self, join_id: UUID) -> None:
        super().__init__("unknown join")
        self.join_id = join_id


class JoinDecidedError(ReportError):
    """New evidence was decided about before, or there is none."""

    def __init__(self, join_id: UUID) -> None:
        super().__init__("nothing to decide about this join")
        self.join_id = join_id


class RequestUnknownError(ReportError):
    """Nothing of this kind was asked about the report, or waits for its decision."""

    def __init__(self, report_id: UUID) -> None:
        super().__init__("nothing waits for a decision")
        self.report_id = report_id


class ClaimUnknownError(ReportError):
    """A claim code is of no report, or nothing is due that was not claimed; which of both is not told."""

    def __init__(self) -> None:
        super().__init__("nothing to claim with this code")


class OwnDepartmentError(ReportError):
    """Somebody, or their household, works for the department that answers for the report."""

    def __init__(self) -> None:
        super().__init__("a report about one's own department earns nothing")


class NotConfidentialError(ReportError):
    """Whose a report is is no secret, or nobody knows it."""

    def __init__(self, report_id: UUID) -> None:
        super().__init__("this report is not confidential")
        self.report_id = report_id


class CallUnknownError(ReportError):
    """The report has no such call."""

    def __init__(self, call_id: UUID) -> None:
        super().__init__("unknown call")
        self.call_id = call_id


class CallsOpenError(ReportError):
    """The command unit has called units whose result it has not accepted."""

    def __init__(self, unit_codes: Sequence[str]) -> None:
        super().__init__("results of called units are not accepted")
        self.unit_codes = ", ".join(unit_codes)


class NothingOwedError(ReportError):
    """No open duty about the report lies on the unit, so it is not ordered to report about it."""

    def __init__(self, unit_code: str) -> None:
        super().__init__("this unit owes nothing about the report")
        self.unit_code = unit_code
