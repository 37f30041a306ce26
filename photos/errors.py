"""What photos refuse, each with the facts of the refusal."""

from enum import StrEnum
from uuid import UUID


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


class PhotoError(Exception):
    """A rule about photos says no, or their store does; nothing was kept."""


class PhotoRefusedError(PhotoError):
    """An upload is not taken as a photo, for one reason; nothing was stored."""

    def __init__(self, fault: PhotoFault) -> None:
        super().__init__(f"no photo: {fault}")
        self.fault = fault


class BoxError(PhotoError):
    """A box that is to be painted lies outside of the photo, or there are more than anybody means."""

    def __init__(self) -> None:
        super().__init__("a box that does not fit the photo")


class PhotoStoreUnavailableError(PhotoError):
    """The store of photos is away, full, or does not let us in; repeated later, the same may go well."""

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"the store of photos cannot {action}: {reason}")
        self.action = action
        self.reason = reason


class TooManyPhotosError(PhotoError):
    """A matter would have more photos of one kind than it may."""

    def __init__(self, maximum: int) -> None:
        super().__init__(f"at most {maximum} photos")
        self.maximum = maximum


class PhotoUnknownError(PhotoError):
    """No photo has this id."""

    def __init__(self, photo_id: UUID) -> None:
        super().__init__("unknown photo")
        self.photo_id = photo_id
