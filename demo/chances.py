"""Chance that is the same each time, so that everybody sees the same demo."""

from random import Random


def chance_of(seed: int | str) -> Random:
    """Return chance that begins anew with each call, and always in the same way for the same seed."""
    return Random(seed)  # noqa: S311 - it draws a demo and guards nothing
