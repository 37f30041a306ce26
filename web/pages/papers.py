"""The form on which one chooses the days and the form of a statement; the same address then gives it out."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from web.clock import today
from web.pages.forms import Form
from web.pages.shapes import PeriodChoice
from web.statements import FindOwner, PaperForm, paper_answer


def paper_page(
    template: str,
    find: FindOwner,
    *,
    file_word: str = "",
    at_fault: Mapping[type[Exception], str] | None = None,
    asked: Collection[str] = (),
    **context: Any,
) -> ResponseReturnValue:
    """Show the form, or give out the statement where the query names a form for it.

    `asked` names what the form asks besides; `at_fault` names its fields by the errors that they cause.
    """
    on = today()
    usual = {"from": on.replace(day=1).isoformat(), "until": on.isoformat(), **dict.fromkeys(asked, "")}
    form = Form({name: request.args.get(name, value).strip() for name, value in usual.items()})
    wanted = request.args.get("format", "")
    first_on, last_on = _day(form, "from"), _day(form, "until")
    if wanted in set(PaperForm) and first_on is not None and last_on is not None:
        answer = form.attempt(
            lambda: paper_answer(find, PaperForm(wanted), first_on=first_on, last_on=last_on, file_word=file_word),
            at_fault,
        )
        if answer is not None:
            return answer
    page = render_template(template, choices=_choices(on, form, asked), asked=asked, **form.context, **context)
    return make_response(page, form.status)


def _choices(on: date, form: Form, asked: Iterable[str]) -> list[PeriodChoice]:
    """Return the periods that are asked for most, as of a day."""
    kept = {name: form.values[name] for name in asked if form.values[name]}

    def choice(name: str, days: tuple[date, date]) -> PeriodChoice:
        query: dict[str, Any] = {**kept, "from": days[0].isoformat(), "until": days[1].isoformat()}
        return PeriodChoice(name, *days, url_for(request.endpoint or "", **(request.view_args or {}), **query))

    month_began = on.replace(day=1)
    month_before_ended = month_began - timedelta(days=1)
    return [
        choice(_("This month"), (month_began, on)),
        choice(_("Last month"), (month_before_ended.replace(day=1), month_before_ended)),
        choice(_("This year"), (on.replace(month=1, day=1), on)),
        choice(_("Last year"), (date(on.year - 1, 1, 1), date(on.year - 1, 12, 31))),
    ]


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.values[name])
    except ValueError:
        form.wrong(name, _("Choose a day."))
        return None
