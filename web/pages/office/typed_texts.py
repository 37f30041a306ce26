"""Texts typed into the office's forms, judged before anything is done with them."""

from datetime import date

from flask_babel import gettext as _

from people import clean_text
from web.pages.forms import Form

NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500


def typed_text(form: Form, field: str, *, length_max: int = TEXT_LENGTH_MAX) -> str:
    """Return a text as it will be kept; a fault is noted beside the field."""
    typed = form.text(field)
    return form.attempt(lambda: clean_text(typed, field=field, length_max=length_max)) or "" if typed else ""


def typed_day(form: Form, field: str) -> date:
    """Return a day as browsers send it; a fault is noted beside the field, and the day is then the first of all."""
    typed = form.text(field)
    try:
        return date.fromisoformat(typed)
    except ValueError:
        form.wrong(field, _("Choose a day."))
        return date.min


def typed_choice(form: Form, field: str, choices: set[str]) -> str:
    """Return one of the choices; anything else is noted beside the field."""
    typed = form.values.get(field, "")
    if typed not in choices:
        form.wrong(field, _("Choose one of these."))
    return typed
