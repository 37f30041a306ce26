"""The rows of what photos refuse."""

from flask_babel import lazy_gettext as _l

import photos
from photos import PHOTOS_MAX, PhotoFault
from web.problems.row import Row, Words, unknown

_FAULTS: dict[PhotoFault, Words] = {
    PhotoFault.EMPTY: _l("The file is empty."),
    PhotoFault.TOO_LARGE: _l("A photo has at most 10 MiB."),
    PhotoFault.NOT_A_PICTURE: _l("This is no picture."),
    PhotoFault.OTHER_FORMAT: _l("Only JPEG, PNG and WebP are taken. Save or send the photo as JPEG."),
    PhotoFault.BROKEN: _l("The picture is damaged. Take it again, or send it once more."),
    PhotoFault.TOO_MANY_PIXELS: _l("The picture has more than 50 million pixels. Choose a smaller size in the camera."),
    PhotoFault.TOO_SMALL: _l("The picture is too small to see anything."),
    PhotoFault.TOO_NARROW: _l("The picture is a narrow strip. Choose another one."),
}


def _photo_faults(error: photos.PhotoRefusedError) -> dict[str, list[str]]:
    return {"photos": [str(_FAULTS[error.fault])]}


PHOTOS_ROWS: dict[type[Exception], Row] = {
    photos.PhotoRefusedError: Row(
        422,
        "photo_refused",
        _l("A photo cannot be taken"),
        _l("Look at what is said beside it, and choose another one."),
        facts=("fault",),
        errors_of=_photo_faults,
    ),
    photos.TooManyPhotosError: Row(
        409,
        "too_many_photos",
        _l("Too many photos"),
        _l("A report has at most %(maximum)s photos.", maximum=PHOTOS_MAX),
        facts=("maximum",),
    ),
    photos.PhotoUnknownError: unknown("photo_unknown", _l("There is no such photo")),
    photos.PhotoStoreUnavailableError: Row(
        503,
        "unavailable",
        _l("Photos cannot be kept at the moment"),
        _l("Please try again in a little while. Everything else works."),
    ),
}
