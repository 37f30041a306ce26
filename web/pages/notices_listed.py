"""Notices on pages: somebody's own, the newest first, each leading to its report, and read when they say so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from notices import Notice, list_notices, mark_all_read, mark_read
from reports import numbers_of
from web.auth import principal
from web.clock import now
from web.notices_shown import sentence
from web.pages.forms import Form
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.times import local
from web.pages.units_shown import unit_names
from web.unit_of_work import in_transaction, reading

_ON_PAGE = 30
_UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice in the reader's words; `unit` names the unit to whose officers it is, None to a resident."""

    id: UUID
    text: str
    kind: str
    unit: str | None
    told_at: datetime
    is_unread: bool
    report_url: str


def notices_page(page: str, *, report_url: Callable[[UUID], str]) -> str:
    """Render a page of the reader's notices: all of them, or what is not read."""
    before, wanted = id_cursor(), request.args.get("show") == _UNREAD

    def read(session: Session) -> dict[str, Any]:
        found = list_notices(session, seen_by=principal(), is_unread=wanted, limit=_ON_PAGE, before=before)
        numbers = numbers_of(session, {each.matter_id for each in found.items})
        units = unit_names(session, {each.unit_code for each in found.items})
        return {
            "items": [_view(each, numbers[each.matter_id], units, report_url) for each in found.items],
            "more_url": more_url(found.next_before, show=_UNREAD if wanted else None),
            "newest_id": found.items[0].id if found.items else None,
            "only_unread": wanted,
        }

    return list_page(page, "macros/_notice_items.html", **reading(read))


def read_one(notice_id: UUID, report_url: Callable[[UUID], str]) -> ResponseReturnValue:
    """Say that a notice was read, and go to its report.

    Raises:
        NoticeUnknownError: it is none of the reader's.
    """
    matter_id = in_transaction(
        lambda session: mark_read(session, notice_id=notice_id, by=principal(), now=now()).matter_id
    )
    return redirect(report_url(matter_id), 303)


def read_all(page_url: str) -> ResponseReturnValue:
    """Say that all notices were read, as far as the newest one on the page that was looked at.

    Raises:
        NoticeUnknownError: that is none of the reader's.
    """
    form = Form.posted("newest")
    newest = _id_of(form.values["newest"])
    if newest is not None:
        in_transaction(lambda session: mark_all_read(session, newest_id=newest, by=principal(), now=now()))
        flash(_("All are marked as read."), "success")
    return redirect(page_url, 303)


def _id_of(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _view(notice: Notice, number: str, units: dict[str, str], report_url: Callable[[UUID], str]) -> NoticeView:
    return NoticeView(
        id=notice.id,
        text=sentence(notice.kind, number),
        kind=notice.kind.value,
        unit=None if notice.unit_code is None else units[notice.unit_code],
        told_at=local(notice.created_at),
        is_unread=notice.read_at is None,
        report_url=report_url(notice.matter_id),
    )
