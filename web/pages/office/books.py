"""The books on pages: the trial balance, single entries, and correcting one by its mirror."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import awards
from ledger import (
    REVERSIBLE_KINDS,
    Asset,
    EntryUnknownError,
    EntryView,
    TrialBalanceRow,
    entry,
    trial_balance,
    trial_balance_totals,
)
from people import Role
from seals import sealed_among
from web.auth import BOOKS, access, principal
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.shapes import EntryPage, PostingRow
from web.pages.office.typed_texts import typed_text
from web.pages.times import local
from web.unit_of_work import reading

_ROWS_SHOWN = 500
_PREFIX_LENGTH_MAX = 100
_ID_LENGTH_MAX = 50


@blueprint.get("/books", endpoint="books")
@access(*BOOKS, everywhere=True)
def show_trial_balance() -> str:
    """Show what was ever debited and credited to each account of an asset."""
    asked = request.args.get("asset", Asset.PAB.value)
    asset = Asset(asked) if asked in set(Asset) else Asset.PAB
    prefix, after = _account_code("prefix"), _account_code("after")

    def read(session: Session) -> dict[str, Any]:
        debits, credits = trial_balance_totals(session, asset=asset, prefix=prefix)
        rows: list[TrialBalanceRow] = []
        row_count, is_more = 0, False
        for row in trial_balance(session, asset=asset, prefix=prefix):
            row_count += 1
            if row.code > after:
                is_more = len(rows) == _ROWS_SHOWN
                if not is_more:
                    rows.append(row)
        return {
            "rows": rows,
            "row_count": row_count,
            "more_url": _more(asset, prefix, rows[-1].code) if is_more else None,
            "debit_total": debits,
            "credit_total": credits,
        }

    return render_template(
        "office/books.html",
        asset=asset.value,
        assets=[each.value for each in Asset],
        prefix=prefix,
        scale=asset.scale,
        sought=request.args.get("sought", "")[:_ID_LENGTH_MAX],
        **reading(read),
    )


@blueprint.get("/books/entries")
@access(*BOOKS, everywhere=True)
def find_entry() -> ResponseReturnValue:
    """Go to the entry whose number was typed or copied from a receipt, with or without its hyphens."""
    typed = request.args.get("id", "").strip()[:_ID_LENGTH_MAX]
    try:
        found = reading(lambda session: entry(session, UUID(typed)))
    except (ValueError, EntryUnknownError):
        return redirect(url_for("office.books", sought=typed or "-"), 303)
    return redirect(url_for("office.entry", entry_id=found.id), 303)


@blueprint.get("/books/entries/<uuid:entry_id>", endpoint="entry")
@access(*BOOKS, everywhere=True)
def show_entry(entry_id: UUID) -> ResponseReturnValue:
    """Show one entry with its postings."""
    return _entry_page(entry_id, Form())


@blueprint.post("/books/entries/<uuid:entry_id>/reversal")
@access(Role.FINANCE, everywhere=True)
def reverse_entry(entry_id: UUID) -> ResponseReturnValue:
    """Correct an entry by its mirror."""
    form = Form.posted_once("reason")
    reason = typed_text(form, "reason")
    if not form.is_right:
        return _entry_page(entry_id, form)
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        made = awards.reverse_entry(session, entry_id=entry_id, reason=reason, actor=call.owner, now=now(), call=call)
        return made.reversal_id

    reversal_id = form.attempt(lambda: once(call, make))
    if reversal_id is None:
        return _entry_page(entry_id, form)
    flash(_("Corrected. This is the mirror of the entry."), "success")
    return redirect(url_for("office.entry", entry_id=reversal_id), 303)


def _entry_page(entry_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> tuple[EntryView, EntryPage]:
        found = entry(session, entry_id)
        return found, _shown(session, found)

    found, shown = reading(read)
    # Whether another person has to do it, and whether something rests on the entry, the refusal says.
    may_reverse = (
        principal().may_everywhere(Role.FINANCE) and found.kind in REVERSIBLE_KINDS and found.reversed_by is None
    )
    page = render_template("office/entry.html", entry=shown, may_reverse=may_reverse, **form.context)
    return make_response(page, form.status)


def _shown(session: Session, found: EntryView) -> EntryPage:
    correction = awards.corrections_of(session, [found.id]).get(found.id)
    return EntryPage(
        id=found.id,
        kind=found.kind,
        description=found.description,
        actor_name=actor_names(session, {found.actor})[found.actor],
        occurred_at=local(found.occurred_at),
        recorded_at=local(found.recorded_at),
        is_sealed=bool(sealed_among(session, [found.id])),
        reverses_id=found.reverses_id,
        reversed_by_id=found.reversed_by,
        reversal_reason=correction.reason if correction else "",
        postings=[
            PostingRow(each.account, each.asset.value, each.lot, each.side.value, each.amount, each.asset.scale)
            for each in found.postings
        ],
    )


def _account_code(name: str) -> str:
    """Return how account codes begin, as the query asks; what no code can hold finds none."""
    typed = request.args.get(name, "").strip()[:_PREFIX_LENGTH_MAX]
    return typed if typed.isascii() and typed.isprintable() else "?"


def _more(asset: Asset, prefix: str, after: str) -> str:
    return url_for("office.books", asset=asset.value, prefix=prefix or None, after=after)
