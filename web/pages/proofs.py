"""The proof that an entry stands in the books: its receipt, to download for whoever it concerns."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from people import Role
from web.auth import BOOKS, access
from web.entry_receipts import entry_receipt
from web.json_format import json_text
from web.pages.viewer import TILL_ROLES
from web.unit_of_work import reading

blueprint = Blueprint("proofs", __name__, url_prefix="/proofs")


@blueprint.get("/<uuid:entry_id>")
@access(*BOOKS, Role.RESIDENT, *TILL_ROLES)
def proof(entry_id: UUID) -> ResponseReturnValue:
    """Give out the receipt of an entry; while the entry waits for its seal, say so."""
    receipt: dict[str, Any] = reading(lambda session: entry_receipt(session, entry_id))
    if receipt["proof"] is None:
        return render_template("public/proof_waits.html", entry_id=entry_id)
    headers = {"Content-Disposition": f"attachment; filename=receipt-{entry_id}.json"}
    return Response(json_text(receipt), mimetype="application/json", headers=headers)
