"""Cleaning photos: pixels pass, and nothing else; whatever is no photo is refused with its reason."""

import hashlib
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image, ImageCms

import photos.cleaning
from photos import PHOTO_BYTES_MAX, CleanPhoto, FolderStore, PhotoFault, PhotoRefusedError, clean_photo
from photos.files import read_photo_file
from tests.photos import uploads
from tests.photos.uploads import BLUE, GREEN, MARK, RED, WHITE, chunk, encoded, exif, quarters, segment, with_segments

JPEG, PNG, WEBP = (encoded(quarters(), kind, quality=90) for kind in ("JPEG", "PNG", "WEBP"))
PALETTE = encoded(quarters().quantize(8), "PNG")
ANIMATION = [Image.new("RGB", (64, 48), "black")]
# Names of what a photo carries besides pixels, as they stand in files.
NAMES = (MARK, MARK[:24].decode().encode("utf-16-be"), b"Exif", b"ICC_PROFILE", b"http:", b"<x:", b"<script", b"PK\3\4")


def pixels(photo: CleanPhoto) -> Image.Image:
    with Image.open(BytesIO(photo.jpeg)) as opened:
        opened.load()
        return opened.copy()


def corners(photo: CleanPhoto) -> list[tuple[int, ...]]:
    """Return the nearest plain colours of the quarters: above left, above right, below left, below right."""
    picture, width, height = pixels(photo), photo.width, photo.height
    found = []
    for x, y in ((1, 1), (3, 1), (1, 3), (3, 3)):
        colour = picture.getpixel((width * x // 4, height * y // 4))
        assert isinstance(colour, tuple)
        found.append(tuple(255 if channel > 128 else 0 for channel in colour))
    return found


# --- what is taken ---------------------------------------------------------------------------------------------------


def test_a_clean_photo_is_a_baseline_jpeg_that_knows_its_size_and_its_hash() -> None:
    photo = clean_photo(JPEG)
    picture = Image.open(BytesIO(photo.jpeg))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (64, 48))
    assert (photo.width, photo.height) == (64, 48)
    assert photo.sha256 == hashlib.sha256(photo.jpeg).hexdigest()
    assert b"\xff\xc0" in photo.jpeg
    assert "progressive" not in picture.info
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert photo.jpeg.endswith(b"\xff\xd9")


HONEST = {
    "a JPEG": JPEG,
    "a progressive JPEG": encoded(quarters(), "JPEG", progressive=True),
    "a JPEG of print colours": encoded(quarters().convert("CMYK"), "JPEG"),
    "a JPEG with bytes between its parts": with_segments(JPEG, b"\xff\xff\xff"),
    "a JPEG with restarts": encoded(quarters(), "JPEG", restart_marker_blocks=1),
    "a PNG": PNG,
    "a PNG of a palette": PALETTE,
    "a PNG that speaks of transparency too late": PALETTE[:-12] + chunk(b"tRNS", b"\0" * 4) + PALETTE[-12:],
    "a PNG with an alpha channel": encoded(quarters().convert("RGBA"), "PNG"),
    "a WebP": WEBP,
    "a WebP without losses": encoded(quarters(), "WEBP", lossless=True),
    "a WebP with an alpha channel": encoded(quarters().convert("RGBA"), "WEBP", exact=True, quality=90),
    "the first frame of an animated WebP": encoded(quarters(), "WEBP", save_all=True, append_images=ANIMATION),
    "the first frame of an animated PNG": encoded(quarters(), "PNG", save_all=True, append_images=ANIMATION),
    "the first of several JPEGs in one": encoded(quarters(), "MPO", save_all=True, append_images=ANIMATION),
    "a photo with a film behind it": JPEG + b"\0\0\0\x18ftypmp42" + b"\xff\xda\xff\xc0" * 500,
}


@pytest.mark.parametrize("name", HONEST)
def test_pictures_keep_their_colours(name: str) -> None:
    photo = clean_photo(HONEST[name])
    assert (photo.width, photo.height) == (64, 48)
    assert corners(photo) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
@pytest.mark.parametrize("shade", [0, 255])
def test_pictures_without_colour_keep_their_brightness(mode: str, shade: int) -> None:
    photo = clean_photo(encoded(Image.new("L", (20, 20), shade).convert(mode), "PNG"))
    assert pixels(photo).getpixel((9, 9)) == (shade, shade, shade)


def test_a_grey_jpeg_stays_grey() -> None:
    assert pixels(clean_photo(encoded(Image.new("L", (20, 20), 100), "JPEG"))).getpixel((9, 9)) == (100, 100, 100)


@pytest.mark.parametrize(("deep", "shade"), [(0, 0), (0x8000, 128), (0xFFFF, 255)])
def test_16_bits_of_brightness_are_divided_and_not_cut_off(deep: int, shade: int) -> None:
    photo = clean_photo(encoded(Image.new("I;16", (20, 20), deep), "PNG"))
    assert pixels(photo).getpixel((9, 9)) == (shade, shade, shade)


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    half = Image.new("RGBA", (20, 20), (0, 0, 0, 128))
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([*BLUE, *RED])
    for upload in (
        encoded(clear, "PNG"),
        encoded(clear, "WEBP", exact=True),
        encoded(palette, "PNG", transparency=1),
        encoded(Image.new("RGB", (20, 20), RED), "PNG", transparency=RED),
        encoded(Image.new("L", (20, 20), 7), "PNG", transparency=7),
    ):
        assert pixels(clean_photo(upload)).getpixel((9, 9)) == WHITE
    grey = pixels(clean_photo(encoded(half, "PNG"))).getpixel((9, 9))
    assert grey == (127, 127, 127)


@pytest.mark.parametrize(
    ("width", "height", "becomes"),
    [(2048, 1024, (2048, 1024)), (4096, 1024, (2048, 512)), (1000, 5000, (410, 2048)), (3000, 60, (2048, 41))],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_longer_photos_are_made_smaller(kind: str, width: int, height: int, becomes: tuple[int, int]) -> None:
    photo = clean_photo(encoded(quarters(width, height), kind))
    assert (photo.width, photo.height) == becomes == pixels(photo).size
    assert corners(photo) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
        (0, [RED, GREEN, BLUE, WHITE]),
        (9, [RED, GREEN, BLUE, WHITE]),
    ],
)
def test_photos_stand_upright(kind: str, orientation: int, order: str, upright: list[tuple[int, ...]]) -> None:
    photo = clean_photo(encoded(quarters(), kind, exif=exif(orientation, order)))
    assert corners(photo) == upright
    assert (photo.width, photo.height) == ((48, 64) if orientation in range(5, 9) else (64, 48))


@pytest.mark.parametrize(
    "data", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff\1\x12", b"nothing"]
)
def test_exif_that_cannot_be_read_turns_nothing(data: bytes) -> None:
    assert corners(clean_photo(with_segments(JPEG, segment(0xE1, b"Exif\0\0" + data)))) == [RED, GREEN, BLUE, WHITE]


def test_colours_of_a_wider_space_are_converted() -> None:
    warm = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert corners(clean_photo(encoded(quarters(), "JPEG", icc_profile=warm))) == [RED, GREEN, BLUE, WHITE]
    # The green of sRGB as red: what the profile's first two primaries are, exchanged.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = srgb.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")
    for kind in ("JPEG", "PNG", "WEBP"):
        photo = clean_photo(encoded(quarters(), kind, icc_profile=exchanged))
        assert corners(photo) == [GREEN, RED, BLUE, WHITE]


@pytest.mark.parametrize("broken", [b"no profile", uploads.profile()[:200]])
def test_a_profile_that_cannot_be_used_is_left_aside(broken: bytes) -> None:
    assert corners(clean_photo(encoded(quarters(), "JPEG", icc_profile=broken))) == [RED, GREEN, BLUE, WHITE]


def test_the_same_upload_gives_the_same_bytes_from_many_threads() -> None:
    upload = encoded(quarters(1500, 1000), "PNG")
    with ThreadPoolExecutor(4) as threads:
        assert len({photo.jpeg for photo in threads.map(clean_photo, [upload] * 8)}) == 1


# --- what is left behind ---------------------------------------------------------------------------------------------

SPEAKING = {
    "EXIF with a position": encoded(quarters(), "JPEG", exif=exif(6)),
    "EXIF in a PNG": encoded(quarters(), "PNG", exif=exif(6)),
    "EXIF in a WebP": encoded(quarters(), "WEBP", exif=exif(6)),
    "XMP": encoded(quarters(), "JPEG", xmp=uploads.xmp()),
    "XMP in a WebP": encoded(quarters(), "WEBP", xmp=uploads.xmp()),
    "a comment": encoded(quarters(), "JPEG", comment=MARK),
    "a colour profile": encoded(quarters(), "JPEG", icc_profile=uploads.profile()),
    "a colour profile in a WebP": encoded(quarters(), "WEBP", icc_profile=uploads.profile()),
    "text in a PNG": uploads.with_text(quarters()),
    "segments of programs": with_segments(
        JPEG, segment(0xED, b"Photoshop 3.0\0" + MARK), segment(0xE2, b"MPF\0" + MARK), segment(0xEE, b"Adobe" + MARK)
    ),
    "a thumbnail in the header": with_segments(JPEG, segment(0xE0, b"JFXX\0\x10" + JPEG + MARK)),
    "bytes between the parts": JPEG.replace(b"\xff\xdb", MARK + b"\xff\xdb", 1),
    "an own chunk": uploads.with_chunks(PNG, chunk(b"prIv", MARK)),
    "bytes behind a PNG": PNG + MARK,
    "bytes behind a WebP": WEBP + MARK,
    "a picture, a script and an archive": uploads.as_archive(JPEG),
    "a PNG, a script and an archive": uploads.as_archive(PNG),
    "a JPEG that is a script": with_segments(JPEG, segment(0xFE, b"=1;/*" + MARK + b"*/alert(1)//")),
    "an unknown part of a WebP": uploads.webp((b"VP8 ", WEBP[20:]), (b"ABCD", MARK)),
}


@pytest.mark.parametrize("name", SPEAKING)
def test_only_pixels_pass(name: str) -> None:
    upload = SPEAKING[name]
    photo = clean_photo(upload)
    assert [found for found in NAMES if found in photo.jpeg] == []
    assert any(found in upload for found in NAMES)


def test_what_stands_beside_the_picture_never_reaches_a_decoder() -> None:
    for name in SPEAKING.keys() - {"a colour profile", "a colour profile in a WebP", "segments of programs"}:
        assert MARK not in read_photo_file(SPEAKING[name]).data


# --- what is refused -------------------------------------------------------------------------------------------------

DEEP = encoded(Image.new("L", (40, 40)), "JPEG")
HOSTILE: dict[str, tuple[PhotoFault, Callable[[], bytes]]] = {
    "nothing": (PhotoFault.EMPTY, lambda: b""),
    "over 10 MiB": (PhotoFault.TOO_LARGE, lambda: JPEG + b"\0" * PHOTO_BYTES_MAX),
    "one byte": (PhotoFault.NOT_A_PICTURE, lambda: b"\xff"),
    "a page named .jpg": (PhotoFault.NOT_A_PICTURE, lambda: b"<!doctype html><script>alert(1)</script>"),
    "an SVG with a script": (
        PhotoFault.NOT_A_PICTURE,
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    ),
    "a PDF": (PhotoFault.NOT_A_PICTURE, lambda: encoded(quarters(), "PDF")),
    "PostScript": (PhotoFault.NOT_A_PICTURE, lambda: encoded(quarters(), "EPS")),
    "a film": (PhotoFault.NOT_A_PICTURE, lambda: b"\0\0\0\x18ftypmp42\0\0\0\0" + b"\0" * 100),
    "a GIF": (PhotoFault.OTHER_FORMAT, lambda: encoded(quarters(), "GIF")),
    "a BMP": (PhotoFault.OTHER_FORMAT, lambda: encoded(quarters(), "BMP")),
    "a TIFF": (PhotoFault.OTHER_FORMAT, lambda: encoded(quarters(), "TIFF")),
    "an AVIF": (PhotoFault.OTHER_FORMAT, lambda: encoded(quarters(), "AVIF")),
    "a HEIC": (PhotoFault.OTHER_FORMAT, lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
    "60 megapixels": (PhotoFault.TOO_MANY_PIXELS, lambda: encoded(Image.new("1", (10_000, 6_000)), "PNG")),
    "a PNG that claims a huge size": (PhotoFault.TOO_MANY_PIXELS, lambda: uploads.png_of_size(2**31 - 1, 2**31 - 1)),
    "a JPEG that claims a huge size": (PhotoFault.TOO_MANY_PIXELS, lambda: uploads.jpeg_of_size(65_000, 65_000)),
    "a WebP that claims a huge size": (PhotoFault.TOO_MANY_PIXELS, lambda: uploads.webp_of_size(2**24, 2**24)),
    "one pixel": (PhotoFault.TOO_SMALL, lambda: encoded(Image.new("RGB", (1, 1)), "PNG")),
    "a line": (PhotoFault.TOO_SMALL, lambda: encoded(Image.new("RGB", (300, 7)), "JPEG")),
    "no height": (PhotoFault.TOO_SMALL, lambda: uploads.jpeg_of_size(64, 0)),
    "a strip": (PhotoFault.TOO_NARROW, lambda: encoded(Image.new("RGB", (8, 408)), "PNG")),
    "more lines than pixels": (PhotoFault.BROKEN, lambda: uploads.png_of_size(7_000, 7_000)),
    "a JPEG cut off in its header": (PhotoFault.BROKEN, lambda: JPEG[:100]),
    "a JPEG cut off in its pixels": (PhotoFault.BROKEN, lambda: JPEG[:-40]),
    "a JPEG cut off before its end": (PhotoFault.BROKEN, lambda: JPEG[:-2]),
    "a JPEG without pixels": (PhotoFault.BROKEN, lambda: JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9"),
    "a JPEG without a size": (PhotoFault.BROKEN, lambda: b"\xff\xd8\xff\xd9"),
    "a JPEG of two sizes": (
        PhotoFault.BROKEN,
        lambda: with_segments(JPEG, segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0")),
    ),
    "a JPEG of a short size": (PhotoFault.BROKEN, lambda: with_segments(JPEG, segment(0xC0, b"\x08\0"))),
    "a JPEG in a JPEG": (PhotoFault.BROKEN, lambda: with_segments(JPEG, b"\xff\xd8\0\0")),
    "a JPEG of 12 bits": (PhotoFault.BROKEN, lambda: DEEP.replace(b"\xff\xc0\0\x0b\x08", b"\xff\xc0\0\x0b\x0c")),
    "a JPEG of too many parts": (PhotoFault.BROKEN, lambda: with_segments(JPEG, segment(0xFE, b"") * 20_000)),
    "a JPEG of too many scans": (PhotoFault.BROKEN, lambda: uploads.of_many_scans(100)),
    "a PNG cut off in its pixels": (PhotoFault.BROKEN, lambda: PNG[:-30]),
    "a PNG cut off before its end": (PhotoFault.BROKEN, lambda: PNG[:-12]),
    "a PNG without a header": (PhotoFault.BROKEN, lambda: PNG[:8] + PNG[33:]),
    "a PNG of two headers": (PhotoFault.BROKEN, lambda: PNG[:33] + PNG[8:]),
    "a PNG of a short header": (PhotoFault.BROKEN, lambda: PNG[:8] + chunk(b"IHDR", b"\0" * 12) + PNG[33:]),
    "a PNG of nothing": (PhotoFault.BROKEN, lambda: PNG[:8] + PNG[-12:]),
    "a PNG without pixels": (PhotoFault.BROKEN, lambda: PNG[:33] + PNG[-12:]),
    "a PNG whose sums are wrong": (PhotoFault.BROKEN, lambda: PNG.replace(b"IDATx", b"IDATy")),
    "a PNG of too many parts": (PhotoFault.BROKEN, lambda: uploads.with_chunks(PNG, chunk(b"prIv", b"") * 20_000)),
    "a PNG whose profile bursts": (
        PhotoFault.BROKEN,
        lambda: uploads.with_chunks(PNG, chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 50_000_000))),
    ),
    "a WebP cut off": (PhotoFault.BROKEN, lambda: WEBP[:-40]),
    "a WebP of nothing": (PhotoFault.BROKEN, uploads.webp),
    "a WebP of an unknown part": (PhotoFault.BROKEN, lambda: uploads.webp((b"ABCD", b"\0" * 40))),
    "a WebP without pixels": (PhotoFault.BROKEN, lambda: uploads.webp_of_size(64, 48)),
    "a WebP of half a header": (PhotoFault.BROKEN, lambda: uploads.webp((b"VP8L", b"\x2f"), (b"VP8 ", b""))),
}


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder for photos, beside which programs would also put what they write to disk for a while."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "photos"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_photo_is_refused_with_its_reason_and_leaves_nothing(name: str, empty_folder: Path) -> None:
    fault, upload = HOSTILE[name]
    with pytest.raises(PhotoRefusedError) as refused:
        FolderStore(empty_folder).put(f"{'a' * 32}.jpg", clean_photo(upload()).jpeg)
    assert refused.value.fault is fault


def test_sizes_are_judged_before_a_pixel_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos.cleaning, "_DECODERS", {})
    for name in ("60 megapixels", "a PNG that claims a huge size", "one pixel", "a strip"):
        with pytest.raises(PhotoRefusedError):
            clean_photo(HOSTILE[name][1]())


def test_a_size_other_than_the_judged_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos.cleaning, "read_photo_file", lambda data: replace(read_photo_file(data), width=63))
    with pytest.raises(PhotoRefusedError, match="broken"):
        clean_photo(PNG)


def test_as_many_scans_as_programs_write_are_taken() -> None:
    assert clean_photo(uploads.of_many_scans(8)).width == 512


# --- whatever comes --------------------------------------------------------------------------------------------------

SEEDS = [*HONEST.values(), *SPEAKING.values(), encoded(Image.new("I;16", (9, 9)), "PNG")]
CHANGES = st.lists(st.tuples(st.integers(0, 2**32), st.binary(min_size=1, max_size=4), st.booleans()), max_size=8)


@examples(max_examples=400)
@given(seed=st.sampled_from(SEEDS), changes=CHANGES, kept=st.floats(0, 1))
def test_a_changed_file_is_cleaned_or_refused(seed: bytes, changes: list[tuple[int, bytes, bool]], kept: float) -> None:
    upload = bytearray(seed)
    for place, new, inserted in changes:
        at = place % len(upload)
        upload[at : at if inserted else at + len(new)] = new
    # One in two is whole; the others are cut off somewhere.
    data = bytes(upload[: int(len(upload) * min(kept * 2, 1))])
    try:
        photo = clean_photo(data)
    except PhotoRefusedError:
        return
    assert pixels(photo).size == (photo.width, photo.height)
    assert [found for found in NAMES if found in photo.jpeg] == []
