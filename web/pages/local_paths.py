"""Where a page sends its reader next: only to other pages of ours."""


def local_path(text: str, default: str) -> str:
    r"""Return a path on our own host as it was asked for, the default for anything else.

    Browsers read `//host`, `/\host` and control characters in ways of their own; none of them passes.
    """
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if is_ours else default
