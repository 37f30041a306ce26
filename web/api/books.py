"""The books: the trial balance, single entries, and corrections by their mirror."""

from collections.abc import Generator
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import awards
from ledger import (
    Asset,
    EntryUnknownError,
    Side,
    entry,
    trial_balance,
    trial_balance_totals,
)
from people import Role
from web.api.calls import call_of, once
from web.api.fields import Instant, Reply, Request, Text, a_text
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, principal
from web.clock import now
from web.json_format import json_text
from web.streaming import streamed
from web.unit_of_work import reading, snapshot

blueprint = ApiBlueprint("books", "The books: trial balance, entries, corrections.")

_ROWS_AT_ONCE = 200


class TrialBalanceQuery(Request):
    """Which accounts are asked for."""

    asset = fields.String(required=True, validate=OneOf([asset.value for asset in Asset]))
    prefix = Text(load_default="", length_max=200, length_min=0, metadata={"description": "How the codes begin."})


class TrialBalanceRowReply(Reply):
    """One account that has postings; the balance is on its normal side."""

    code = fields.String(required=True)
    debits = fields.Integer(required=True)
    credits = fields.Integer(required=True)
    balance = fields.Integer(required=True)


class TrialBalanceReply(Reply):
    """All debits and credits of an asset, in minor units; without a prefix both totals are equal."""

    asset = fields.String(required=True)
    debit_total = fields.Integer(required=True)
    credit_total = fields.Integer(required=True)
    accounts = fields.List(fields.Nested(TrialBalanceRowReply), required=True)


class PostingReply(Reply):
    """One line of an entry."""

    account = fields.String(required=True)
    asset = fields.String(required=True)
    lot = fields.String(required=True)
    side = fields.Enum(Side, by_value=True, required=True)
    amount = fields.Integer(required=True)


class EntryReply(Reply):
    """One balanced event; nothing in it names a person."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    description = fields.String(required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    actor = fields.String(required=True)
    reverses_id = fields.UUID(required=True, allow_none=True)
    reversed_by = fields.UUID(required=True, allow_none=True)
    reversal_reason = fields.String(required=True, allow_none=True)
    postings = fields.List(fields.Nested(PostingReply), required=True)


class ReversalRequest(Request):
    """Why an entry is corrected."""

    reason = a_text()


@blueprint.get("/books/trial-balance")
@access(*BOOKS, everywhere=True)
@blueprint.arguments(TrialBalanceQuery, location="query")
@blueprint.response(200, TrialBalanceReply)
def show_trial_balance(asked: dict[str, Any]) -> Response:
    """Stream the trial balance of an asset; all of it is of one moment."""
    return streamed(_trial_balance(Asset(asked["asset"]), asked["prefix"]), content_type="application/json")


@blueprint.get("/books/entries/<uuid:entry_id>")
@access(*BOOKS, everywhere=True)
@blueprint.response(200, EntryReply)
def show_entry(entry_id: UUID) -> Any:
    """Show an entry with its postings."""
    return reading(lambda session: _shown(session, entry_id))


@blueprint.post("/books/entries/<uuid:entry_id>/reversal")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(ReversalRequest)
@blueprint.response(201, EntryReply)
def reverse_entry(asked: dict[str, Any], entry_id: UUID) -> Any:
    """Correct an entry by its mirror: once, by another person than its author, while nothing rests on it."""

    def make(session: Session) -> dict[str, Any]:
        made = awards.reverse_entry(
            session, entry_id=entry_id, reason=asked["reason"], actor=principal().actor, now=now(), call=call
        )
        return _shown(session, made.reversal_id)

    call = call_of(asked)
    return once(call, make, _shown)


@blueprint.get("/books/entries/<uuid:entry_id>/reversal")
@access(*BOOKS, everywhere=True)
@blueprint.response(200, EntryReply)
def show_reversal(entry_id: UUID) -> Any:
    """Show the mirror that corrected an entry."""

    def read(session: Session) -> dict[str, Any]:
        reversed_by = entry(session, entry_id).reversed_by
        if reversed_by is None:
            raise EntryUnknownError(entry_id)
        return _shown(session, reversed_by)

    return reading(read)


def _shown(session: Session, entry_id: UUID) -> dict[str, Any]:
    found = entry(session, entry_id)
    correction = awards.corrections_of(session, [entry_id]).get(entry_id)
    return {
        "id": found.id,
        "kind": found.kind,
        "description": found.description,
        "occurred_at": found.occurred_at,
        "recorded_at": found.recorded_at,
        "actor": found.actor,
        "reverses_id": found.reverses_id,
        "reversed_by": found.reversed_by,
        "reversal_reason": None if correction is None else correction.reason,
        "postings": found.postings,
    }


def _trial_balance(asset: Asset, prefix: str) -> Generator[str]:
    with snapshot() as session:
        debits, credits = trial_balance_totals(session, asset=asset, prefix=prefix)
        yield f'{{"asset":"{asset}","debit_total":{debits},"credit_total":{credits},"accounts":['
        rows: list[str] = []
        separator = ""
        for row in trial_balance(session, asset=asset, prefix=prefix):
            rows.append(
                json_text({"code": row.code, "debits": row.debits, "credits": row.credits, "balance": row.balance})
            )
            if len(rows) == _ROWS_AT_ONCE:
                yield separator + ",".join(rows)
                rows, separator = [], ","
        yield (separator if rows else "") + ",".join(rows) + "]}"
