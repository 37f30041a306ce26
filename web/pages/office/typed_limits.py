"""Limits typed into the office's forms, where what is empty is none: amounts in yuan, other numbers as they are."""

from flask_babel import gettext as _

from web.pages.forms import Form, minor_units

_NOTHING = {"0", "0.0", "0.00"}
# No number of people's is longer; what a limit may be at most, its room says.
_DIGITS_MAX = 9


def typed_limit(form: Form, name: str, *, is_number: bool) -> int | None:
    """Return a limit as it was typed, amounts in cents; None where it is empty, or wrong, which is noted."""
    typed = form.values[name].strip()
    if not typed:
        return None
    if is_number:
        if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS_MAX:
            return int(typed)
        form.wrong(name, _("Type a whole number, or leave it empty."))
        return None
    if typed in _NOTHING:
        # Where nought is too little, the limits' own rule says so.
        return 0
    cents = minor_units(typed)
    if cents is None:
        form.wrong(name, _("Type an amount such as 50 or 12.50, or leave it empty."))
    return cents


def as_typed(value: int | None, *, is_number: bool) -> str:
    """Return a limit as it is typed, empty where there is none."""
    if value is None:
        return ""
    return str(value) if is_number else f"{value // 100}.{value % 100:02}"
