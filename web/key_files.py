"""Files that hold a secret: made once with fresh random keys, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def new_secret_key() -> bytes:
    """Return 256 random bits as text."""
    return f"{secrets.token_hex(32)}\n".encode()


def kept_secret(path: Path, new: Callable[[], bytes]) -> bytes:
    """Return the file's content; where there is no file, make it with mode 0600 out of `new()`.

    Processes that start side by side end up with the same content.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new())
            file.flush()
            os.fsync(file.fileno())
        # A link is made only where no file stands: whoever comes second reads what the first wrote.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()
