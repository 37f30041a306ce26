"""Claims: a resident is credited what an anonymous report of theirs earns, hidden among others."""

from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from earnings import ClaimReceipt
from people import Role
from reports import claim_award
from web.api.fields import Day, Reply, Request, Text
from web.api.parsing import ApiBlueprint
from web.auth import access
from web.clock import now
from web.pages.viewer import resident_id
from web.request_ids import leave_no_trace
from web.secret_keys import claim_keys
from web.unit_of_work import in_transaction

blueprint = ApiBlueprint("claims", "Claims: credits for reports without a name.")


class ClaimRequest(Request):
    """The code that an anonymous report came with; blanks and hyphens do not count."""

    claim_code = Text(required=True, length_max=100)


class ClaimReply(Reply):
    """By which day it is credited at the latest, and among how many other claims of the same sum it hides now."""

    credited_by = Day(required=True)
    crowd = fields.Integer(required=True)


@blueprint.post("/claims")
@access(Role.RESIDENT)
@blueprint.arguments(ClaimRequest)
@blueprint.response(202, ClaimReply)
def claim_one(asked: dict[str, Any]) -> Any:
    """Claim what is due for a code and was not claimed; again when a later part is due.

    It takes no idempotency key: what was claimed cannot be claimed twice, and a key would be a trace.
    """
    leave_no_trace()
    who = resident_id()

    def make(session: Session) -> ClaimReceipt:
        return claim_award(session, code=asked["claim_code"], resident_id=who, keys=claim_keys(), now=now())

    return in_transaction(make)
