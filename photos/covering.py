"""Copies of photos that strangers may see: what must not be seen is painted over before anything is written."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from photos.cleaning import DECODING, JPEG_QUALITY, CleanPhoto
from photos.errors import BoxError

# Boxes are measured in so many parts of a photo's width and height.
WHOLE = 1000
BOXES_MAX = 200

# In a JPEG pixels are written in blocks of so many, colours included: what one shows lies in its whole block.
_BLOCK = 16
# A decoder smooths colours over the edges of blocks, by one pixel; twice that is safe.
_SMOOTHED = 2
_PAINT = (24, 24, 24)


class Box(NamedTuple):
    """A rectangle of a photo, in thousandths of its width and height, from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


def check_boxes(boxes: Sequence[Box]) -> None:
    """See that boxes lie within a photo, and are not too many to be meant.

    Raises:
        BoxError: they do not, or are.
    """
    fit = all(
        min(box.left, box.top) >= 0
        and min(box.width, box.height) >= 1
        and max(box.left + box.width, box.top + box.height) <= WHOLE
        for box in boxes
    )
    if not fit or len(boxes) > BOXES_MAX:
        raise BoxError


def cover(jpeg: bytes, boxes: Sequence[Box]) -> CleanPhoto:
    """Return a stored photo with boxes painted over its pixels, encoded anew.

    A box is painted a little larger than it was drawn: out to the edges of the blocks in which the stored JPEG keeps
    its pixels, so that nothing that stays was computed from what had to go.

    Raises:
        BoxError: a box lies outside of the photo, or there are more than 200.
    """
    check_boxes(boxes)
    with DECODING:
        picture = Image.new("RGB", (opened := JpegImageFile(BytesIO(jpeg))).size)
        picture.paste(opened.convert("RGB"))
        for box in boxes:
            picture.paste(_PAINT, _pixels_of(box, *picture.size))
        written = BytesIO()
        picture.save(written, "JPEG", quality=JPEG_QUALITY)
    content = written.getvalue()
    return CleanPhoto(content, picture.width, picture.height, hashlib.sha256(content).hexdigest())


def _pixels_of(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the first and, not included, the last pixels that a box takes, across and down."""
    left, right = _grown(box.left * width // WHOLE, -(-(box.left + box.width) * width // WHOLE), width)
    top, bottom = _grown(box.top * height // WHOLE, -(-(box.top + box.height) * height // WHOLE), height)
    return left, top, right, bottom


def _grown(first: int, end: int, length: int) -> tuple[int, int]:
    first = first // _BLOCK * _BLOCK - _SMOOTHED
    end = -(-end // _BLOCK) * _BLOCK + _SMOOTHED
    return max(0, first), min(length, end)
