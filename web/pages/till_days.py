"""The statement of a shop's day: its sums told apart, its lines, closing it, and all of it as a file or on paper.

Adds its routes to the till's.
"""

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import tills
from ledger import Asset
from merchants import Merchant, get_merchant
from tills import DayClose
from web.auth import access
from web.clock import now, today
from web.pages.actors import actor_names
from web.pages.day_lines_shown import day_lines_shown, parts_shown
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.lists import day_asked, id_cursor, list_page, more_url, number_cursor
from web.pages.office.typed_texts import typed_day
from web.pages.till_blueprint import blueprint, check_shop_named
from web.pages.times import local
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.statements import BYTE_ORDER_MARK, decimal_text, kind_words, rows_text, safe_text
from web.streaming import joined, streamed
from web.unit_of_work import reading, snapshot

_ON_PAGE, _CLOSES_ON_PAGE, _LINES_AT_ONCE = 50, 30, 500


@blueprint.get("/days", endpoint="day")
@access(*TILL_ROLES)
def show_day() -> ResponseReturnValue:
    """Show what the shop took on a day, told apart, line by line, and whether the day is closed."""
    return _page(Form(), min(day_asked("on", today()), today()))


@blueprint.get("/days/lines.csv", endpoint="day_lines")
@access(*TILL_ROLES)
def give_lines() -> ResponseReturnValue:
    """Give out the lines of a day as a file; its last row is the sum."""
    on = min(day_asked("on", today()), today())
    answer = streamed(
        joined((text.encode() for text in _texts(shop_id(), on)), b""), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="day-{on.isoformat()}.csv"'
    return answer


@blueprint.post("/days")
@access(*TILL_ROLES)
def close_day() -> ResponseReturnValue:
    """Close a day that is over."""
    check_shop_named()
    form = Form.posted_once("day", "remark")
    on, remark = typed_day(form, "day"), form.values["remark"]
    if not form.is_right:
        return _page(form, today())
    call, merchant_id = form.call(day=on, remark=remark), shop_id()

    def make(session: Session) -> UUID:
        shop = get_merchant(session, merchant_id)
        return tills.close_day(session, merchant=shop, day=on, remark=remark, actor=call.owner, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form, min(on, today()))
    flash(_("The day is closed."), "success")
    return redirect(url_for("till.day", on=on.isoformat()), 303)


@blueprint.get("/day-closes", endpoint="day_closes")
@access(*TILL_ROLES)
def list_closes() -> ResponseReturnValue:
    """List the days that were closed."""
    before = number_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = tills.list_day_closes(session, merchant_id=shop_id(), limit=_CLOSES_ON_PAGE + 1, before=before)
        more = found[_CLOSES_ON_PAGE - 1].number if len(found) > _CLOSES_ON_PAGE else None
        return {"items": found[:_CLOSES_ON_PAGE], "more_url": more_url(more, shop=_shop_named())}

    return make_response(list_page("till/day_closes.html", "till/_day_close_items.html", **reading(read)))


def _page(form: Form, on: date) -> Response:
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        shop, funds = get_merchant(session, shop_id()), fund_names(session)
        first_on = local(shop.created_at).date()
        day = max(on, first_on)
        begins_at, ends_at = tills.day_of(day, merchant=shop, now=now())
        lines = tills.day_lines(
            session, merchant_id=shop.id, begins_at=begins_at, ends_at=ends_at, limit=_ON_PAGE + 1, before=before
        )
        more = lines[_ON_PAGE - 1].entry_id if len(lines) > _ON_PAGE else None
        listed = {
            "lines": day_lines_shown(session, lines[:_ON_PAGE]),
            "more_url": more_url(more, on=day.isoformat(), shop=_shop_named()),
        }
        if before is not None:
            return listed
        sums = tills.sums_of_day(session, merchant=shop, day=day, now=now())
        return {
            **listed,
            "on": day,
            "previous_on": day - timedelta(days=1) if day > first_on else None,
            "next_on": day + timedelta(days=1) if day < today() else None,
            "shop_name": shop.name,
            "sums": sums.whole,
            **parts_shown(session, sums, funds),
            "outside": sums.outside_shifts if tills.uses_shifts(session, shop.id) else None,
            "closed": _closed(session, shop, day),
            "may_close": tills.may_be_closed(day, now()),
        }

    page = list_page("till/day.html", "till/_day_lines.html", **reading(read), **form.context)
    return make_response(page, form.status)


def _closed(session: Session, shop: Merchant, day: date) -> dict[str, Any] | None:
    found: DayClose | None = tills.close_of_day(session, merchant_id=shop.id, day=day)
    if found is None:
        return None
    by = actor_names(session, [found.closed_by])[found.closed_by]
    return {"number": found.number, "by": by, "at": local(found.closed_at), "remark": found.remark}


def _texts(merchant_id: UUID, on: date) -> Generator[str]:
    with snapshot() as session:
        shop = get_merchant(session, merchant_id)
        day = max(on, local(shop.created_at).date())
        sums = tills.sums_of_day(session, merchant=shop, day=day, now=now())
        names = (_("Time"), _("What"), _("Order number"), _("Cashier"), _("Amount"), _("In cash"), _("Entry"))
        yield BYTE_ORDER_MARK + rows_text([tuple(str(name) for name in names)])
        before: UUID | None = None
        while True:
            part = tills.day_lines(
                session,
                merchant_id=shop.id,
                begins_at=sums.begins_at,
                ends_at=sums.ends_at,
                limit=_LINES_AT_ONCE,
                before=before,
            )
            yield rows_text(
                [
                    (
                        f"{line.at:%Y-%m-%d %H:%M:%S}",
                        safe_text(kind_words(line.kind)),
                        safe_text(line.order_no),
                        safe_text(line.by),
                        decimal_text(line.amount, Asset.PAB),
                        decimal_text(line.cash_amount, Asset.PAB),
                        str(line.entry_id),
                    )
                    for line in day_lines_shown(session, part)
                ]
            )
            if len(part) < _LINES_AT_ONCE:
                break
            before = part[-1].entry_id
        total, cash = (decimal_text(each, Asset.PAB) for each in (sums.whole.net_total, sums.whole.cash_total))
        yield rows_text([("", str(_("Sum")), "", "", total, cash, "")])


def _shop_named() -> UUID | None:
    return shop_id() if len(shop_ids()) > 1 else None
