"""Copies for strangers: of what lies under a box nothing is left, not even in the pixels beside it."""

from io import BytesIO
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photos import BOXES_MAX, WHOLE, Box, BoxError, CleanPhoto, clean_photo, cover
from tests.photos.uploads import encoded

PAINT = (24, 24, 24)
# A JPEG is not exact; painted pixels are all alike, so they come back nearly as they were.
NEARLY = 3


def noise(seed: int, width: int = 333, height: int = 251) -> Image.Image:
    """Return a picture of random pixels."""
    return Image.frombytes("RGB", (width, height), Random(seed).randbytes(width * height * 3))


def stored(picture: Image.Image) -> CleanPhoto:
    return clean_photo(encoded(picture, "PNG"))


def pixels_under(box: Box, picture: Image.Image) -> tuple[int, int, int, int]:
    """Return every pixel that a box touches."""
    width, height = picture.size
    return (
        box.left * width // WHOLE,
        box.top * height // WHOLE,
        -(-(box.left + box.width) * width // WHOLE),
        -(-(box.top + box.height) * height // WHOLE),
    )


def other_under(box: Box, picture: Image.Image, seed: int) -> Image.Image:
    """Return a picture that differs under a box, and nowhere else."""
    changed = picture.copy()
    under = pixels_under(box, picture)
    changed.paste(noise(seed, *picture.size).crop(under), under)
    return changed


BOXES = st.builds(
    lambda left, top, width, height: Box(left, top, min(width, WHOLE - left), min(height, WHOLE - top)),
    *(st.integers(0, WHOLE - 1), st.integers(0, WHOLE - 1), st.integers(1, WHOLE), st.integers(1, WHOLE)),
)


@given(box=BOXES)
def test_what_lies_under_a_box_changes_not_one_byte_of_the_copy(box: Box) -> None:
    one = noise(1)
    first, second = stored(one), stored(other_under(box, one, 2))
    assert first.jpeg != second.jpeg
    assert cover(first.jpeg, [box]).jpeg == cover(second.jpeg, [box]).jpeg


@pytest.mark.parametrize("box", [Box(0, 0, 1, 1), Box(999, 999, 1, 1), Box(250, 300, 200, 300), Box(0, 0, 1000, 1000)])
def test_under_a_box_every_pixel_is_painted_and_far_from_it_none(box: Box) -> None:
    photo = stored(noise(1))
    copy = Image.open(BytesIO(cover(photo.jpeg, [box]).jpeg)).convert("RGB")
    assert copy.size == (photo.width, photo.height)
    under = copy.crop(pixels_under(box, copy)).tobytes()
    assert all(abs(value - PAINT[0]) <= NEARLY for value in under)
    assert (max(copy.crop((80, 200, 90, 210)).tobytes()) > 100) is (box.width < WHOLE)


def test_several_boxes_are_all_painted_and_none_changes_only_the_encoding() -> None:
    photo = stored(noise(1))
    boxes = [Box(0, 0, 300, 300), Box(600, 600, 300, 300)]
    copy = Image.open(BytesIO(cover(photo.jpeg, boxes).jpeg)).convert("RGB")
    for box in boxes:
        left, top, right, bottom = pixels_under(box, copy)
        assert copy.getpixel(((left + right) // 2, (top + bottom) // 2)) == PAINT
    plain = cover(photo.jpeg, [])
    assert (plain.width, plain.height) == (photo.width, photo.height)


@pytest.mark.parametrize(
    "boxes",
    [
        [Box(-1, 0, 10, 10)],
        [Box(0, 0, 0, 10)],
        [Box(0, 0, 10, 1001)],
        [Box(995, 0, 10, 10)],
        [Box(0, 0, 10, 10)] * (BOXES_MAX + 1),
    ],
)
def test_boxes_that_do_not_fit_are_refused(boxes: list[Box]) -> None:
    with pytest.raises(BoxError):
        cover(stored(noise(1)).jpeg, boxes)
