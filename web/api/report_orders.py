"""督办: orders to report about a matter by a day, and their answers; and what was brought before the level above."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

import reports
from oversight import EscalationKind, OrderState, get_order, list_escalations, list_orders
from people import Role
from web.api.calls import call_of, once
from web.api.fields import CODE_LENGTH_MAX, Day, PageQuery, Request, Text, a_text
from web.api.pages import id_cursor, page, page_of
from web.api.report_replies import EscalationReply, ReportOrderReply
from web.api.reports import blueprint
from web.auth import access, principal
from web.clock import now, today
from web.reports_shown import escalation_facts, order_facts
from web.unit_of_work import reading


class ReportOrderRequest(Request):
    """By when is to be reported, and about what."""

    due_on = Day(required=True)
    text = a_text()
    unit = Text(
        load_default=None,
        length_max=CODE_LENGTH_MAX,
        metadata={"description": "A called unit; if missing, the one on which the report's own duty lies."},
    )


class OrderAnswerRequest(Request):
    """What the unit reports."""

    text = a_text()


class OrderQuery(PageQuery):
    """Which orders are asked for."""

    state = fields.Enum(OrderState, by_value=True, load_default=None)


class EscalationQuery(PageQuery):
    """Which escalations are asked for."""

    kind = fields.Enum(EscalationKind, by_value=True, load_default=None)


@blueprint.post("/reports/<uuid:report_id>/orders")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportOrderRequest)
@blueprint.response(201, ReportOrderReply)
def give(asked: dict[str, Any], report_id: UUID) -> Any:
    """Order the unit that holds an open duty to report by a day; it is no duty in the books."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        order = reports.give_order(
            session,
            report_id=report_id,
            words=asked["text"],
            due_on=asked["due_on"],
            unit_code=asked["unit"],
            by=principal(),
            now=now(),
            call=call,
        )
        return order_facts(order)

    return once(call, make, _again)


@blueprint.post("/reports/<uuid:report_id>/orders/<uuid:order_id>/answer")
@access(Role.HANDLER, Role.DISPATCHER)
@blueprint.arguments(OrderAnswerRequest)
@blueprint.response(201, ReportOrderReply)
def answer(asked: dict[str, Any], report_id: UUID, order_id: UUID) -> Any:
    """Answer an order, as a handler of the unit ordered, or its dispatcher where it is the one in command."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        order = reports.answer_order(
            session, report_id=report_id, order_id=order_id, words=asked["text"], by=principal(), now=now(), call=call
        )
        return order_facts(order)

    return once(call, make, _again)


@blueprint.get("/report-orders")
@access(Role.SUPERVISOR, Role.HANDLER, Role.DISPATCHER, Role.ADMINISTRATOR)
@blueprint.arguments(OrderQuery, location="query")
@blueprint.response(200, page_of(ReportOrderReply))
def list_some_orders(asked: dict[str, Any]) -> Any:
    """List orders, newest first: to supervisors those of their subtree, to units their own; open includes overdue."""

    def read(session: Session) -> dict[str, Any]:
        found = list_orders(
            session,
            seen_by=principal(),
            today=today(),
            state=asked["state"],
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page([order_facts(each) for each in found.items], found.next_before)

    return reading(read)


@blueprint.get("/escalations")
@access(Role.SUPERVISOR, Role.ADMINISTRATOR)
@blueprint.arguments(EscalationQuery, location="query")
@blueprint.response(200, page_of(EscalationReply))
def list_some_escalations(asked: dict[str, Any]) -> Any:
    """List what was brought before the units where one supervises, newest first: what is overdue, what is urgent."""

    def read(session: Session) -> dict[str, Any]:
        found = list_escalations(
            session,
            seen_by=principal(),
            kind=asked["kind"],
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        matters = reports.matters_of(session, [each.matter_id for each in found.items])
        return page([escalation_facts(each, *matters[each.matter_id]) for each in found.items], found.next_before)

    return reading(read)


def _again(session: Session, order_id: UUID) -> dict[str, Any]:
    return order_facts(get_order(session, order_id))
