"""督办 on the office's pages: orders to report by a day and their answers; and what was brought before whom."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from oversight import EscalationKind, OrderState, list_escalations, list_orders
from people import Role
from reports import DueDateError, NothingOwedError, duties_about, matters_of
from web.auth import access, principal
from web.clock import today
from web.pages.forms import Form
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.report_lists import SEE_REPORTS
from web.pages.office.report_parts import escalation_views, order_views
from web.pages.office.report_steps import act_once
from web.pages.office.typed_texts import typed_day, typed_text
from web.pages.reports_shown import ReportView, report_views
from web.unit_of_work import reading

_ON_PAGE = 30


@blueprint.post("/reports/<uuid:report_id>/orders")
@access(Role.SUPERVISOR)
def order_report(report_id: UUID) -> ResponseReturnValue:
    """Order the unit that owes something to report by a day."""
    form = Form.posted_once("order_unit", "order_on", "order_words")
    return act_once(
        report_id,
        form,
        reports.give_order,
        _("Ordered. The unit sees it at once."),
        form_name="order",
        at_fault={DueDateError: "order_on", NothingOwedError: "order_unit"},
        words=typed_text(form, "order_words"),
        due_on=typed_day(form, "order_on"),
        unit_code=form.values["order_unit"] or None,
    )


@blueprint.post("/reports/<uuid:report_id>/orders/<uuid:order_id>/answer")
@access(Role.HANDLER, Role.DISPATCHER)
def answer_order(report_id: UUID, order_id: UUID) -> ResponseReturnValue:
    """Answer an order, for the unit that was ordered."""
    # Several orders stand on one page: each has a field of its own.
    field = f"answer_{order_id.hex}"
    form = Form.posted_once(field)
    return act_once(
        report_id,
        form,
        reports.answer_order,
        _("Answered. Those who ordered it read it."),
        form_name=f"answer-{order_id.hex}",
        order_id=order_id,
        words=typed_text(form, field),
    )


@blueprint.get("/orders")
@access(*SEE_REPORTS)
def orders() -> ResponseReturnValue:
    """List orders, newest first: to supervisors those of their places, to units their own; all, or those of a state."""
    state, before = request.args.get("state", ""), id_cursor()
    wanted = OrderState(state) if state in set(OrderState) else None

    def read(session: Session) -> dict[str, Any]:
        found = list_orders(session, seen_by=principal(), today=today(), state=wanted, limit=_ON_PAGE, before=before)
        views = _reports_of(session, [each.matter_id for each in found.items])
        return {
            "items": [
                replace(view, report=views[order.matter_id])
                for view, order in zip(order_views(session, found.items), found.items, strict=True)
            ],
            "more_url": more_url(found.next_before, state=wanted),
            "states": list(OrderState),
            "state": wanted.value if wanted else "",
        }

    return list_page("office/orders.html", "office/_order_items.html", **reading(read))


@blueprint.get("/escalations")
@access(Role.SUPERVISOR, Role.ADMINISTRATOR)
def escalations() -> ResponseReturnValue:
    """List what was brought before the units where the officer supervises, newest first: all, or overdue or urgent."""
    kind, before = request.args.get("kind", ""), id_cursor()
    wanted = EscalationKind(kind) if kind in set(EscalationKind) else None

    def read(session: Session) -> dict[str, Any]:
        found = list_escalations(session, seen_by=principal(), kind=wanted, limit=_ON_PAGE, before=before)
        ids = [each.matter_id for each in found.items]
        matters, views = matters_of(session, ids), _reports_of(session, ids)
        return {
            "items": [
                replace(view, report=views[one.matter_id], is_call=matters[one.matter_id][1] is not None)
                for view, one in zip(escalation_views(session, found.items), found.items, strict=True)
            ],
            "more_url": more_url(found.next_before, kind=wanted),
            "kinds": list(EscalationKind),
            "kind": wanted.value if wanted else "",
        }

    return list_page("office/escalations.html", "office/_escalation_items.html", **reading(read))


def _reports_of(session: Session, matter_ids: list[UUID]) -> dict[UUID, ReportView]:
    """Return the reports that matters are about, each with the matter's own open duty."""
    matters = matters_of(session, matter_ids)
    open_ones = {each.matter_id: each for each in duties_about(session, matter_ids) if each.ended_at is None}
    views = report_views(session, [(report, open_ones.get(each)) for each, (report, _call) in matters.items()])
    return dict(zip(matters, views, strict=True))
