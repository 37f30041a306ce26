"""The form of a check of the books, and what checks of single entries and of accounts share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all
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


@dataclass(frozen=True, slots=True)
class Differences:
    """A question whose rows are what is wrong, and how the first is told; `words` names its columns as {column}."""

    question: Select[*tuple[Any, ...]]
    words: str


def no_differences(differences: Callable[[], Differences]) -> Check:
    """Make a check of what returns its differences: none must be found.

    The question is made once, because making it takes longer than asking it of small books.
    """

    @cache
    def made() -> tuple[Select[*tuple[Any, ...]], str]:
        found = differences()
        # A planner told of the limit expects to meet a row soon and compares everything with everything. There is none.
        all_rows = found.question.cte("differences").prefix_with("MATERIALIZED", dialect="postgresql")
        return select(all_rows).limit(1), found.words

    @wraps(differences)
    def check(session: Session) -> str | None:
        question, words = made()
        first = session.execute(question).mappings().first()
        return None if first is None else words.format(**first)

    return check


def entries_without_their_one(
    owners: Iterable[tuple[str, InstrumentedAttribute[Any]]], *only: ColumnElement[bool]
) -> Differences:
    """Return the entries of each kind that not exactly one row of another room names in the column beside the kind."""
    each = union_all(*(_owners_of_entries(kind, entry_id, only) for kind, entry_id in owners)).subquery()
    return Differences(
        select(each).where(each.c.owners != 1).order_by(each.c.kind, each.c.entry_id),
        "entry {entry_id} of the kind {kind} belongs to {owners}, not to 1",
    )


def _owners_of_entries(
    kind: str, entry_id: InstrumentedAttribute[Any], only: Iterable[ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    entries = select(entry_sums(kind).c.entry_id).distinct().subquery()
    return (
        select(literal(kind).label("kind"), entries.c.entry_id, func.count(entry_id).label("owners"))
        .outerjoin(entry_id.class_, and_(entry_id == entries.c.entry_id, *only))
        .group_by(entries.c.entry_id)
    )
