"""Small pictures of photos, for pages that carry their pictures within."""

from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile

PREVIEW_SIDE_MAX = 480
_JPEG_QUALITY = 80


def preview(stored: bytes) -> bytes:
    """Return a smaller JPEG of a photo as the store keeps it, of at most 480 pixels a side.

    What is stored was made by us (`cleaning.clean_photo`), so it is decoded without suspicion; the decoder reads it at
    about the size that is wanted, which takes some milliseconds.
    """
    with JpegImageFile(BytesIO(stored)) as picture:
        picture.draft("RGB", (PREVIEW_SIDE_MAX, PREVIEW_SIDE_MAX))
        picture.thumbnail((PREVIEW_SIDE_MAX, PREVIEW_SIDE_MAX))
        small = BytesIO()
        picture.save(small, "JPEG", quality=_JPEG_QUALITY)
    return small.getvalue()
