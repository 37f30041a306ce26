"""Statements of the bank on the office's pages: brought in as files, kept, and compared with what was paid to shops."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import settlements
from people import Role
from settlements import BankStatementLine, Match
from web.auth import BOOKS, access
from web.clock import begin_of, end_of, now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.bank_statement_files import COLUMNS, StatementFile, read_statement_file
from web.pages.office.batch_files import BatchFileError
from web.pages.office.batches import fault_words, shown_file_name
from web.pages.office.blueprint import blueprint
from web.pages.settlements_shown import settlement_rows
from web.pages.times import local
from web.secret_keys import phone_vault
from web.unit_of_work import reading

_ON_PAGE = 30
_OUT_IS = {"positive", "negative"}


@dataclass(frozen=True, slots=True)
class BankLineView:
    """A movement of the bank, in fen; what was paid is positive."""

    line: int
    on: date
    paid_out: int
    counterparty: str
    tail: str
    reference: str


@dataclass(frozen=True, slots=True)
class MatchView:
    """A movement and the settlement that it is, by what it was recognised, and by how much they differ."""

    bank: BankLineView
    shop_name: str
    status: str
    amount: int
    by: str
    difference: int
    url: str


@blueprint.get("/bank-statements", endpoint="bank_statements")
@access(*BOOKS, everywhere=True)
def show_bank_statements() -> ResponseReturnValue:
    """List the statements that were brought in, and ask for the next."""
    return _list_page(Form())


@blueprint.post("/bank-statements")
@access(Role.FINANCE, everywhere=True)
def bring_statement() -> ResponseReturnValue:
    """Keep a statement of the bank; it books nothing."""
    form = Form.posted_once("out_is", *(f"column_{name}" for name in COLUMNS))
    form.values.setdefault("file", "")
    upload = request.files.get("file")
    data = upload.read() if upload is not None else b""
    read = _read(form, data)
    if not form.is_right or read is None:
        return _list_page(form)
    digest = hashlib.sha256(data).hexdigest()
    name = shown_file_name(upload.filename if upload is not None else "") or "statement"
    call = form.call(digest=digest, name=name)

    def make(session: Session) -> UUID:
        return settlements.import_statement(
            session,
            file_name=name,
            digest=digest,
            movements=read.movements,
            vault=phone_vault(),
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    made = form.attempt(lambda: once(call, make))
    if made is None:
        return _list_page(form)
    flash(_("The statement is kept. Nothing was booked."), "success")
    return redirect(url_for("office.bank_statement", statement_id=made), 303)


@blueprint.get("/bank-statements/<uuid:statement_id>", endpoint="bank_statement")
@access(*BOOKS, everywhere=True)
def show_bank_statement(statement_id: UUID) -> str:
    """Compare a statement with what the books say was paid, and name what differs either way."""

    def read(session: Session) -> dict[str, Any]:
        found = settlements.get_statement(session, statement_id)
        told = settlements.reconcile(session, found, first=begin_of(found.first_on), last=end_of(found.last_on))
        return {
            "statement": found,
            "by": actor_names(session, {found.imported_by})[found.imported_by],
            "imported_at": local(found.imported_at),
            "fits": told.fits,
            "by_the_books": told.by_the_books,
            "by_the_bank": told.by_the_bank,
            "differing": _matches(told.differing),
            "came_back": _matches(told.came_back),
            "paid": _matches(told.paid),
            "missing": settlement_rows(session, told.missing, _settlement_url),
            "others": [_line(each) for each in told.others],
        }

    return render_template("office/bank_statement.html", **reading(read))


def _read(form: Form, data: bytes) -> StatementFile | None:
    columns = {name: form.values[f"column_{name}"] for name in COLUMNS}
    out_is = form.values["out_is"] if form.values["out_is"] in _OUT_IS else "positive"
    if not data:
        form.wrong("file", _("Choose the file of the bank."))
        return None
    try:
        read = read_statement_file(data, columns, out_is_negative=out_is == "negative")
    except BatchFileError as error:
        form.wrong("file", fault_words(error.fault))
        return None
    if read.faults:
        form.wrong("file", " ".join(read.faults))
    return read


def _list_page(form: Form) -> ResponseReturnValue:
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = settlements.list_statements(session, limit=_ON_PAGE, before=before)
        names = actor_names(session, {each.imported_by for each in found.items})
        return {
            "items": [(each, names[each.imported_by], local(each.imported_at), _url(each.id)) for each in found.items],
            "more_url": more_url(found.next_before),
        }

    if before is not None:
        shown = list_page("office/bank_statements.html", "office/_bank_statement_items.html", **reading(read))
        return make_response(shown)
    page = render_template("office/bank_statements.html", columns=COLUMNS, **reading(read), **form.context)
    return make_response(page, form.status)


def _matches(found: Sequence[Match]) -> list[MatchView]:
    return [
        MatchView(
            bank=_line(each.line),
            shop_name=each.merchant_name,
            status=each.settlement.status.value,
            amount=each.settlement.amount,
            by=each.by.value,
            difference=each.difference,
            url=_settlement_url(each.settlement.id),
        )
        for each in found
    ]


def _line(each: BankStatementLine) -> BankLineView:
    return BankLineView(each.line, each.booked_on, each.paid_out, each.counterparty, each.account_tail, each.reference)


def _settlement_url(settlement_id: UUID) -> str:
    return url_for("office.settlement", settlement_id=settlement_id)


def _url(statement_id: UUID) -> str:
    return url_for("office.bank_statement", statement_id=statement_id)
