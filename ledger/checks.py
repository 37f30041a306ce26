"""The form of a check of the books, and what checks of single entries and of accounts share."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ledger.books import entry_sums
from ledger.entries import Asset
from ledger.model import Account, Posting

# One question to the books: None where they are right, else the first difference in words. A check is set-based and
# trusts no constraint, trigger or code; its name says what it shows.
Check = Callable[[Session], str | None]

# What the audit tells besides: every answer to it is legitimate, so it cannot fail.
Remark = Callable[[Session], str]

LOTTED = (Asset.PAB, Asset.DUTY)

# How a posting moves its account: + on the account's normal side.
SIGNED = case((Posting.side == Account.normal_side, Posting.amount), else_=-Posting.amount)


def first_difference(session: Session, question: Select[*tuple[Any, ...]], words: str) -> str | None:
    """Return the first row of a question in words, None where it has no rows; `words` names columns as {column}."""
    # A planner told of the limit expects to meet a row soon and compares everything with everything. There is none.
    all_rows = question.cte("differences").prefix_with("MATERIALIZED", dialect="postgresql")
    found = session.execute(select(all_rows).limit(1)).mappings().first()
    return None if found is None else words.format(**found)


def entries_without_their_one(
    session: Session, kind: str, entry_id: InstrumentedAttribute[Any], *only: ColumnElement[bool]
) -> str | None:
    """Return the first entry of a kind, in words, that not exactly one row of another room names in a column."""
    entries = select(entry_sums(kind).c.entry_id).distinct().subquery()
    owners = func.count(entry_id).label("owners")
    return first_difference(
        session,
        select(entries.c.entry_id, owners)
        .outerjoin(entry_id.class_, and_(entry_id == entries.c.entry_id, *only))
        .group_by(entries.c.entry_id)
        .having(owners != 1)
        .order_by(entries.c.entry_id),
        "entry {entry_id} of the kind " + kind + " belongs to {owners}, not to 1",
    )
