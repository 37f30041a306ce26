"""What must be true of closed periods: their statements say for ever what the postings say."""

from sqlalchemy import BigInteger, ColumnElement, case, cast, exists, func, or_, select, union_all

from ledger.checks import Check, Differences, no_differences
from ledger.entries import Side
from ledger.model import Account, BookTerms, ClosedPeriod, JournalEntry, PeriodBalance, PeriodStatement, Posting

# The first period that ended after an entry happened, or a number beyond all periods.
_BEYOND = 2**31 - 1
_PERIOD_OF_ENTRY = func.coalesce(
    select(func.min(ClosedPeriod.number)).where(ClosedPeriod.ends_at > JournalEntry.occurred_at).scalar_subquery(),
    _BEYOND,
).label("period")


@no_differences
def every_closing_statement_says_what_the_postings_say() -> Differences:
    """What moved in a closed period is in its statement, so nothing came into a period after it was stated."""
    closed_until = select(func.max(ClosedPeriod.ends_at)).scalar_subquery()
    dated = select(JournalEntry.id, _PERIOD_OF_ENTRY).where(JournalEntry.occurred_at < closed_until).subquery()
    booked = (
        select(
            Posting.account_id,
            dated.c.period,
            case((Posting.side == Side.DEBIT, Posting.amount), else_=0).label("debits"),
            case((Posting.side == Side.CREDIT, Posting.amount), else_=0).label("credits"),
        )
        .join(dated, dated.c.id == Posting.entry_id)
        .join(PeriodStatement, PeriodStatement.period == dated.c.period)
    )
    stated = select(PeriodBalance.account_id, PeriodBalance.period, -PeriodBalance.debits, -PeriodBalance.credits)
    both = union_all(booked, stated).subquery()
    debits, credits = _sum(both.c.debits), _sum(both.c.credits)
    differences = (
        select(both.c.account_id, both.c.period, debits.label("debits"), credits.label("credits"))
        .group_by(both.c.account_id, both.c.period)
        .having(or_(debits != 0, credits != 0))
        .subquery()
    )
    return Differences(
        select(differences, Account.code)
        .outerjoin(Account, Account.id == differences.c.account_id)
        .order_by(differences.c.period, Account.code),
        "account {code}, period {period}: postings exceed what is stated by {debits} of debits, {credits} of credits",
    )


@no_differences
def every_closing_balance_carries_on() -> Differences:
    """An account opens a period with what it closed the one before, and closes it with that and what moved."""
    before = func.lag(PeriodBalance.closing, 1, 0).over(
        partition_by=PeriodBalance.account_id, order_by=PeriodBalance.period
    )
    change = case((Account.normal_side == Side.DEBIT, 1), else_=-1) * (PeriodBalance.debits - PeriodBalance.credits)
    lines = (
        select(
            Account.code,
            PeriodBalance.period,
            PeriodBalance.opening,
            PeriodBalance.closing,
            before.label("before"),
            (before + change).label("expected"),
        )
        .join(Account, Account.id == PeriodBalance.account_id)
        .subquery()
    )
    return Differences(
        select(lines)
        .where(or_(lines.c.opening != lines.c.before, lines.c.closing != lines.c.expected))
        .order_by(lines.c.period, lines.c.code),
        "account {code}, period {period}: from {opening} to {closing}, where it goes from {before} to {expected}",
    )


@no_differences
def every_closing_balance_is_where_later_sums_begin() -> Differences:
    """All postings of an account up to the seq of its closing balance happened before the period's end."""
    dated = (
        select(Posting.account_id, Posting.seq, _PERIOD_OF_ENTRY)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.seq.is_not(None), exists(select(PeriodBalance.period)))
        .subquery()
    )
    first = (
        select(dated.c.account_id, dated.c.period, func.min(dated.c.seq).label("first"))
        .group_by(dated.c.account_id, dated.c.period)
        .subquery()
    )
    return Differences(
        select(Account.code, PeriodBalance.period, PeriodBalance.seq, first.c.first)
        .join(Account, Account.id == PeriodBalance.account_id)
        .join(
            first,
            (first.c.account_id == PeriodBalance.account_id)
            & (first.c.period > PeriodBalance.period)
            & (first.c.first <= PeriodBalance.seq),
        )
        .order_by(PeriodBalance.period, Account.code),
        "account {code}, period {period}: its postings up to {seq} are said to lie within, {first} does not",
    )


@no_differences
def closed_periods_stay_closed() -> Differences:
    """The terms in force take nothing that happened before the end of the latest closed period."""
    ends_at = select(func.max(ClosedPeriod.ends_at)).scalar_subquery()
    in_force = select(func.max(BookTerms.number)).scalar_subquery()
    return Differences(
        select(BookTerms.closed_until, ends_at.label("ends_at")).where(
            BookTerms.number == in_force, func.coalesce(BookTerms.closed_until < ends_at, ends_at.is_not(None))
        ),
        "periods are closed until {ends_at}, but entries are taken from {closed_until} on",
    )


CHECKS_OF_PERIODS: tuple[Check, ...] = (
    every_closing_statement_says_what_the_postings_say,
    every_closing_balance_carries_on,
    every_closing_balance_is_where_later_sums_begin,
    closed_periods_stay_closed,
)


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger)
