"""Where a page sends its reader next: only to other pages of ours."""

from urllib.parse import urlsplit


def local_path(text: str, default: str) -> str:
    r"""Return a path on our own host as it was asked for, the default for anything else.

    Browsers read `//host`, `/\host` and control characters in ways of their own; none of them passes.
    """
    if not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text
