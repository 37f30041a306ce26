"""What a camera app makes of a QR image on another screen: the address in it."""

import io
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator


def scanned(image: Locator) -> str:
    """Return the path of the address that a picture of the screen holds."""
    # The picture is asked for by an address of its own, and may come after the page.
    image.evaluate("shown => shown.decode()")
    picture = Image.open(io.BytesIO(image.screenshot()))
    [found] = zxingcpp.read_barcodes(picture)
    return urlsplit(found.text).path
