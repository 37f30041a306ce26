"""What reports refuses, each with the facts of the refusal."""

from enum import StrEnum


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


class PhotoFault(StrEnum):
    """Why an upload is not taken as a photo."""

    # No byte came.
    EMPTY = "empty"
    # More bytes than a photo may have.
    TOO_LARGE = "too_large"
    # Text, a page, a document, a film: whatever its name says, it is no picture.
    NOT_A_PICTURE = "not_a_picture"
    # A picture, but no JPEG, PNG or WebP: GIF, HEIC, AVIF, TIFF, BMP.
    OTHER_FORMAT = "other_format"
    # Cut off, damaged, or built so that decoding it would take for ever.
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    # A side of so few pixels that nothing can be seen.
    TOO_SMALL = "too_small"
    # A strip, many times longer than it is wide.
    TOO_NARROW = "too_narrow"


class PhotoRefusedError(ReportError):
    """An upload is not taken as a photo, for one reason; nothing was stored."""

    def __init__(self, fault: PhotoFault) -> None:
        super().__init__(f"no photo: {fault}")
        self.fault = fault


class PhotoStoreUnavailableError(ReportError):
    """The store of photos is away, full, or does not let us in; repeated later, the same may go well."""

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"the store of photos cannot {action}: {reason}")
        self.action = action
        self.reason = reason
