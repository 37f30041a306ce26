"""Reads what the file of a picture says before a pixel is decoded, and leaves out what is no picture.

Decoders read sizes, pixels and colour profiles, and nothing else of a stranger's file: what cameras and programs write
beside the picture, and what stands behind it, is dropped here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from photos.errors import PhotoFault, PhotoRefusedError

# Cameras write some dozens. Each costs time before the first pixel, and an upload has room for millions.
_PARTS_MAX = 20_000
# Cameras write about ten. A scan of a few bytes makes the decoder walk the whole picture, which a file can ask for a
# million times.
_SCANS_MAX = 64

# Of a whole marker, with its 0xFF: not the stuffed zero, the restarts and the fill bytes within a scan.
_JPEG_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
_START_OF_IMAGE, _END_OF_IMAGE, _START_OF_SCAN = 0xD8, 0xD9, 0xDA
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APPLICATION = range(0xE0, 0xF0)
_COMMENT = 0xFE
_EXIF_MARKER, _EXIF_NAME = 0xE1, b"Exif\0\0"
# What decides how colours are read.
_JPEG_COLOUR_NAMES = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 13
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_PNG_PIXELS = b"IDAT"
# What tells how to read the pixels, which it must precede.
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP"})

_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})

_ORIENTATION_TAG = 0x0112

# Brands of the ISO container by which phones' pictures are told from films.
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})


class PhotoFormat(StrEnum):
    """The formats that are taken."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """What a decoder needs of an upload.

    `data` is a file of that format with nothing beside its picture; sides are in pixels, as stored;
    `orientation` is EXIF's, 1 (upright) to 8.
    """

    format: PhotoFormat
    data: bytes
    width: int
    height: int
    orientation: int


def read_photo_file(data: bytes) -> PhotoFile:
    """Read an upload's header and parts; its content alone says what it is.

    Raises:
        PhotoRefusedError: it is no picture, one of another format, or broken.
    """
    for is_so, read in _READERS:
        if is_so(data):
            return read(data)
    raise PhotoRefusedError(PhotoFault.OTHER_FORMAT if _is_other_picture(data) else PhotoFault.NOT_A_PICTURE)


def _is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff")


def _is_png(data: bytes) -> bool:
    return data.startswith(_PNG_SIGNATURE)


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _is_other_picture(data: bytes) -> bool:
    return (
        data.startswith((b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"))
        or (data.startswith(b"BM") and data[6:10] == b"\0\0\0\0")
        or (data[4:8] == b"ftyp" and data[8:12] in _PICTURE_BRANDS)
    )


def _broken() -> PhotoRefusedError:
    return PhotoRefusedError(PhotoFault.BROKEN)


def _read_jpeg(data: bytes) -> PhotoFile:
    kept = [b"\xff\xd8"]
    frame = exif = b""
    scans = 0
    for marker, content, whole in _jpeg_segments(data):
        if marker in _START_OF_FRAME:
            # A second header would let another size in than the one that is judged.
            if frame or scans or len(content) < 6:
                raise _broken()
            frame = content
        scans += marker == _START_OF_SCAN
        if marker == _START_OF_IMAGE or scans > _SCANS_MAX:
            raise _broken()
        if marker == _EXIF_MARKER and content.startswith(_EXIF_NAME):
            exif = exif or content
        if _is_needed(marker, content):
            kept.append(whole)
    if not frame or not scans:
        raise _broken()
    return PhotoFile(
        format=PhotoFormat.JPEG,
        data=b"".join([*kept, b"\xff\xd9"]),
        width=int.from_bytes(frame[3:5], "big"),
        height=int.from_bytes(frame[1:3], "big"),
        orientation=_orientation(exif),
    )


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker, content and whole bytes of each segment up to the end of the first image.

    To the bytes of a scan belong its pixels.
    """
    found = _JPEG_MARKER.search(data, 2)
    for _ in range(_PARTS_MAX):
        if found is None:
            break
        marker, start = found[1][0], found.end()
        if marker == _END_OF_IMAGE:
            return
        end = start + max(int.from_bytes(data[start : start + 2], "big"), 2)
        following = _JPEG_MARKER.search(data, end)
        until = following.start() if following and marker == _START_OF_SCAN else end
        yield marker, data[start + 2 : end], data[found.start() : until]
        found = following
    raise _broken()


def _is_needed(marker: int, content: bytes) -> bool:
    if marker in _APPLICATION:
        return marker in _JPEG_COLOUR_NAMES and content.startswith(_JPEG_COLOUR_NAMES[marker])
    return marker != _COMMENT


def _read_png(data: bytes) -> PhotoFile:
    kept = [_PNG_SIGNATURE]
    header = exif = b""
    has_pixels = False
    for number, (kind, content, whole) in enumerate(_png_chunks(data)):
        if (kind == b"IHDR") != (number == 0) or number == _PARTS_MAX:
            raise _broken()
        if kind == b"IHDR":
            header = content
        elif kind == b"eXIf":
            exif = exif or content
        has_pixels = has_pixels or kind == _PNG_PIXELS
        if kind == _PNG_PIXELS or (kind in _PNG_KEPT and not has_pixels):
            kept.append(whole)
    if len(header) != _PNG_HEADER_BYTES:
        raise _broken()
    return PhotoFile(
        format=PhotoFormat.PNG,
        data=b"".join([*kept, _PNG_END]),
        width=int.from_bytes(header[:4], "big"),
        height=int.from_bytes(header[4:8], "big"),
        orientation=_orientation(exif),
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield kind, content and whole bytes of each chunk before the one that ends the picture."""
    start = len(_PNG_SIGNATURE)
    while (kind := data[start + 4 : start + 8]) != b"IEND":
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if end > len(data):
            raise _broken()
        yield kind, data[start + 8 : end - 4], data[start:end]
        start = end


def _read_webp(data: bytes) -> PhotoFile:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise _broken()
    kept = [b"WEBP"]
    exif = b""
    first: tuple[bytes, bytes] | None = None
    start = 12
    while start + 8 <= end:
        kind, length = data[start : start + 4], int.from_bytes(data[start + 4 : start + 8], "little")
        content = data[start + 8 : min(start + 8 + length, end)]
        first = first or (kind, content)
        if kind == b"EXIF":
            exif = exif or content
        if kind in _WEBP_KEPT:
            kept.append(data[start : start + 8] + content + b"\0" * (length % 2))
        start += 8 + length + length % 2
    if first is None:
        raise _broken()
    width, height = _webp_size(*first)
    body = b"".join(kept)
    return PhotoFile(
        format=PhotoFormat.WEBP,
        data=b"RIFF" + len(body).to_bytes(4, "little") + body,
        width=width,
        height=height,
        orientation=_orientation(exif),
    )


def _webp_size(kind: bytes, content: bytes) -> tuple[int, int]:
    """Return width and height in pixels as the first chunk tells them."""
    if kind == b"VP8X" and len(content) >= 10:
        return int.from_bytes(content[4:7], "little") + 1, int.from_bytes(content[7:10], "little") + 1
    if kind == b"VP8L" and len(content) >= 5:
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(content) >= 10:
        return int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF
    raise _broken()


def _orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, that EXIF data tell; 1 where they tell none."""
    tiff = exif.removeprefix(_EXIF_NAME)
    orders: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
    order = orders.get(tiff[:4])
    if order is None:
        return 1
    start = int.from_bytes(tiff[4:8], order)
    entries = int.from_bytes(tiff[start : start + 2], order)
    for entry in range(start + 2, start + 2 + 12 * entries, 12):
        if int.from_bytes(tiff[entry : entry + 2], order) == _ORIENTATION_TAG:
            value = int.from_bytes(tiff[entry + 8 : entry + 10], order)
            return value if value in range(1, 9) else 1
    return 1


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], PhotoFile]], ...] = (
    (_is_jpeg, _read_jpeg),
    (_is_png, _read_png),
    (_is_webp, _read_webp),
)
