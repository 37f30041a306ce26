"""Uploads for the tests of photos: honest ones, and those that somebody wrote to do harm."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

# Stands wherever a file has room for something that is no pixel.
MARK = b"MARK-of-Li-Si-35.1N-110.4E"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Return a picture whose quarters are red, green (above), blue and white (below)."""
    picture = Image.new("RGB", (width, height), WHITE)
    middle_x, middle_y = width // 2, height // 2
    picture.paste(RED, (0, 0, middle_x, middle_y))
    picture.paste(GREEN, (middle_x, 0, width, middle_y))
    picture.paste(BLUE, (0, middle_y, middle_x, height))
    return picture


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as a file of this kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def exif(orientation: int = 1, order: str = "<") -> bytes:
    """Return EXIF data with an orientation, a camera's name and a position, little-endian (<) or big-endian (>)."""
    words = MARK + b"\0"
    gps_at = 8 + 2 + 3 * 12 + 4
    words_at = gps_at + 2 + 12 + 4
    return b"".join(
        [
            b"Exif\0\0" + (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8),
            struct.pack(f"{order}H", 3),
            struct.pack(f"{order}HHII", 0x0110, 2, len(words), words_at),
            struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0),
            struct.pack(f"{order}HHII", 0x8825, 4, 1, gps_at),
            struct.pack(f"{order}I", 0),
            struct.pack(f"{order}H", 1),
            struct.pack(f"{order}HHII", 0x001D, 2, len(words), words_at),
            struct.pack(f"{order}I", 0),
            words,
        ]
    )


def profile() -> bytes:
    """Return a colour profile of sRGB's, with the mark in its copyright."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    known = "No copyright, use freely".encode("utf-16-be")
    assert known in made
    return made.replace(known, MARK[:24].decode().encode("utf-16-be")) + MARK


def xmp() -> bytes:
    """Return an XMP packet."""
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r><script>' + MARK + b"</script></r></x:xmpmeta>"


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Return a JPEG with segments at its beginning."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """Return a PNG with chunks behind its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def png_of_size(width: int, height: int) -> bytes:
    """Return a small PNG whose header claims a size, in grey of 8 bits, with the pixels of a few lines."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims a size."""
    jpeg = encoded(quarters(), "JPEG")
    frame = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:frame] + struct.pack(">HH", height, width) + jpeg[frame + 4 :]


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a WebP of these chunks."""
    body = b"WEBP"
    for kind, content in chunks:
        body += kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def webp_of_size(width: int, height: int) -> bytes:
    """Return a WebP whose header claims a canvas."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp((b"VP8X", b"\0" * 4 + size), (b"VP8 ", b"\0" * 40))


def of_many_scans(number: int) -> bytes:
    """Return a progressive JPEG that asks for one of its scans again and again."""
    jpeg = encoded(quarters(512, 512), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * number + jpeg[-2:]


def with_text(picture: Image.Image) -> bytes:
    """Return a PNG that says something in each way there is."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", MARK.decode())
    words.add_text("Zipped", MARK.decode(), zip=True)
    words.add_itxt("XML:com.adobe.xmp", xmp().decode())
    return encoded(picture, "PNG", pnginfo=words, exif=exif(), icc_profile=profile(), dpi=(72, 72))


def as_archive(picture: bytes) -> bytes:
    """Return a file that is a picture from its beginning, a script in between, and an archive from its end."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("index.html", b"<script>" + MARK + b"</script>")
    return picture + b"<script>alert('" + MARK + b"')</script>" + archive.getvalue()
