"""Makes of an upload a photo that may be stored and shown: its pixels, and nothing else that came with them."""

import hashlib
import struct
import threading
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from photos.errors import PhotoFault, PhotoRefusedError
from photos.files import PhotoFile, PhotoFormat, read_photo_file

PHOTO_BYTES_MAX = 10 * 1024 * 1024
PHOTO_PIXELS_MAX = 50_000_000
# In pixels; what is longer is made smaller.
PHOTO_SIDE_MAX = 2048
# In pixels: one block of a JPEG.
PHOTO_SIDE_MIN = 8
# The longer side by the shorter one. A panorama has 4.
PHOTO_RATIO_MAX = 50

JPEG_QUALITY = 85

# The decoders' own classes: `Image.open` would look for further formats and tell of oddities by warnings.
_DECODERS: dict[PhotoFormat, type[ImageFile]] = {
    PhotoFormat.JPEG: JpegImageFile,
    PhotoFormat.PNG: PngImageFile,
    PhotoFormat.WEBP: WebPImageFile,
}
# All that decoders raise about a file that is not what it should be.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    struct.error,
    zlib.error,
)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

# A picture of the most pixels takes up to 900 MB while it is decoded, so a process decodes one at a time.
DECODING = threading.Lock()


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo as it is stored: a baseline JPEG in sRGB, its sides in pixels, and its SHA-256 in hexadecimal."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def clean_photo(data: bytes) -> CleanPhoto:
    """Return an upload's picture, upright, on white, at most 2048 pixels long, encoded anew.

    JPEG, PNG and WebP are taken, by what they contain and not by their name; of several pictures in one file, the
    first. Where it was taken, by what, and everything else that is no pixel is left behind. The same upload gives the
    same bytes, as long as the image library stays the same. Safe to call from many threads; they wait for each other.

    Raises:
        PhotoRefusedError: there is no picture in it, one of another format, a broken one, or its bytes, pixels or
            sides are out of bounds; sizes are judged before a pixel is decoded.
    """
    if not data:
        raise PhotoRefusedError(PhotoFault.EMPTY)
    if len(data) > PHOTO_BYTES_MAX:
        raise PhotoRefusedError(PhotoFault.TOO_LARGE)
    file = read_photo_file(data)
    _check_size(file.width, file.height)
    with DECODING:
        try:
            picture = _decoded(file)
        except _UNREADABLE as error:
            raise PhotoRefusedError(PhotoFault.BROKEN) from error
        jpeg = BytesIO()
        picture.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    content = jpeg.getvalue()
    return CleanPhoto(content, picture.width, picture.height, hashlib.sha256(content).hexdigest())


def _check_size(width: int, height: int) -> None:
    if width * height > PHOTO_PIXELS_MAX:
        raise PhotoRefusedError(PhotoFault.TOO_MANY_PIXELS)
    if min(width, height) < PHOTO_SIDE_MIN:
        raise PhotoRefusedError(PhotoFault.TOO_SMALL)
    if max(width, height) > PHOTO_RATIO_MAX * min(width, height):
        raise PhotoRefusedError(PhotoFault.TOO_NARROW)


def _decoded(file: PhotoFile) -> Image.Image:
    """Return the picture, upright, on a canvas that knows nothing of the file."""
    opened = _DECODERS[file.format](BytesIO(file.data))
    if opened.size != (file.width, file.height):
        raise ValueError("the decoder reads another size than was judged")
    profile = opened.info.get("icc_profile")
    picture = _with_channels(opened)
    # A JPEG is decoded in a smaller size, where that is enough.
    picture.thumbnail((PHOTO_SIDE_MAX, PHOTO_SIDE_MAX))
    alpha = picture.getchannel("A") if picture.mode in {"LA", "RGBA"} else None
    colours = picture.convert("RGB") if alpha else picture
    canvas = Image.new("RGB", picture.size, "white")
    canvas.paste(_as_srgb(colours, profile), mask=alpha)
    turn = _UPRIGHT.get(file.orientation)
    return canvas if turn is None else canvas.transpose(turn)


def _with_channels(picture: Image.Image) -> Image.Image:
    """Return a picture whose pixels can be averaged: no palette, no colour that means transparent, 8 bits a channel."""
    if picture.mode == "I;16":
        # Converting at once would cut brightness off instead of dividing it.
        return picture.convert("I").point(lambda brightness: brightness * (1 / 256)).convert("L")
    if "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("RGB") if picture.mode in {"1", "P"} else picture


def _as_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB; a profile that cannot be used is left aside, as viewers do."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, *_UNREADABLE):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")
