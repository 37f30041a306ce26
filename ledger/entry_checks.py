"""What must be true of entries: whole, balanced, in their accounts' assets, and reversed as the rules say."""

from sqlalchemy import String, case, exists, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from ledger.checks import LOTTED, Check, Differences, no_differences
from ledger.entries import Side
from ledger.model import Account, JournalEntry, Posting

# As plain text: a value that is no member of the enumeration must be reported, not stumbled over.
_ASSET = type_coerce(Posting.asset, String).label("asset")
_SIDE = type_coerce(Posting.side, String).label("side")

_DEBITS_LESS_CREDITS = func.sum(case((Posting.side == Side.DEBIT, Posting.amount), else_=-Posting.amount))


@no_differences
def every_entry_has_postings() -> Differences:
    """An entry without postings says that something happened and not what."""
    has_postings = exists().where(Posting.entry_id == JournalEntry.id)
    return Differences(
        select(JournalEntry.id).where(~has_postings).order_by(JournalEntry.id), "entry {id} has no postings"
    )


@no_differences
def every_posting_has_its_entry() -> Differences:
    """A posting belongs to an entry that stands."""
    has_entry = exists().where(JournalEntry.id == Posting.entry_id)
    return Differences(
        select(Posting.entry_id).where(~has_entry).order_by(Posting.entry_id),
        "postings name entry {entry_id}, which does not exist",
    )


@no_differences
def every_entry_balances() -> Differences:
    """Debits equal credits, in each asset of each entry."""
    return Differences(
        select(Posting.entry_id, _ASSET, _DEBITS_LESS_CREDITS.label("difference"))
        .group_by(Posting.entry_id, Posting.asset)
        .having(_DEBITS_LESS_CREDITS != 0)
        .order_by(Posting.entry_id, Posting.asset),
        "entry {entry_id}: debits less credits of {asset} are {difference}, not 0",
    )


@no_differences
def all_debits_equal_all_credits() -> Differences:
    """Debits equal credits, in each asset over the whole books."""
    return Differences(
        select(_ASSET, _DEBITS_LESS_CREDITS.label("difference"))
        .group_by(Posting.asset)
        .having(_DEBITS_LESS_CREDITS != 0)
        .order_by(Posting.asset),
        "all debits less all credits of {asset} are {difference}, not 0",
    )


@no_differences
def every_amount_is_positive_and_on_a_side() -> Differences:
    """An amount is at least one minor unit; what lowers an account is the other side, not a minus."""
    return Differences(
        select(Posting.entry_id, Posting.line, Posting.amount, _SIDE)
        .where(or_(Posting.amount <= 0, Posting.side.not_in(list(Side))))
        .order_by(Posting.entry_id, Posting.line),
        "entry {entry_id}, line {line}: {amount} on the {side} side",
    )


@no_differences
def every_posting_is_in_its_accounts_asset() -> Differences:
    """A posting's account exists and counts what the posting counts."""
    code = func.coalesce(Account.code, "unknown").label("code")
    return Differences(
        select(Posting.entry_id, Posting.line, _ASSET, Posting.account_id, code)
        .outerjoin(Account, Account.id == Posting.account_id)
        .where(or_(Account.id.is_(None), Account.asset != Posting.asset))
        .order_by(Posting.entry_id, Posting.line),
        "entry {entry_id}, line {line}: {asset} on account {account_id} ({code})",
    )


@no_differences
def every_lot_suits_its_asset() -> Differences:
    """Credits and duties are labelled, minutes and money are not."""
    return Differences(
        select(Posting.entry_id, Posting.line, _ASSET, Posting.lot)
        .where(Posting.asset.in_(LOTTED) == (Posting.lot == ""))
        .order_by(Posting.entry_id, Posting.line),
        "entry {entry_id}, line {line}: lot {lot!r} on {asset}",
    )


@no_differences
def no_entry_is_reversed_twice() -> Differences:
    """A correction is made once."""
    return Differences(
        select(JournalEntry.reverses_id, func.count().label("times"))
        .where(JournalEntry.reverses_id.is_not(None))
        .group_by(JournalEntry.reverses_id)
        .having(func.count() > 1)
        .order_by(JournalEntry.reverses_id),
        "entry {reverses_id} was reversed {times} times",
    )


@no_differences
def every_reversal_mirrors_its_entry() -> Differences:
    """A reversal has the postings of its entry, side for side exchanged, and nothing else."""
    mirrored = case((Posting.side == Side.DEBIT, Side.CREDIT.value), else_=Side.DEBIT.value)
    reversal = select(JournalEntry.id, Posting.account_id, _ASSET, Posting.lot, Posting.amount).where(
        JournalEntry.reverses_id.is_not(None)
    )
    its_own = reversal.add_columns(_SIDE, literal(1).label("count")).join(Posting, Posting.entry_id == JournalEntry.id)
    expected = reversal.add_columns(mirrored, literal(-1)).join(Posting, Posting.entry_id == JournalEntry.reverses_id)
    both = union_all(its_own, expected).subquery()
    return Differences(
        select(both.c.id, Account.code)
        .outerjoin(Account, Account.id == both.c.account_id)
        .group_by(both.c.id, Account.code, both.c.account_id, both.c.asset, both.c.lot, both.c.side, both.c.amount)
        .having(func.sum(both.c.count) != 0)
        .order_by(both.c.id, Account.code),
        "reversal {id} does not mirror its entry on account {code}",
    )


@no_differences
def every_reversal_is_by_another_person() -> Differences:
    """Who wrote an entry does not reverse it."""
    reversed_entry = aliased(JournalEntry)
    return Differences(
        select(JournalEntry.id, JournalEntry.actor)
        .join(reversed_entry, reversed_entry.id == JournalEntry.reverses_id)
        .where(reversed_entry.actor == JournalEntry.actor)
        .order_by(JournalEntry.id),
        "reversal {id} is by {actor}, who wrote the entry",
    )


CHECKS_OF_ENTRIES: tuple[Check, ...] = (
    every_entry_has_postings,
    every_posting_has_its_entry,
    every_entry_balances,
    all_debits_equal_all_credits,
    every_amount_is_positive_and_on_a_side,
    every_posting_is_in_its_accounts_asset,
    every_lot_suits_its_asset,
    no_entry_is_reversed_twice,
    every_reversal_mirrors_its_entry,
    every_reversal_is_by_another_person,
)
