"""The leaves of many entries, made of what stands in the books: to seal them, and to prove that they still stand.

On PostgreSQL the server writes the canonical texts, while we hash those that it sent before.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func
from sqlalchemy.orm import Session

import ledger
from seals.leaves import ENTRY_FORMAT, LeafMaker


def stream_leaves(session: Session, maker: LeafMaker, first: UUID, last: UUID) -> Iterator[tuple[str, bytes]]:
    """Stream the id and the leaf of each entry whose id lies from `first` to `last`, in the order of ids.

    An entry without postings is left out. Let it run to its end before the session is asked anything else.
    """
    if session.get_bind().dialect.name == "postgresql":
        for entry_id, header, author, lines in ledger.stream_written(session, _WRITTEN, first, last):
            yield entry_id, maker.leaf_of(entry_id, [header, author, *lines.split("\n")])
    else:
        for whole in ledger.stream_entries(session, first, last):
            yield whole[0].entry_id, maker.leaf(whole)


# --- how PostgreSQL writes the texts of seals.leaves.canonical_texts --------------------------------------------------


def _json(name: str) -> ColumnElement[Any]:
    # JSON of PostgreSQL escapes what JSON of Python does, and nothing else.
    return func.coalesce(cast(func.to_json(ledger.LINE_ON_POSTGRESQL[name]), Text), "null")


def _plain(name: str) -> ColumnElement[Any]:
    return func.concat('"', ledger.LINE_ON_POSTGRESQL[name], '"')


def _object(**members: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an object's text; its names are given in order."""
    pieces: list[Any] = []
    for name, value in members.items():
        pieces += [f'{"," if pieces else "{"}"{name}":', value]
    return func.concat(*pieces, "}")


_WRITTEN = ledger.entries_written_as(
    [
        _object(
            description=_json("description"),
            format=func.concat(f'"{ENTRY_FORMAT}"'),
            id=_plain("entry_id"),
            kind=_json("kind"),
            occurred_at=_plain("occurred_at"),
            recorded_at=_plain("recorded_at"),
            reverses_id=_json("reverses_id"),
        ),
        _object(actor=_json("actor")),
    ],
    _object(
        account=_json("account"),
        amount=_json("amount"),
        asset=_json("asset"),
        balance_after=_json("balance_after"),
        line=_json("line"),
        lot=_json("lot"),
        seq=_json("seq"),
        side=_json("side"),
    ),
)
