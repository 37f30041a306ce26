"""Me too: residents join reports, and supervisors say whether what they add is new."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from people import Role
from reports import ReportJoin, decide_join, get_join, join
from web.api.calls import call_of, once
from web.api.fields import Request, Text, a_text
from web.api.report_replies import JoinReply
from web.api.reports import blueprint
from web.auth import access, principal
from web.clock import now
from web.covered_texts import joins_facts


class JoinRequest(Request):
    """What somebody adds to a report, if anything."""

    evidence = Text(load_default=None)


class JoinAcceptanceRequest(Request):
    """What a supervisor remarks, if anything."""

    note = Text(load_default=None)


class JoinRejectionRequest(Request):
    """Why it is no new evidence."""

    reason = a_text()


@blueprint.post("/reports/<uuid:report_id>/joins")
@access(Role.RESIDENT)
@blueprint.arguments(JoinRequest)
@blueprint.response(201, JoinReply)
def join_one(asked: dict[str, Any], report_id: UUID) -> Any:
    """Join a report of somebody else; new evidence that is accepted shares the reserved part of what it earns."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        made = join(session, report_id=report_id, evidence=asked["evidence"], by=principal(), now=now(), call=call)
        return _told(session, made)

    return once(call, make, _again)


@blueprint.post("/reports/<uuid:report_id>/joins/<uuid:join_id>/acceptance")
@access(Role.SUPERVISOR)
@blueprint.arguments(JoinAcceptanceRequest)
@blueprint.response(201, JoinReply)
def accept_join(asked: dict[str, Any], report_id: UUID, join_id: UUID) -> Any:
    """Accept what somebody added as new evidence."""
    return _decision(asked, report_id, join_id, is_accepted=True, note=asked["note"])


@blueprint.post("/reports/<uuid:report_id>/joins/<uuid:join_id>/rejection")
@access(Role.SUPERVISOR)
@blueprint.arguments(JoinRejectionRequest)
@blueprint.response(201, JoinReply)
def reject_join(asked: dict[str, Any], report_id: UUID, join_id: UUID) -> Any:
    """Say why what somebody added is no new evidence."""
    return _decision(asked, report_id, join_id, is_accepted=False, note=asked["reason"])


def _decision(asked: dict[str, Any], report_id: UUID, join_id: UUID, *, is_accepted: bool, note: str | None) -> Any:
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        decided = decide_join(
            session,
            report_id=report_id,
            join_id=join_id,
            is_accepted=is_accepted,
            note=note,
            by=principal(),
            now=now(),
            call=call,
        )
        return _told(session, decided)

    return once(call, make, _again)


def _again(session: Session, join_id: UUID) -> dict[str, Any]:
    return _told(session, get_join(session, join_id))


def _told(session: Session, joined: ReportJoin) -> dict[str, Any]:
    return joins_facts(session, [joined], principal())[0]
