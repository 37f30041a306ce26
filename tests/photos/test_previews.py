"""Previews: small pictures of photos, with nothing in them but pixels."""

from io import BytesIO

import pytest
from PIL import Image, ImageStat

from photos import PREVIEW_SIDE_MAX, clean_photo, preview
from tests.photos.uploads import encoded, quarters


@pytest.mark.parametrize(
    ("size", "expected"), [((1600, 1200), (480, 360)), ((600, 1200), (240, 480)), ((64, 48), (64, 48))]
)
def test_a_preview_has_the_shape_of_its_photo(size: tuple[int, int], expected: tuple[int, int]) -> None:
    small = preview(clean_photo(encoded(quarters(*size), "JPEG")).jpeg)
    with Image.open(BytesIO(small)) as picture:
        assert (picture.format, picture.size) == ("JPEG", expected)
        assert max(picture.size) <= PREVIEW_SIDE_MAX
        # Its upper left quarter is red.
        quarter = picture.crop((0, 0, picture.width // 2 - 4, picture.height // 2 - 4))
        mean = [round(average) for average in ImageStat.Stat(quarter).mean]
        assert mean == pytest.approx([255, 0, 0], abs=20)
    assert b"Exif" not in small
