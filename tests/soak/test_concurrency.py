"""Eight processes carry out everything at once; the books end as a pencil's do, and no refusal is without a reason."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

import ledger
import seals
from ledger.model import Account, JournalEntry
from tests.migrating import migrate
from tests.postgres import PostgresServer
from tests.seals.builders import seal
from tests.sequences.settling import settle
from tests.sequences.town import Base
from tests.soak.clerks import work
from tests.soak.conftest import Say
from tests.soak.drawing import DONE, SHARES, Clerk, Told
from tests.soak.replaying import assert_the_books_hold_what_was_told
from tests.soak.sampling import Sample, assert_nothing_changed, take_samples

pytestmark = [pytest.mark.soak, pytest.mark.alone]

CLERKS, OPERATIONS = 8, 2_000
SAMPLERS, SAMPLES_MIN = 2, 10_000
KILLS = 4
SEAL_FILES = seals.new_seal_keys(), seals.new_seal_salts()
# The file that tells those who ask for balances that the load is over.
OVER = "over"
LOAD_S_MAX = 600.0


@pytest.fixture
def url(durable_postgres: PostgresServer) -> str:
    """Return the URL of a migrated database on a server that waits for the disk."""
    url = durable_postgres.new_database()
    migrate(url)
    return url


@pytest.fixture
def base(url: str) -> Base:
    """Return a town with residents enough for every clerk, and money enough to be short of now and then."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        base = settle(session, residents=30, money=60_000)
        session.commit()
    engine.dispose()
    return base


@dataclass
class Load:
    """Eight processes at work, and perhaps some that ask for balances meanwhile."""

    clerks: list[Future[list[Told]]]
    samplers: list[Future[list[Sample]]]

    @property
    def is_over(self) -> bool:
        """Whether every clerk has done its work."""
        return all(clerk.done() for clerk in self.clerks)

    @property
    def told(self) -> list[Told]:
        """What the clerks were told, once they have done their work."""
        return [each for clerk in self.clerks for each in clerk.result(LOAD_S_MAX)]

    @property
    def samples(self) -> list[Sample]:
        """What those who asked were told."""
        return [each for sampler in self.samplers for each in sampler.result(LOAD_S_MAX)]


@contextmanager
def under_load(url: str, base: Base, folder: Path, *, samplers: int = 0) -> Iterator[Load]:
    """Let eight processes begin, each with a lot of its own."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        accounts = {row.code: row.id for row in session.execute(select(Account.code, Account.id))}
    engine.dispose()
    # Of bounded accounts only is it kept what they held.
    sampled = [account_id for code, account_id in accounts.items() if code.startswith(("resident:", "merchant:"))]
    # They come of one process that has imported all of us: that takes longer than hundreds of operations.
    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload(["tests.soak.clerks", "tests.soak.sampling"])
    with ProcessPoolExecutor(CLERKS + samplers, mp_context=forked) as processes:
        yield Load(
            [
                processes.submit(
                    work, url, str(folder), Clerk(number, base, accounts, Random(), SEAL_FILES), OPERATIONS
                )
                for number in range(CLERKS)
            ],
            [processes.submit(take_samples, url, sampled, str(folder / OVER)) for _ in range(samplers)],
        )


def entries_of_the_base(url: str) -> set[UUID]:
    """Return the entries that stand before the clerks begin."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        known = set(session.scalars(select(JournalEntry.id)))
    engine.dispose()
    return known


def assert_all_is_right(url: str, base: Base, told: list[Told], known: set[UUID]) -> None:
    """Compare the books with what the clerks were told."""
    assert len(told) == CLERKS * OPERATIONS
    assert {each.kind for each in told if each.outcome == DONE} == set(SHARES)
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        keys = seals.SealKeys(*SEAL_FILES)
        # What came after the clerks' last seal.
        seal(session, now=datetime.now(UTC), keys=keys)
        assert_the_books_hold_what_was_told(session, base, told, known, keys)
    engine.dispose()


def in_words(told: list[Told], began: float) -> str:
    """Return what the clerks met."""
    met = Counter(each.outcome for each in told)
    took_s = time.monotonic() - began
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in met.most_common())
    return f"{len(told)} operations by {CLERKS} processes in {took_s:.0f} s: {outcomes}"


def wait_until_written(url: str, entries: int, load: Load) -> None:
    """Wait until so many entries stand in the books, or the load is over."""
    engine = ledger.prepare_engine(create_engine(url))
    while not load.is_over:
        with Session(engine) as session:
            if (session.scalar(select(func.count()).select_from(JournalEntry)) or 0) >= entries:
                break
        time.sleep(0.05)
    engine.dispose()


def test_sixteen_thousand_operations_by_eight_processes_come_out_as_a_pencil_says(
    url: str, base: Base, tmp_path: Path, say: Say
) -> None:
    known, began = entries_of_the_base(url), time.monotonic()
    with under_load(url, base, tmp_path, samplers=SAMPLERS) as load:
        try:
            told = load.told
        finally:
            (tmp_path / OVER).touch()
        say(in_words(told, began))
        samples = load.samples
    assert not any(each.was_lost for each in told)
    assert_all_is_right(url, base, told, known)
    # Balances as recorded at an instant, asked meanwhile, never change afterwards.
    first, last = min(each.asked_at for each in told), max(each.answered_at for each in told)
    meanwhile = [each for each in samples if first < each.asked_at < last]
    say(f"{len(samples)} balances as recorded at an instant, {len(meanwhile)} of them asked under load")
    assert len(meanwhile) >= SAMPLES_MIN
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        assert_nothing_changed(session, samples)
    engine.dispose()


def test_a_server_that_is_killed_again_and_again_keeps_every_operation_once_or_not_at_all(
    durable_postgres: PostgresServer, url: str, base: Base, tmp_path: Path, say: Say
) -> None:
    known, began, chance = entries_of_the_base(url), time.monotonic(), Random()
    kills = 0
    with under_load(url, base, tmp_path) as load:
        part = CLERKS * OPERATIONS // 2 // KILLS
        for number in range(KILLS):
            wait_until_written(url, part * number + chance.randrange(part // 10, part), load)
            time.sleep(chance.uniform(0, 0.05))
            kills += not load.is_over
            durable_postgres.kill_everything()
            durable_postgres.start()
        told = load.told
    lost = sum(each.was_lost for each in told)
    say(f"{kills} kills, {lost} operations without an answer, looked up by their keys; {in_words(told, began)}")
    assert kills == KILLS
    assert lost >= KILLS
    assert_all_is_right(url, base, told, known)
