"""The overview for supervisors: what units owe by age, the three rates, how much comes in by month, and about what."""

from collections.abc import Sequence
from typing import Any

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from listening import unit_rates
from people import Role, units_by_code
from reports import CategoryCount, MonthCount, OpenByAge, counts_by_category, counts_by_month, open_by_age
from responsibilities import categories
from web.auth import access, principal
from web.clock import now, today
from web.pages.categories_shown import category_name
from web.pages.office.blueprint import blueprint
from web.pages.office.report_shapes import AgeView, CategoryView, MonthView
from web.pages.periods_asked import Period, period_asked, period_choices
from web.pages.rates_shown import UnitRatesView, rate_views
from web.pages.units_shown import unit_names
from web.unit_of_work import reading

# Charts are drawn in thousandths of the longest bar.
_LONGEST = 1000


@blueprint.get("/reports/overview")
@access(Role.SUPERVISOR)
def report_overview() -> ResponseReturnValue:
    """Show what each unit owes about the supervisor's places and what was done for their reporters, in a period."""
    period = period_asked()

    def read(session: Session) -> dict[str, Any]:
        if not period.form.is_right:
            return {"units": [], "rates": [], "months": [], "categories": []}
        return {
            "units": _ages(session),
            "rates": _rates(session, period),
            "months": _months(counts_by_month(session, seen_by=principal(), now=now())),
            "categories": _categories(session, period),
        }

    page = render_template(
        "office/report_overview.html",
        choices=period_choices("office.report_overview"),
        first_on=period.first_on,
        last_on=period.last_on,
        **reading(read),
        **period.form.context,
    )
    return make_response(page, period.form.status)


def _rates(session: Session, period: Period) -> list[UnitRatesView]:
    """Return the rates of the units of the supervisor's own subtree."""
    said = unit_rates(session, since=period.since, until=period.until, now=now())
    paths = principal().unit_paths(Role.SUPERVISOR)
    units = units_by_code(session, set(said))
    return rate_views(session, {code: each for code, each in said.items() if units[code].path.startswith(paths)})


def _months(found: Sequence[MonthCount]) -> list[MonthView]:
    longest = max((max(one.sent_in, one.closed) for one in found), default=0) or 1
    return [
        MonthView(
            one.month_on,
            one.sent_in,
            one.closed,
            one.sent_in * _LONGEST // longest,
            one.closed * _LONGEST // longest,
        )
        for one in found
    ]


def _categories(session: Session, period: Period) -> list[CategoryView]:
    found = counts_by_category(session, seen_by=principal(), since=period.since, until=period.until)
    # A later list may have left a category out: then its code says which it was.
    names = {each.code: category_name(each) for each in categories(session)}
    longest = found[0].sent_in if found else 1
    return [_category(one, names, longest) for one in found]


def _category(one: CategoryCount, names: dict[str, str], longest: int) -> CategoryView:
    closed = one.closed * _LONGEST // longest
    return CategoryView(
        name=names.get(one.category_code, one.category_code),
        sent_in=one.sent_in,
        closed=one.closed,
        closed_width=closed,
        rest_width=one.sent_in * _LONGEST // longest - closed,
    )


def _ages(session: Session) -> list[AgeView]:
    """Return what units owe, what is late first."""
    found = open_by_age(session, seen_by=principal(), today=today())
    names = unit_names(session, {one.unit_code for one in found})
    longest = max((one.total for one in found), default=1)
    found.sort(key=lambda one: (-(one.overdue + one.long_overdue), -one.total, one.unit_code))
    return [_age_view(one, names[one.unit_code], longest) for one in found]


def _age_view(one: OpenByAge, unit: str, longest: int) -> AgeView:
    return AgeView(
        unit=unit,
        due_later=one.due_later,
        due_today=one.due_today,
        overdue=one.overdue,
        long_overdue=one.long_overdue,
        total=one.total,
        bar=_bar(one, longest),
    )


def _bar(one: OpenByAge, longest: int) -> Sequence[tuple[str, int, int]]:
    parts, begin = [], 0
    for name, count in (
        ("long-overdue", one.long_overdue),
        ("overdue", one.overdue),
        ("due-today", one.due_today),
        ("due-later", one.due_later),
    ):
        width = count * _LONGEST // longest
        if width:
            parts.append((name, begin, width))
        begin += width
    return parts
