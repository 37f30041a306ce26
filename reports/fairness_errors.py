"""What reports refuses for fairness's sake: appeals, coverings, limits on writing, joint reports."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from reports.errors import ReportError


class NothingToAppealError(ReportError):
    """No decision of this kind stands against them."""

    def __init__(self, subject: str) -> None:
        super().__init__("no such decision stands")
        self.subject = subject


class AppealOverError(ReportError):
    """The days in which one may appeal are over."""

    def __init__(self, last_on: date) -> None:
        super().__init__("too late to appeal")
        self.last_on = last_on


class AppealedBeforeError(ReportError):
    """They appealed against this decision before."""

    def __init__(self, appeal_id: UUID) -> None:
        super().__init__("one appeal against one decision")
        self.appeal_id = appeal_id


class AppealUnknownError(ReportError):
    """The report has no such appeal."""

    def __init__(self, appeal_id: UUID) -> None:
        super().__init__("unknown appeal")
        self.appeal_id = appeal_id


class AppealDecidedError(ReportError):
    """The appeal was decided before."""

    def __init__(self, appeal_id: UUID) -> None:
        super().__init__("this appeal is decided")
        self.appeal_id = appeal_id


class TextUnknownError(ReportError):
    """The report has no such text."""

    def __init__(self, text_id: UUID) -> None:
        super().__init__("unknown text")
        self.text_id = text_id


class TextCoveredError(ReportError):
    """The text is covered already."""

    def __init__(self, text_id: UUID) -> None:
        super().__init__("this text is covered")
        self.text_id = text_id


class CoveringUnknownError(ReportError):
    """There is no such covering."""

    def __init__(self, covering_id: UUID) -> None:
        super().__init__("unknown covering")
        self.covering_id = covering_id


class LimitsError(ReportError):
    """A limit is below 1 or above 10,000, or of the rule about false reports one half is missing."""

    def __init__(self) -> None:
        super().__init__("these limits make no sense")


class LimitsUnknownError(ReportError):
    """No version of the limits has this id."""

    def __init__(self, limits_id: UUID) -> None:
        super().__init__("unknown limits")
        self.limits_id = limits_id


class DailyLimitError(ReportError):
    """A resident has written as many reports and joins today as they may."""

    def __init__(self, limit: int, ends_on: date) -> None:
        super().__init__("the limit of a day is reached")
        self.limit = limit
        self.ends_on = ends_on


class WaitingLimitError(ReportError):
    """As many reports of a resident wait for acceptance as may at one time."""

    def __init__(self, limit: int) -> None:
        super().__init__("too many reports wait")
        self.limit = limit


class FalseReportsError(ReportError):
    """So many reports of a resident stand rejected as false that only one may wait at a time; `numbers` are theirs."""

    def __init__(self, numbers: Sequence[str], count: int, days: int, ends_on: date) -> None:
        super().__init__("one report at a time after false ones")
        self.numbers = ", ".join(numbers)
        self.count = count
        self.days = days
        self.ends_on = ends_on


class OnBehalfLimitError(ReportError):
    """An officer has written as many reports for residents, or for the same one, this month as they may."""

    def __init__(self, limit: int, ends_on: date, *, is_of_one_resident: bool) -> None:
        super().__init__("too many reports for others")
        self.limit = limit
        self.ends_on = ends_on
        self.is_of_one_resident = is_of_one_resident


class OwnHouseholdError(ReportError):
    """An officer writes no report for themselves or their own household."""

    def __init__(self) -> None:
        super().__init__("not for one's own household")


class JointReportError(ReportError):
    """These cannot report together: too many, somebody twice, or a report that is another's, or hides whose it is."""

    def __init__(self) -> None:
        super().__init__("these cannot report together")


class CoReporterUnknownError(ReportError):
    """Nobody named them as reporting together."""

    def __init__(self, report_id: UUID) -> None:
        super().__init__("nobody asked them")
        self.report_id = report_id


class TogetherOverError(ReportError):
    """The days in which they could confirm that they report together are over."""

    def __init__(self, last_on: date) -> None:
        super().__init__("too late to confirm")
        self.last_on = last_on
