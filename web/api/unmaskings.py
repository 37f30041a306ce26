"""Learning whose a confidential report is: asked by one supervisor, decided by another, told to the reporter."""

import logging
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from people import Role
from reports import Unmasking, ask_unmasking, decide_unmasking, get_unmasking
from web.api.calls import call_of, once
from web.api.report_replies import UnmaskingReply
from web.api.report_steps import ReportDecisionRequest, ReportReasonRequest
from web.api.reports import blueprint
from web.auth import access, principal
from web.clock import now

logger = logging.getLogger(__name__)


@blueprint.post("/reports/<uuid:report_id>/unmasking")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportReasonRequest)
@blueprint.response(201, UnmaskingReply)
def ask_whose(asked: dict[str, Any], report_id: UUID) -> Any:
    """Ask to learn whose a confidential report is; another supervisor decides, and the reporter is told."""
    call = call_of(asked)

    def make(session: Session) -> Unmasking:
        return ask_unmasking(session, report_id=report_id, reason=asked["reason"], by=principal(), now=now(), call=call)

    return once(call, make, get_unmasking)


@blueprint.post("/reports/<uuid:report_id>/unmasking/approval")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportDecisionRequest)
@blueprint.response(201, UnmaskingReply)
def decide_whose(asked: dict[str, Any], report_id: UUID) -> Any:
    """Decide, as another supervisor; approved, the two of them see whose it is, and nobody else."""
    call = call_of(asked)

    def make(session: Session) -> Unmasking:
        decided = decide_unmasking(
            session,
            report_id=report_id,
            is_approved=asked["decision"] == "approve",
            note=asked["note"],
            by=principal(),
            now=now(),
            call=call,
        )
        logger.warning("unmasking %s: %s", decided.id, asked["decision"])
        return decided

    return once(call, make, get_unmasking)
