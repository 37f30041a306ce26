"""Awarding a whole list: the file, every line looked at, and nothing awarded until all are good and confirmed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import (
    BATCH_LINES_MAX,
    AwardBatch,
    award_batch,
    get_batch,
    get_fund,
    last_day_of_award,
    list_awards,
    list_batches,
)
from people import Role
from web.auth import access, principal, require
from web.clock import now, today
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.awards_shown import award_views, fund_choices
from web.pages.office.batch_files import BatchFileError, FileFault, FileLine, read_batch_file
from web.pages.office.batch_lines import CheckedLines, check_batch
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import reach
from web.pages.office.shapes import BatchView
from web.pages.office.typed_texts import typed_choice, typed_text
from web.pages.times import local
from web.unit_of_work import reading

_ON_PAGE = 30
_BAD_SHOWN, _GOOD_SHOWN = 200, 20


class _BadNowError(Exception):
    """A list that was good when it was looked at has bad lines now."""

    def __init__(self, checked: CheckedLines) -> None:
        super().__init__("bad lines")
        self.checked = checked


@blueprint.get("/batches", endpoint="batches")
@access(Role.ADMINISTRATOR)
def show_batches() -> str:
    """List the lists that were awarded, newest first: everybody's for the whole tree, else the officer's own."""
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        granted_by = None if reach() is None else principal().actor
        found = list_batches(session, granted_by=granted_by, limit=_ON_PAGE, before=before)
        return {"items": _views(session, found.items), "more_url": more_url(found.next_before)}

    return list_page("office/batches.html", "office/_batch_items.html", **reading(read))


@blueprint.get("/batches/new")
@access(Role.ADMINISTRATOR)
def new_batch() -> ResponseReturnValue:
    """Ask for the file."""
    return _asking(Form())


@blueprint.post("/batches/preview")
@access(Role.ADMINISTRATOR)
def preview_batch() -> ResponseReturnValue:
    """Show what the lines of a file would award, and every line that cannot be awarded with all its reasons."""
    form = Form.posted("fund", "reason")
    _check(form)
    upload = request.files.get("file")
    lines = _lines(form, upload.read() if upload is not None else b"")
    if not form.is_right:
        return _asking(form)
    checked = reading(lambda session: check_batch(session, lines))
    return _preview(form, checked, file_name=shown_file_name(upload.filename if upload is not None else ""))


@blueprint.post("/batches", endpoint="award_batch")
@access(Role.ADMINISTRATOR)
def award_list() -> ResponseReturnValue:
    """Award a list that was looked at: all lines or none."""
    form = Form.posted_once("fund", "reason", "lines")
    reason = _check(form)
    lines = _lines(form, form.values["lines"].encode("utf-8", "replace"))
    if not form.is_right:
        return _asking(form)
    call = form.call(fund=form.values["fund"], reason=reason, lines=[[line.number, line.amount] for line in lines])

    def make(session: Session) -> UUID:
        # The preview is some minutes old: everything is looked at again where it is granted.
        checked = check_batch(session, lines)
        if checked.bad:
            raise _BadNowError(checked)
        return award_batch(
            session,
            fund_code=form.values["fund"],
            reason=reason,
            lines=checked.awards,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    try:
        batch_id = form.attempt(lambda: once(call, make))
    except _BadNowError as error:
        return _preview(form, error.checked)
    if batch_id is None:
        return _preview(form, reading(lambda session: check_batch(session, lines)))
    flash(_("The list is awarded."), "success")
    return redirect(url_for("office.batch", batch_id=batch_id), 303)


@blueprint.get("/batches/<uuid:batch_id>")
@access(Role.ADMINISTRATOR)
def batch(batch_id: UUID) -> str:
    """Show a list that was awarded, to those whose residents are on it."""
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = get_batch(session, batch_id)
        # Whoever has the whole tree sees every list; others see their own.
        require(reach() is None or found.granted_by == principal().actor)
        items = list_awards(session, batch_id=batch_id, within_path=reach(), limit=_ON_PAGE, before=before)
        return {
            "batch": _views(session, [found])[0],
            "items": award_views(session, items.items),
            "more_url": more_url(items.next_before),
        }

    return list_page("office/batch.html", "office/_award_items.html", **reading(read))


def _views(session: Session, batches: Sequence[AwardBatch]) -> list[BatchView]:
    funds = fund_names(session)
    names = actor_names(session, {batch.granted_by for batch in batches})
    return [
        BatchView(
            id=batch.id,
            fund_code=batch.fund_code,
            fund_name=funds[batch.fund_code],
            reason=batch.reason,
            count=batch.count,
            total=batch.total,
            made_by=names[batch.granted_by],
            made_at=local(batch.granted_at),
            url=url_for("office.batch", batch_id=batch.id),
        )
        for batch in batches
    ]


def _check(form: Form) -> str:
    """Judge the fund and the reason, and return the reason as it will be kept."""
    codes = {fund.code for fund in reading(fund_choices)}
    if (code := typed_choice(form, "fund", codes)) in codes:
        form.attempt(lambda: reading(lambda session: last_day_of_award(get_fund(session, code), today())))
    return typed_text(form, "reason")


def _lines(form: Form, data: bytes) -> list[FileLine]:
    try:
        return read_batch_file(data)
    except BatchFileError as error:
        form.wrong("file", fault_words(error.fault))
        return []


def fault_words(fault: FileFault) -> str:
    """Return in words why a file is no list."""
    return str(_FAULTS[fault]())


_FAULTS = {
    FileFault.EMPTY: lambda: _("There is no line in this file. Choose the file with the list."),
    FileFault.OLD_EXCEL: lambda: _("This is a file of an old Excel. Save it as XLSX or as CSV."),
    FileFault.NO_TEXT: lambda: _("This is neither a CSV nor an XLSX file."),
    FileFault.BROKEN: lambda: _("This file is damaged. Open it in the spreadsheet program and save it anew."),
    FileFault.TOO_LARGE: lambda: _("This file is too large. Keep only the two columns on the first sheet."),
    FileFault.TOO_MANY_LINES: lambda: _("A list has at most 10,000 lines. Make two files of it."),
}


def shown_file_name(name: str | None) -> str:
    """Return the name of a file that somebody sent, as it can be shown."""
    return "".join(character for character in (name or "")[-100:] if character.isprintable())


def _asking(form: Form) -> ResponseReturnValue:
    page = render_template(
        "office/batch_new.html", funds=reading(fund_choices), line_count_max=BATCH_LINES_MAX, **form.context
    )
    return make_response(page, form.status)


def _preview(form: Form, checked: CheckedLines, *, file_name: str = "") -> ResponseReturnValue:
    fund = next(each for each in reading(fund_choices) if each.code == form.values["fund"])
    page = render_template(
        "office/batch_preview.html",
        fund=fund,
        reason=form.values["reason"],
        file_name=file_name,
        count=len(checked.good),
        total=checked.total,
        bad_lines=checked.bad[:_BAD_SHOWN],
        bad_count=len(checked.bad),
        repeated_lines=checked.repeated[:_BAD_SHOWN],
        repeated_count=len(checked.repeated),
        sample=checked.good[:_GOOD_SHOWN],
        lines="" if checked.bad else checked.written,
        enough=fund.available >= checked.total,
        **form.context,
    )
    status = form.status if form.status != 200 else 422 if checked.bad else 200
    return make_response(page, status)
