"""What must be true of accounts: everything they keep is recomputed from their postings."""

from sqlalchemy import String, case, func, literal, or_, select, type_coerce, union_all

from ledger.checks import LOTTED, SIGNED, Check, Differences, no_differences
from ledger.model import Account, AccountLot, AccountState, JournalEntry, Posting


@no_differences
def every_balance_is_the_sum_of_its_postings() -> Differences:
    """A bounded account's total is what its postings add up to."""
    sums = (
        select(Posting.account_id, func.sum(SIGNED).label("total"))
        .join(Account, Account.id == Posting.account_id)
        .group_by(Posting.account_id)
        .subquery()
    )
    total = func.coalesce(sums.c.total, 0).label("total")
    return Differences(
        select(Account.code, Account.balance, total)
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(Account.bounded, Account.balance != total)
        .order_by(Account.code),
        "account {code} keeps {balance}, its postings add up to {total}",
    )


@no_differences
def every_account_is_within_its_bounds() -> Differences:
    """A bounded account is neither below zero nor above its ceiling, an unbounded one keeps no total, a closed none."""
    outside = case((Account.bounded, Account.balance < 0), else_=Account.balance != 0)
    above = Account.balance > Account.ceiling
    closed_with_something = (Account.state == AccountState.CLOSED) & (Account.balance != 0)
    return Differences(
        select(Account.code, Account.balance, type_coerce(Account.state, String).label("state"))
        .where(or_(outside, above, closed_with_something, Account.state.not_in(list(AccountState))))
        .order_by(Account.code),
        "account {code} is {state} and keeps {balance}",
    )


@no_differences
def every_account_counts_its_postings() -> Differences:
    """A bounded account's seq is the number of its postings; an unbounded one counts none."""
    counts = (
        select(Posting.account_id, func.count(Posting.seq).label("postings")).group_by(Posting.account_id).subquery()
    )
    postings = func.coalesce(counts.c.postings, 0).label("postings")
    return Differences(
        select(Account.code, Account.seq, postings)
        .outerjoin(counts, counts.c.account_id == Account.id)
        .where(or_(Account.seq != postings, ~Account.bounded & (postings != 0)))
        .order_by(Account.code),
        "account {code} is at seq {seq} and has {postings} numbered postings",
    )


@no_differences
def every_account_remembers_its_latest_entry() -> Differences:
    """A bounded account's recorded_at is that of its latest posting's entry, so its time cannot run backwards.

    One without postings has none: from an instant of its own, all later entries would be pushed into the future.
    """
    return Differences(
        select(Account.code, Account.recorded_at, JournalEntry.recorded_at.label("latest"))
        .outerjoin(Posting, (Posting.account_id == Account.id) & (Posting.seq == Account.seq))
        .outerjoin(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Account.recorded_at.is_distinct_from(JournalEntry.recorded_at))
        .order_by(Account.code),
        "account {code} remembers {recorded_at}, its latest entry is of {latest}",
    )


@no_differences
def every_seq_is_gapless() -> Differences:
    """The postings of a bounded account are numbered 1, 2, 3, without a gap."""
    place = func.row_number().over(partition_by=Posting.account_id, order_by=Posting.seq.nulls_last())
    numbered = (
        select(Posting.account_id, Posting.entry_id, Posting.seq, place.label("place"), Account.code)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.bounded)
        .subquery()
    )
    return Differences(
        select(numbered)
        .where(numbered.c.seq.is_distinct_from(numbered.c.place))
        .order_by(numbered.c.code, numbered.c.place),
        "account {code}, entry {entry_id}: seq {seq} stands where {place} belongs",
    )


@no_differences
def every_running_balance_is_right() -> Differences:
    """A posting's balance_after is what its account's postings add up to until there, and not below zero."""
    so_far = func.sum(SIGNED).over(partition_by=Posting.account_id, order_by=Posting.seq, rows=(None, 0))
    running = (
        select(Account.code, Posting.entry_id, Posting.seq, Posting.balance_after, so_far.label("so_far"))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.bounded)
        .subquery()
    )
    return Differences(
        select(running)
        .where(or_(running.c.balance_after.is_distinct_from(running.c.so_far), running.c.so_far < 0))
        .order_by(running.c.code, running.c.seq),
        "account {code}, seq {seq}, entry {entry_id}: balance after {balance_after}, the postings add up to {so_far}",
    )


@no_differences
def time_never_runs_backwards() -> Differences:
    """Along an account's seq recorded_at never decreases, so balances as recorded at an instant are final."""
    before = func.lag(JournalEntry.recorded_at).over(partition_by=Posting.account_id, order_by=Posting.seq)
    times = (
        select(Account.code, Posting.entry_id, Posting.seq, JournalEntry.recorded_at, before.label("before"))
        .join(Account, Account.id == Posting.account_id)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Account.bounded)
        .subquery()
    )
    return Differences(
        select(times).where(times.c.recorded_at < times.c.before).order_by(times.c.code, times.c.seq),
        "account {code}, seq {seq}: entry {entry_id} is recorded at {recorded_at}, the one before it at {before}",
    )


@no_differences
def every_lot_is_the_sum_of_its_postings() -> Differences:
    """What an account keeps under a label is what its postings with that label add up to, and not below zero."""
    booked = (
        select(Posting.account_id, Posting.lot, SIGNED.label("booked"), literal(0).label("kept"))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.bounded, Posting.lot != "")
    )
    kept = select(AccountLot.account_id, AccountLot.lot, literal(0).label("booked"), AccountLot.balance.label("kept"))
    both = union_all(booked, kept).subquery()
    booked_sum, kept_sum = func.sum(both.c.booked), func.sum(both.c.kept)
    lots = (
        select(both.c.account_id, both.c.lot, booked_sum.label("booked"), kept_sum.label("kept"))
        .group_by(both.c.account_id, both.c.lot)
        .having(or_(booked_sum != kept_sum, booked_sum < 0))
        .subquery()
    )
    return Differences(
        select(lots, Account.code)
        .outerjoin(Account, Account.id == lots.c.account_id)
        .order_by(Account.code, lots.c.account_id, lots.c.lot),
        "account {code} keeps {kept} of lot {lot}, its postings add up to {booked}",
    )


@no_differences
def lots_add_up_to_their_account() -> Differences:
    """An account of credits or duties holds nothing that bears no label."""
    sums = (
        select(AccountLot.account_id, func.sum(AccountLot.balance).label("total"))
        .group_by(AccountLot.account_id)
        .subquery()
    )
    total = func.coalesce(sums.c.total, 0).label("total")
    return Differences(
        select(Account.code, Account.balance, total)
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(Account.bounded, Account.asset.in_(LOTTED), Account.balance != total)
        .order_by(Account.code),
        "account {code} keeps {balance}, its lots add up to {total}",
    )


CHECKS_OF_ACCOUNTS: tuple[Check, ...] = (
    every_balance_is_the_sum_of_its_postings,
    every_account_is_within_its_bounds,
    every_account_counts_its_postings,
    every_account_remembers_its_latest_entry,
    every_seq_is_gapless,
    every_running_balance_is_right,
    time_never_runs_backwards,
    every_lot_is_the_sum_of_its_postings,
    lots_add_up_to_their_account,
)
