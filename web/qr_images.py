"""QR images that hold exactly one text."""

import io

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathFillImage

# Four modules of white around it, as the standard asks (ISO/IEC 18004); scanners do read less, but not all of them.
_BORDER = 4
_PIXELS_A_MODULE = 10


def qr_svg(text: str) -> bytes:
    """Return an SVG image of the text, error correction level M."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=_BORDER, image_factory=SvgPathFillImage)
    code.add_data(text, optimize=0)
    buffer = io.BytesIO()
    code.make_image().save(buffer)
    return buffer.getvalue()


def qr_png(text: str) -> bytes:
    """Return a PNG image of the text, error correction level M."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=_BORDER, box_size=_PIXELS_A_MODULE, image_factory=PilImage)
    code.add_data(text, optimize=0)
    buffer = io.BytesIO()
    code.make_image().save(buffer)
    return buffer.getvalue()
