"""Periods of days that a page is asked for: chosen by a touch, or typed; both ends included, either may be open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from web.clock import begin_of, end_of, today
from web.pages.forms import Form


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are asked for, both included; without a day it has no end on that side."""

    form: Form
    first_on: date | None
    last_on: date | None

    @property
    def since(self) -> datetime | None:
        """Its first instant."""
        return None if self.first_on is None else begin_of(self.first_on)

    @property
    def until(self) -> datetime | None:
        """The first instant after it."""
        return None if self.last_on is None else end_of(self.last_on)

    @property
    def query(self) -> dict[str, Any]:
        """What of it stands in an address."""
        return {name: value for name, value in self.form.values.items() if value}


def period_asked() -> Period:
    """Return the period that the query names; what is wrong about it is noted in its form."""
    form = Form({name: request.args.get(name, "").strip() for name in ("from", "until")})
    first_on, last_on = _day(form, "from"), _day(form, "until")
    if first_on is not None and last_on is not None and last_on < first_on:
        form.wrong("until", _("The last day lies before the first."))
    return Period(form, first_on, last_on)


def period_choices(endpoint: str) -> list[tuple[str, str, bool]]:
    """Return the periods that are asked for most: the name, the address, whether it is the one shown."""
    on = today()
    before = on.replace(day=1) - timedelta(days=1)
    periods: tuple[tuple[str, dict[str, Any]], ...] = (
        (_("This month"), _days(on.replace(day=1), on)),
        (_("Last month"), _days(before.replace(day=1), before)),
        (_("This year"), _days(on.replace(month=1, day=1), on)),
        (_("All time"), {}),
    )
    shown = {name: request.args[name] for name in ("from", "until") if request.args.get(name)}
    return [(name, url_for(endpoint, **days), days == shown) for name, days in periods]


def _day(form: Form, name: str) -> date | None:
    text = form.values[name]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        form.wrong(name, _("Choose a day."))
        return None


def _days(first_on: date, last_on: date) -> dict[str, Any]:
    return {"from": first_on.isoformat(), "until": last_on.isoformat()}
