"""Claiming what a report without a name earns: the code is typed into a form and stands in no address.

Adds its routes to a resident's pages.
"""

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from earnings import CROWD_MIN, WAIT_DAYS_MAX, ClaimReceipt
from people import Role
from reports import claim_award
from web.auth import access
from web.clock import now
from web.pages.forms import Form
from web.pages.resident_blueprint import blueprint
from web.pages.viewer import resident_id
from web.request_ids import leave_no_trace
from web.secret_keys import claim_keys
from web.unit_of_work import in_transaction


@blueprint.get("/claims", endpoint="claims")
@access(Role.RESIDENT)
def show_claims() -> ResponseReturnValue:
    """Show where a code is typed in, and how it stays unknown whose it is."""
    leave_no_trace()
    return _page(Form(), None)


@blueprint.post("/claims")
@access(Role.RESIDENT)
def claim_one() -> ResponseReturnValue:
    """Claim what is due for a code and was not claimed; a key against sending it twice would be a trace."""
    leave_no_trace()
    form = Form.posted("claim_code")
    code, who = form.text("claim_code"), resident_id()

    def make(session: Session) -> ClaimReceipt:
        return claim_award(session, code=code, resident_id=who, keys=claim_keys(), now=now())

    receipt = form.attempt(lambda: in_transaction(make)) if form.is_right else None
    return _page(form, receipt)


def _page(form: Form, receipt: ClaimReceipt | None) -> ResponseReturnValue:
    page = render_template(
        "resident/claims.html", receipt=receipt, crowd_min=CROWD_MIN, days_max=WAIT_DAYS_MAX, **form.context
    )
    return make_response(page, form.status)
