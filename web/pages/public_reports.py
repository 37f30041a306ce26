"""Reports for everybody: a list of them, each on a page of its own, and a file to take along.

Adds its routes to the public pages. Addresses hold numbers of reports and codes of units and categories, nothing of
anybody.
"""

from collections.abc import Generator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from listening import ratings_of_category
from people import Level, child_units, units_by_code
from photos import Photo, photo_key
from publishing import PublicState, Wanted, every_public_report, public_copy, public_report, public_reports
from responsibilities import Category, categories
from web.auth import public
from web.clock import now, today
from web.pages.categories_shown import category_name
from web.pages.lists import list_page, more_url
from web.pages.public import blueprint
from web.pages.public_reports_shown import (
    PublicReportView,
    merged_into,
    owed_about,
    public_views,
    steps_for_all,
    taken_down_on,
)
from web.pages.shapes import UnitGroup
from web.pages.units_shown import place_groups
from web.photo_storage import photo_store
from web.picture_answers import jpeg_answer
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.report_words import STANDS
from web.settings import current_settings
from web.statements.as_csv import BYTE_ORDER_MARK, rows_text, safe_text
from web.streaming import joined, streamed
from web.unit_of_work import reading, snapshot

_ON_PAGE = 30
_FILTERS = ("unit", "category", "state", "owed_by")
# Anybody may ask for the file, as often as they like: more than that is asked for in parts.
_IN_FILE_MAX = 20_000
# Of the right length: it hides no other address, and none hides it.
_NUMBER = "/reports/<string(length=12):number>"
# What is taken down is gone from browsers that soon.
_PHOTO_KEPT_S = 300


@blueprint.get("/reports", endpoint="reports")
@public
def list_public_reports() -> str:
    """List reports, newest first: in a place, of a category, in a state, owed by a unit."""
    asked = _asked()

    def read(session: Session) -> dict[str, Any]:
        wanted = _wanted(session, asked)
        found = public_reports(
            session, wanted=wanted, now=now(), limit=_ON_PAGE, after=request.args.get("before") or None
        )
        return {
            "items": public_views(session, found.items),
            "more_url": more_url(found.next_after, **asked),
            "places": _places(session),
            "categories": _choices(session),
            "owed_by": None if wanted.owed_by is None else units_by_code(session, [wanted.owed_by])[wanted.owed_by],
        }

    return list_page(
        "public/reports.html",
        "public/_report_items.html",
        filters={name: asked.get(name, "") for name in _FILTERS},
        is_filtered=bool(asked),
        states=list(PublicState),
        csv_url=url_for("public.reports_csv", **asked),
        **reading(read),
    )


@blueprint.get("/reports.csv")
@public
def reports_csv() -> Response:
    """Give out the same list for spreadsheets: the newest 20,000, and whether there are more."""
    asked = _asked()
    wanted = reading(lambda session: _wanted(session, asked))
    answer = streamed(joined(_csv_texts(wanted), ""), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"reports_{today().isoformat()}.csv")
    return answer


@blueprint.get(_NUMBER, endpoint="report")
@public
def show_public_report(number: str) -> str:
    """Show one report: where it stands, who owes what until when, and what of it somebody has published."""

    def read(session: Session) -> dict[str, Any]:
        found = public_report(session, number, now=now())
        report = found.report
        zone = current_settings().time_zone
        return {
            "report": public_views(session, [found])[0],
            "steps": steps_for_all(session, report, with_words=found.shown is not None),
            "owed": owed_about(session, report),
            "merged_into": merged_into(session, report),
            "taken_down_on": taken_down_on(session, report.id),
            "ratings": ratings_of_category(session, report.category_code, today=today(), zone=zone),
        }

    facts = reading(read)
    return render_template("public/report.html", stands=STANDS[facts["report"].status], **facts)


@blueprint.get(f"{_NUMBER}/photos/<uuid:copy_id>", endpoint="report_photo")
@public
def show_public_photo(number: str, copy_id: UUID) -> Response:
    """Give out a copy of a photo, with its boxes, as long as it is shown with its report."""

    def read(session: Session) -> Photo:
        return public_copy(session, number, copy_id, now=now())

    answer = jpeg_answer(photo_store().get(photo_key(reading(read).id)), copy_id)
    answer.headers["Cache-Control"] = f"public, max-age={_PHOTO_KEPT_S}"
    return answer


def _asked() -> dict[str, Any]:
    """Return the filters of the address that are set, each a text."""
    found = {name: request.args.get(name, "").strip() for name in _FILTERS}
    return {name: value for name, value in found.items() if value}


def _wanted(session: Session, asked: dict[str, Any]) -> Wanted:
    """Return what the filters ask for.

    Raises:
        ProblemError: one names nothing that there is.
    """
    units = [asked[name] for name in ("unit", "owed_by") if name in asked]
    known = units_by_code(session, units)
    of_category, state = asked.get("category"), asked.get("state")
    open_codes = {each.code for each in categories(session) if not each.is_private} if of_category else set()
    is_known = all(code in known for code in units) and (of_category is None or of_category in open_codes)
    if not is_known or (state is not None and state not in set(PublicState)):
        raise ProblemError(NOT_FOUND)
    return Wanted(
        unit_code=asked.get("unit"),
        category_code=of_category,
        state=None if state is None else PublicState(state),
        owed_by=asked.get("owed_by"),
    )


def _places(session: Session) -> list[UnitGroup]:
    roots = [each for each in child_units(session, None, limit=1) if each.level is not Level.DEPARTMENT]
    return place_groups(session, near=roots[0]) if roots else []


def _choices(session: Session) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the categories to choose from, by the names of those above them; a private one is no choice."""
    found = categories(session)
    tops = {each.code: category_name(each) for each in found if each.parent_code is None}
    owned = sorted((each for each in found if each.parent_code and not each.is_private), key=_in_order)
    return [
        (tops[parent], [(each.code, category_name(each)) for each in below])
        for parent, below in groupby(owned, key=lambda each: each.parent_code or "")
    ]


def _in_order(category: Category) -> tuple[str, str]:
    return category.parent_code or "", category.code


def _csv_texts(wanted: Wanted) -> Generator[str]:
    yield BYTE_ORDER_MARK + rows_text(
        [
            (
                *(_("Number"), _("Reported on"), _("Kind"), _("Category"), _("Place"), _("State"), _("Department")),
                *(_("Due on"), _("Days overdue"), _("What was reported"), _("What was done"), _("Photos")),
            )
        ]
    )
    written = 0
    with snapshot() as session:
        for part in every_public_report(session, wanted=wanted, now=now()):
            if written >= _IN_FILE_MAX:
                yield rows_text([(_("There are more. Choose a place, a category or a state."),)])
                return
            yield rows_text([_row(each) for each in public_views(session, part)])
            written += len(part)
            # What was read is written: a file of many reports must not fill the memory.
            session.expunge_all()


def _row(report: PublicReportView) -> Sequence[str]:
    duty = report.duty
    return (
        report.number,
        report.submitted_on.isoformat(),
        safe_text(report.group),
        safe_text(report.category),
        safe_text(report.place),
        str(STANDS[report.status]),
        safe_text(duty.unit if duty is not None else report.department or ""),
        "" if duty is None else duty.due_on.isoformat(),
        str(duty.days_over) if duty is not None and duty.days_over else "",
        safe_text(report.text or ""),
        safe_text(report.answer or ""),
        str(report.photo_count),
    )
