"""The responsibility list on the office's pages: its versions, each as a file, and publishing the next after a look."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from people import Role
from responsibilities import (
    Category,
    CategoryKind,
    Responsibility,
    ResponsibilityList,
    categories,
    changes_of,
    get_version,
    list_versions,
    publish_responsibilities,
    read_responsibilities,
    write_responsibilities,
)
from web.auth import access, principal
from web.clock import now
from web.languages import ENGLISH, language
from web.pages.actors import actor_names
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.shapes import ListLine, ListVersion
from web.pages.times import local
from web.pages.units_shown import unit_names
from web.unit_of_work import in_transaction, reading

# Some 1,500 lines; the packaged list has 11 kB.
_FILE_BYTES_MAX = 128 * 1024
_VERSIONS_SHOWN = 50


class _OtherInForceError(Exception):
    """Somebody published a version since the changes were looked at."""


@blueprint.get("/responsibilities", endpoint="responsibilities")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_versions() -> ResponseReturnValue:
    """Show the versions of the list, with the form to bring the next."""
    return _page(Form())


@blueprint.post("/responsibilities")
@access(Role.ADMINISTRATOR, everywhere=True)
def publish_list() -> ResponseReturnValue:
    """Show what a file would change, or, when that was looked at, publish it; twice publishes it once."""
    form = Form.posted("list", "in_force", "confirmed")
    data = _sent(form)
    lines = form.attempt(lambda: read_responsibilities(data)) if form.is_right else None
    if lines is None:
        return _page(form)
    if form.values["confirmed"] != "yes":
        return _look_page(form, data, lines)
    try:
        number = form.attempt(lambda: in_transaction(lambda session: _publish(session, lines, form.values["in_force"])))
    except _OtherInForceError:
        return _look_page(form, data, lines)
    if number is None:
        return _page(form)
    flash(_("Version %(number)s is in force. Everybody can see it.", number=number), "success")
    return redirect(url_for("office.responsibilities"), 303)


@blueprint.get("/responsibilities/<int(max=99999):number>/list.csv")
@access(Role.ADMINISTRATOR, everywhere=True)
def responsibilities_csv(number: int) -> Response:
    """Give out a version as the file that can be edited and brought again."""

    def read(session: Session) -> bytes:
        return write_responsibilities(categories(session, version=get_version(session, number).number))

    answer = Response(reading(read), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"responsibilities_{number}.csv")
    return answer


def _sent(form: Form) -> bytes:
    """Return the file that was chosen, or the one that was looked at before; a fault is noted beside the field."""
    upload = request.files.get("file")
    data = upload.read(_FILE_BYTES_MAX + 1) if upload is not None else b""
    if not data:
        try:
            data = base64.b64decode(form.values["list"], validate=True)
        except (binascii.Error, ValueError):
            data = b""
    if len(data) > _FILE_BYTES_MAX:
        form.wrong("file", _("This file is too large: at most %(count)s kB.", count=_FILE_BYTES_MAX // 1024))
    elif not data.strip():
        form.wrong("file", _("Choose the file with the list."))
    return data


def _publish(session: Session, lines: Sequence[Responsibility], looked_at: str) -> int:
    """Publish a list whose differences from a version were looked at, and return the number of the version in force.

    Raises:
        _OtherInForceError: another version is in force, and says something else.
    """
    if str(_in_force(session)) != looked_at and not changes_of(session, lines).are_none:
        raise _OtherInForceError
    return publish_responsibilities(session, lines=lines, actor=principal().actor, now=now()).number


def _in_force(session: Session) -> int:
    """Return the number of the version in force, 0 where there is none."""
    newest = next(iter(list_versions(session)), None)
    return newest.number if newest else 0


def _look_page(form: Form, data: bytes, lines: Sequence[Responsibility]) -> ResponseReturnValue:
    shown = form.attempt(lambda: reading(lambda session: _changes(session, lines)))
    if shown is None:
        return _page(form)
    if not (shown["new"] or shown["changed"] or shown["left_out"]):
        flash(_("The list in force says the same already. Nothing was published."), "info")
        return redirect(url_for("office.responsibilities"), 303)
    is_other = form.values["confirmed"] == "yes"
    page = render_template(
        "office/responsibilities_look.html", is_other=is_other, list=base64.b64encode(data).decode(), **shown
    )
    return make_response(page, 409 if is_other else 200)


def _changes(session: Session, lines: Sequence[Responsibility]) -> dict[str, Any]:
    """Return how lines differ from the version in force, in words."""
    changes = changes_of(session, lines)
    standing = {each.code: each for each in categories(session)}
    owners = {each.department_code for each in lines} | {each.department_code for each in standing.values()}
    names = unit_names(session, owners)
    return {
        "in_force": _in_force(session),
        "new": [_line(each, names) for each in changes.new],
        "changed": [_changed_line(each, standing[each.code], names) for each in changes.changed],
        "left_out": [_line(each, names) for each in changes.left_out],
    }


def _line(one: Responsibility | Category, names: dict[str, str]) -> ListLine:
    """Return a line as it is shown by itself: who answers, by when."""
    says = _says(one, names)
    owned = [says[part] for part in ("owner", "days", "private") if says[part]]
    return ListLine(one.code, _name(one), " · ".join(owned) or says["kind"], "")


def _changed_line(one: Responsibility, before: Category, names: dict[str, str]) -> ListLine:
    """Return a line as it is shown beside what stands in force: only what differs."""
    says, said = _says(one, names), _says(before, names)
    parts = [part for part in says if says[part] != said[part]]
    now_says, then_said = (" · ".join(each[part] or "—" for part in parts) for each in (says, said))
    return ListLine(one.code, _name(before), now_says, then_said)


def _name(one: Responsibility | Category) -> str:
    return one.name_en if language() == ENGLISH else one.name


def _says(one: Responsibility | Category, names: dict[str, str]) -> dict[str, str]:
    """Return what a line says besides its code, part by part in words; empty where it says nothing."""
    days, dispatch = _days(one)
    owner = one.department_code or ""
    return {
        "name": one.name,
        "name_en": one.name_en,
        "parent": str(_("below %(code)s", code=one.parent_code)) if one.parent_code else "",
        "kind": str(_("Things of the town") if one.kind is CategoryKind.COMPONENT else _("What happens there")),
        "owner": names.get(owner, owner),
        "days": str(_("%(days)s working days", days=" / ".join(map(str, days)))) if days else "",
        "dispatch": _dispatch_words(dispatch) if dispatch else "",
        "private": str(_("never public")) if one.is_private else "",
    }


def _dispatch_words(days: int) -> str:
    return str(ngettext("%(num)s working day to pass it on", "%(num)s working days to pass it on", days))


def _days(one: Responsibility | Category) -> tuple[tuple[int | None, ...], int | None]:
    if isinstance(one, Category):
        days = (one.normal_days, one.serious_days, one.urgent_days) if one.parent_code else ()
        return days, one.dispatch_days
    given = one.deadlines
    return ((given.normal, given.serious, given.urgent), given.dispatch) if given else ((), None)


def _page(form: Form) -> ResponseReturnValue:
    page = render_template("office/responsibilities.html", versions=reading(_versions), **form.context)
    return make_response(page, form.status)


def _versions(session: Session) -> list[ListVersion]:
    found: list[ResponsibilityList] = list_versions(session)[:_VERSIONS_SHOWN]
    names = actor_names(session, {each.published_by for each in found})
    return [
        ListVersion(
            number=each.number,
            is_in_force=each is found[0],
            published_by=names[each.published_by],
            published_at=local(each.published_at),
            url=url_for("office.responsibilities_csv", number=each.number),
        )
        for each in found
    ]
