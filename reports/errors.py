"""What reports refuses, each with the facts of the refusal."""


class ReportError(Exception):
    """A rule about reports or responsibilities says no; nothing was written."""


class ResponsibilitiesFileError(ReportError):
    """A file of responsibilities has a fault; the line (counted from 1, with the header) and the reason are named."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class ResponsibilitiesUnknownError(ReportError):
    """No version of the responsibility list has this number, or none was published yet."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__("unknown version of the responsibility list")
        self.number = number


class CategoryUnknownError(ReportError):
    """The responsibility list has no such category."""

    def __init__(self, code: str) -> None:
        super().__init__("unknown category")
        self.code = code


class DayOutOfRangeError(ReportError):
    """A day lies where no calendar of holidays reaches."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no calendar of the year {year}")
        self.year = year
