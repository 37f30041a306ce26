"""Closed periods on the office's pages: which months are closed, how accounts ended in them, and closing the next."""

from collections.abc import Generator, Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import (
    Asset,
    ClosingLine,
    ClosingTotal,
    Period,
    TermsSet,
    closed_period,
    closed_periods,
    closing_statement,
    closing_totals,
    terms_history,
)
from people import Role
from web.auth import BOOKS, access, principal
from web.clock import today
from web.closing_periods import close_through
from web.pages.actors import actor_names
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.shapes import PeriodView, TermsView
from web.pages.office.typed_texts import typed_choice
from web.pages.times import local
from web.statements import closing_csv_texts
from web.streaming import joined, streamed
from web.unit_of_work import reading, snapshot

_ROWS_SHOWN = 500
_CODE_LENGTH_MAX = 100
# Before the first closing nothing says where the books begin.
_MONTHS_OFFERED_AT_FIRST = 12
# Whoever waits at a page waits less than whoever types a command; closing again goes on.
_WAIT_S = 5


@blueprint.get("/periods", endpoint="periods")
@access(*BOOKS, everywhere=True)
def show_periods() -> ResponseReturnValue:
    """List the closed periods and the terms on which entries are taken."""
    return _periods_page(Form())


@blueprint.post("/periods")
@access(Role.FINANCE, everywhere=True)
def close_month() -> ResponseReturnValue:
    """Ask once more whether a month is to be closed, or, when it was confirmed, close it; twice closes it once."""
    form = Form.posted("last_on")
    periods = reading(closed_periods)
    latest = next(iter(periods), None)
    chosen = form.values["last_on"]
    if latest is not None and latest.stated_at is not None and chosen == latest.last_on.isoformat():
        return redirect(_url(latest.number), 303)
    typed_choice(form, "last_on", {day.isoformat() for day in _month_ends(latest)})
    if not form.is_right:
        return _periods_page(form)
    last_on = date.fromisoformat(chosen)
    if request.form.get("confirmed") != "yes":
        first_on = latest.last_on + timedelta(days=1) if latest is not None and latest.last_on < last_on else None
        page = render_template(
            "office/period_confirm.html", first_on=first_on, last_on=last_on, month=_month(last_on), **form.context
        )
        return make_response(page)
    done = form.attempt(lambda: close_through(last_on, actor=principal().actor, wait_s=_WAIT_S))
    if done is None:
        return _periods_page(form)
    flash(_("Closed. The closing statement stands for good."), "success")
    return redirect(_url(done.number), 303)


@blueprint.get("/periods/<int(max=99999):number>")
@access(*BOOKS, everywhere=True)
def period(number: int) -> str:
    """Show what accounts opened, moved and closed with in a closed period, an asset at a time."""
    asked, after = request.args.get("asset", ""), request.args.get("after", "")[:_CODE_LENGTH_MAX]
    asset = Asset(asked) if asked in set(Asset) else Asset.PAB

    def read(session: Session) -> dict[str, Any]:
        found = closed_period(session, number)
        shown = {"period": _views(session, [found])[0], "rows": [], "totals": [], "more_url": None}
        return shown if found.stated_at is None else shown | _statement(session, found, asset, after)

    return render_template(
        "office/period.html",
        asset=asset.value,
        assets=[each.value for each in Asset],
        scale=asset.scale,
        **reading(read),
    )


@blueprint.get("/periods/<int(max=99999):number>/statement.csv")
@access(*BOOKS, everywhere=True)
def period_csv(number: int) -> Response:
    """Give out a period's closing statement for spreadsheets, whole."""

    def pieces() -> Generator[bytes]:
        with snapshot() as session:
            yield from (text.encode() for text in joined(closing_csv_texts(session, number), ""))

    answer = streamed(pieces(), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"closing_{number}.csv")
    return answer


def _periods_page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        periods = closed_periods(session)
        return {
            "periods": _views(session, periods),
            "terms": _terms(session),
            "months": [(day.isoformat(), _month(day)) for day in _month_ends(next(iter(periods), None))],
        }

    return make_response(render_template("office/periods.html", **reading(read), **form.context), form.status)


def _month_ends(latest: Period | None) -> list[date]:
    """Return the last days of the months that can be closed now, the earliest first.

    A period that has no statement yet comes before all others: closing it again goes on with it.
    """
    if latest is not None and latest.stated_at is None:
        return [latest.last_on]
    found: list[date] = []
    day = today().replace(day=1) - timedelta(days=1)
    while day > latest.last_on if latest is not None else len(found) < _MONTHS_OFFERED_AT_FIRST:
        found.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return found[::-1]


def _statement(session: Session, found: Period, asset: Asset, after: str) -> dict[str, Any]:
    rows: list[ClosingLine] = []
    is_more = False
    # To its end, even where enough is read: the session is asked for more afterwards.
    for line in closing_statement(session, found.number):
        if line.asset is asset and line.code > after:
            is_more = len(rows) == _ROWS_SHOWN
            if not is_more:
                rows.append(line)
    query: dict[str, Any] = {"number": found.number, "asset": asset.value, "after": rows[-1].code if rows else None}
    totals: list[ClosingTotal] = closing_totals(session, found.number)
    return {
        "rows": rows,
        "totals": [each for each in totals if each.asset is asset],
        "more_url": url_for("office.period", **query) if is_more else None,
    }


def _views(session: Session, periods: Sequence[Period]) -> list[PeriodView]:
    names = actor_names(session, {each.closed_by for each in periods})
    return [
        PeriodView(
            number=each.number,
            first_on=each.first_on,
            last_on=each.last_on,
            by=names[each.closed_by],
            closed_at=local(each.closed_at),
            stated_at=None if each.stated_at is None else local(each.stated_at),
            url=_url(each.number),
        )
        for each in periods
    ]


def _terms(session: Session) -> list[TermsView]:
    found: list[TermsSet] = terms_history(session)
    names = actor_names(session, {each.set_by for each in found})
    return [
        TermsView(
            open_days=each.terms.open_days,
            # Closed until the first instant of the day after.
            closed_through=None
            if each.terms.closed_until is None
            else (local(each.terms.closed_until) - timedelta(microseconds=1)).date(),
            by=names[each.set_by],
            since=local(each.set_at),
        )
        for each in found
    ]


def _month(day: date) -> str:
    """Return what people call the month of a day."""
    return format_skeleton("yMMMM", day, locale=get_locale())


def _url(number: int) -> str:
    return url_for("office.period", number=number)
