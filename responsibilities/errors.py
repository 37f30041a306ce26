"""What responsibilities refuse, each with the facts of the refusal."""


class ResponsibilityError(Exception):
    """A rule about the responsibility list says no; nothing was written."""


class ResponsibilitiesFileError(ResponsibilityError):
    """A file of responsibilities has a fault: a `ListFault` with its facts, on a line (from 1, with the header)."""

    def __init__(self, line: int, fault: str, **facts: object) -> None:
        super().__init__(f"line {line}: {fault}")
        self.line = line
        self.fault = fault
        self.facts = facts


class ResponsibilitiesUnknownError(ResponsibilityError):
    """No version of the responsibility list has this number, or none was published yet."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__("unknown version of the responsibility list")
        self.number = number


class CategoryUnknownError(ResponsibilityError):
    """The responsibility list has no such category."""

    def __init__(self, code: str) -> None:
        super().__init__("unknown category")
        self.code = code


class DayOutOfRangeError(ResponsibilityError):
    """A day lies where no calendar of holidays reaches."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no calendar of the year {year}")
        self.year = year
