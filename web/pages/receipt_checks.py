"""Checking a receipt that anybody brings: read, answered in words, and forgotten.

Adds its routes to the public pages.
"""

from datetime import datetime
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

import seals
from ledger import Asset
from seals import HeadVerdict, Verdict
from web.auth import public
from web.extensions import csrf
from web.json_format import MalformedJsonError, parsed_json
from web.pages.forms import Form
from web.pages.public import blueprint
from web.pages.seals import head_view
from web.pages.shapes import ProvedEntry, ProvedPosting, ReceiptFinding
from web.pages.times import local
from web.secret_keys import seal_keys
from web.statements.words import account_words
from web.unit_of_work import reading

# A receipt has some kilobytes; a request holds two documents and what frames them.
_DOCUMENT_BYTES_MAX = 128 * 1024
_REQUEST_BYTES_MAX = 400 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@blueprint.get("/seals/check")
@public
def receipt_check() -> ResponseReturnValue:
    """Ask for a receipt, and a head if somebody kept one."""
    return _page(Form(), None)


@blueprint.post("/seals/check")
@public
def check_receipt() -> ResponseReturnValue:
    """Say what a receipt is; nothing of it is kept."""
    request.max_content_length = _REQUEST_BYTES_MAX
    form = Form()
    try:
        form = Form.posted("receipt", "head")
        receipt, head = _document(form, "receipt"), _document(form, "head", needed=False)
    except RequestEntityTooLarge:
        form.wrong("receipt", _too_large())
    if not form.is_right:
        return _page(form, None)
    return _page(Form(), reading(lambda session: _finding(session, receipt, head)))


# It changes nothing for anybody, and who has only a receipt needs no cookie.
csrf.exempt(check_receipt)


def _document(form: Form, name: str, *, needed: bool = True) -> Any:
    """Return a document that was chosen as a file, or else pasted, as parsed; None where there is none or a fault."""
    upload = request.files.get(f"{name}_file")
    data = upload.read(_DOCUMENT_BYTES_MAX + 1) if upload is not None else b""
    data = data or form.values[name].encode("utf-8", "replace")
    if len(data) > _DOCUMENT_BYTES_MAX:
        form.wrong(name, _too_large())
    elif data.strip():
        try:
            return parsed_json(data.removeprefix(_BYTE_ORDER_MARK))
        except MalformedJsonError:
            form.wrong(name, _("This is not the file as it was downloaded: it cannot be read as JSON."))
    elif needed:
        form.wrong(name, _("Choose the file of the receipt, or paste what is in it."))
    return None


def _too_large() -> str:
    return str(_("This is too large for a receipt: at most %(count)s kB.", count=_DOCUMENT_BYTES_MAX // 1024))


def _finding(session: Session, receipt: Any, kept: Any) -> ReceiptFinding:
    keys = seal_keys()
    verdict = seals.check_receipt(session, receipt, keys=keys)
    shown = None if verdict is Verdict.NO_RECEIPT else receipt.get("head")
    own = HeadVerdict.NO_HEAD if shown is None else seals.check_head(session, shown, keys=keys)
    kept_verdict = None if kept is None else seals.check_head(session, kept, keys=keys)
    genuine = verdict is Verdict.GENUINE and own is HeadVerdict.OURS
    head = seals.get_head(session, receipt["proof"]["tree_size"]) if genuine else None
    return ReceiptFinding(
        verdict=_in_one_word(verdict, own),
        head=None if head is None else head_view(head),
        entry=_entry(receipt) if genuine else None,
        kept=None if kept_verdict is None else kept_verdict.value,
        kept_size=kept["size"] if kept_verdict is HeadVerdict.OURS else None,
        consistency_url=_consistency_url(kept["size"], head.size)
        if head is not None and kept_verdict is HeadVerdict.OURS
        else None,
    )


def _in_one_word(verdict: Verdict, head: HeadVerdict) -> str:
    """Return what a receipt is, by the check of it and of the head it names; the alarm comes before all else."""
    if head is HeadVerdict.CONTRADICTS:
        return HeadVerdict.CONTRADICTS.value
    if verdict in {Verdict.GENUINE, Verdict.HEAD_UNKNOWN} and head is not HeadVerdict.OURS:
        return HeadVerdict.NOT_SIGNED_BY_US.value
    return verdict.value


def _entry(receipt: Any) -> ProvedEntry:
    """Return what a genuine receipt shows of its entry; all of it is as we once wrote it."""
    entry = receipt["entry"]
    return ProvedEntry(
        id=entry["id"],
        kind=entry["kind"],
        occurred_at=local(datetime.fromisoformat(entry["occurred_at"])),
        number=receipt["proof"]["leaf_index"] + 1,
        postings=[
            ProvedPosting(
                account_words(posting["account"]),
                posting["account"],
                posting["side"],
                posting["amount"],
                posting["asset"],
                Asset(posting["asset"]).scale,
            )
            for posting in entry["postings"]
        ],
    )


def _consistency_url(kept_size: int, size: int) -> str | None:
    """Return where the proof between two heads is, None where they are one."""
    if kept_size == size:
        return None
    query: dict[str, Any] = {"from": min(kept_size, size), "to": max(kept_size, size)}
    return url_for("seals.show_consistency", **query)


def _page(form: Form, finding: ReceiptFinding | None) -> ResponseReturnValue:
    page = make_response(render_template("public/receipt_check.html", finding=finding, **form.context), form.status)
    if request.method == "POST":
        # What somebody brought stays nowhere.
        page.headers["Cache-Control"] = "no-store"
    return page
