"""Limits on writing reports, which the office sets, and which officer wrote how often for the same resident."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Range
from sqlalchemy.orm import Session

from people import Role
from reports import (
    LIMIT_MAX,
    ReportLimitsSet,
    WritingLimits,
    get_limits,
    limits_in_force,
    list_limits,
    set_limits,
    written_for_one,
)
from web.api.calls import call_of, once
from web.api.fields import Day, Instant, PageQuery, Reply, Request
from web.api.pages import page_of, page_of_versions
from web.api.parsing import ApiBlueprint
from web.auth import access, principal
from web.clock import begin_of, month_after, now, today
from web.unit_of_work import reading

blueprint = ApiBlueprint("report_limits", "Limits on writing reports: none until the office sets them.")


def _limit(description: str) -> fields.Integer:
    return fields.Integer(
        required=True,
        allow_none=True,
        strict=True,
        validate=Range(min=1, max=LIMIT_MAX),
        metadata={"description": description},
    )


class ReportLimitsRequest(Request):
    """All limits anew; null is none.

    After `false_count` rejections of one resident's reports as false within `false_days` days, only one report of
    theirs waits at a time; it is counted when they report, and kept nowhere.
    """

    per_day = _limit("Reports and joins of one resident a day.")
    waiting = _limit("Reports of one resident that wait for acceptance at one time.")
    nameless_per_hour = _limit("Reports without a name from one address an hour; counted in memory only.")
    false_count = _limit("Rejections as false that an appeal did not undo.")
    false_days = _limit("Within so many days.")
    on_behalf_per_month = _limit("Reports that one officer writes for residents a month.")
    on_behalf_per_resident = _limit("Of these, for the same resident.")


class ReportLimitsReply(Reply):
    """One version of the limits; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    per_day = fields.Integer(required=True, allow_none=True)
    waiting = fields.Integer(required=True, allow_none=True)
    nameless_per_hour = fields.Integer(required=True, allow_none=True)
    false_count = fields.Integer(required=True, allow_none=True)
    false_days = fields.Integer(required=True, allow_none=True)
    on_behalf_per_month = fields.Integer(required=True, allow_none=True)
    on_behalf_per_resident = fields.Integer(required=True, allow_none=True)
    set_at = Instant(required=True)


class MonthQuery(Request):
    """Which month is asked for: any day of it; if missing, this one."""

    month = Day(load_default=None)


class WrittenForOneReply(Reply):
    """Reports that one officer wrote for one resident in a month; null: whose they are is confidential."""

    officer = fields.String(required=True)
    resident_id = fields.UUID(required=True, allow_none=True)
    numbers = fields.List(fields.String(), required=True)


class WrittenForOneList(Reply):
    """Who reached the cap in force, which is null where there is none."""

    cap = fields.Integer(required=True, allow_none=True)
    items = fields.List(fields.Nested(WrittenForOneReply), required=True)


@blueprint.post("/report-limits")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(ReportLimitsRequest)
@blueprint.response(201, ReportLimitsReply)
def set_some(asked: dict[str, Any]) -> Any:
    """Set the limits from now on, as their next version; until they are set, there are none."""
    call = call_of(asked)

    def make(session: Session) -> ReportLimitsSet:
        return set_limits(session, limits=WritingLimits(**asked), actor=principal().actor, now=now(), call=call)

    return once(call, make, get_limits)


@blueprint.get("/report-limits")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ReportLimitsReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List all versions of the limits, newest first."""
    return reading(lambda session: page_of_versions(list_limits(session), asked))


@blueprint.get("/report-limits/<uuid:limits_id>")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.response(200, ReportLimitsReply)
def show(limits_id: UUID) -> Any:
    """Show one version of the limits."""
    return reading(lambda session: get_limits(session, limits_id))


@blueprint.get("/reports-on-behalf")
@access(Role.AUDITOR, Role.SUPERVISOR)
@blueprint.arguments(MonthQuery, location="query")
@blueprint.response(200, WrittenForOneList)
def list_on_behalf(asked: dict[str, Any]) -> Any:
    """List which officer wrote for the same resident as often in a month as the cap allows, or more, by case."""
    # Months to come have nothing to tell.
    first = min(asked["month"] or today(), today()).replace(day=1)

    def read(session: Session) -> dict[str, Any]:
        found = written_for_one(
            session,
            seen_by=principal(),
            since=begin_of(first),
            until=begin_of(month_after(first)),
        )
        return {
            "cap": limits_in_force(session).on_behalf_per_resident,
            "items": [
                {
                    "officer": each.officer,
                    "resident_id": each.resident_id,
                    "numbers": [report.number for report in each.reports],
                }
                for each in found
            ],
        }

    return reading(read)
