"""Balances as recorded at an instant, asked while others write: whoever asks again must hear the same."""

import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import ledger
from ledger.model import JournalEntry, Posting

# The younger the instant, the nearer to what is being written.
AGE_S_MAX = 0.5
# So many questions in each transaction.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """What an account was said to have held as recorded at an instant, and when that was asked."""

    account_id: int
    at: datetime
    balance: int
    asked_at: datetime


def take_samples(url: str, accounts: Sequence[int], over: str) -> list[Sample]:
    """Ask again and again, for accounts drawn by lot, until there is a file `over`."""
    engine, chance, end = ledger.prepare_engine(create_engine(url)), Random(), Path(over)
    samples: list[Sample] = []
    while not end.exists():
        with Session(engine) as session:
            for account_id in chance.choices(accounts, k=AT_ONCE):
                at = ledger.settled_until(session) - timedelta(seconds=chance.uniform(0.001, AGE_S_MAX))
                balance = ledger.balance_at(session, account_id, at)
                samples.append(Sample(account_id, at, balance, datetime.now(UTC)))
    engine.dispose()
    return samples


def assert_nothing_changed(session: Session, samples: Sequence[Sample]) -> None:
    """Ask every question again, and count the answers up from the postings besides.

    Raises:
        AssertionError: an answer is another one now.
    """
    rows = session.execute(
        select(Posting.account_id, JournalEntry.recorded_at, Posting.balance_after)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.seq.is_not(None))
        .order_by(Posting.account_id, Posting.seq)
    )
    times: defaultdict[int, list[datetime]] = defaultdict(list)
    balances: defaultdict[int, list[int]] = defaultdict(lambda: [0])
    for account_id, recorded_at, balance_after in rows:
        times[account_id].append(recorded_at)
        balances[account_id].append(balance_after or 0)
    for sample in samples:
        place = bisect.bisect_right(times[sample.account_id], sample.at)
        assert balances[sample.account_id][place] == sample.balance, sample
        assert ledger.balance_at(session, sample.account_id, sample.at) == sample.balance, sample
