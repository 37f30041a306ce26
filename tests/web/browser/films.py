"""Films for the camera of tests."""

import io
from pathlib import Path

from PIL import Image

_WIDTH, _HEIGHT = 640, 480
_FRAMES = 2


def film_of(picture: bytes, path: Path) -> Path:
    """Write a film that shows a picture, still and in the middle, and return its path.

    The format (YUV4MPEG2) is that which Chromium takes for its fake camera: a header, and frames of brightness and
    two planes of colour, here none.
    """
    image = Image.open(io.BytesIO(picture)).convert("L")
    image.thumbnail((_WIDTH, _HEIGHT - 40))
    frame = Image.new("L", (_WIDTH, _HEIGHT), 200)
    frame.paste(image, ((_WIDTH - image.width) // 2, (_HEIGHT - image.height) // 2))
    grey = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _frame in range(_FRAMES):
            film.write(b"FRAME\n" + frame.tobytes() + grey)
    return path
