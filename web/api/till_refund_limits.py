"""What an owner lets cashiers refund; adds its routes to the merchants'."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from merchants import Merchant, merchant_by_code
from payments import TillRefundLimit, get_till_refund_limit, list_till_refund_limits, set_till_refund_limit
from people import Role
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, an_amount
from web.api.merchants import blueprint
from web.api.pages import page_of, page_of_versions
from web.auth import access, principal, require
from web.clock import now
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading


class TillRefundLimitRequest(Request):
    """How much of one payment a cashier may refund, in minor units; 0 is nothing."""

    amount = an_amount(least=0, required=True)


class TillRefundLimitReply(Reply):
    """One version of what cashiers may refund; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    set_at = Instant(required=True)


@blueprint.post("/merchants/<code>/till-refund-limits")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(TillRefundLimitRequest)
@blueprint.response(201, TillRefundLimitReply)
def set_refund_limit(asked: dict[str, Any], code: str) -> Any:
    """Let the shop's cashiers refund so much of one payment by themselves, from now on."""
    call = call_of(asked)

    def make(session: Session) -> TillRefundLimit:
        merchant_id, amount = _own(session, code).id, asked["amount"]
        return set_till_refund_limit(
            session, merchant_id=merchant_id, amount=amount, actor=principal().actor, now=now(), call=call
        )

    def again(session: Session, made_id: UUID) -> TillRefundLimit:
        found = get_till_refund_limit(session, made_id)
        if found is None:
            raise ProblemError(NOT_FOUND)
        return found

    return once(call, make, again)


@blueprint.get("/merchants/<code>/till-refund-limits")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(TillRefundLimitReply))
def list_refund_limits(asked: dict[str, Any], code: str) -> Any:
    """List all versions of what the shop's cashiers may refund, newest first."""
    return reading(lambda session: page_of_versions(list_till_refund_limits(session, _own(session, code).id), asked))


def _own(session: Session, code: str) -> Merchant:
    merchant = merchant_by_code(session, code)
    require(principal().acts_for_merchant(merchant.id, Role.MERCHANT_OWNER))
    return merchant
