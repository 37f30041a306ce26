"""Rate limits that all workers share."""

import threading
from collections.abc import Callable
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from people import PermitLeases, Permits, permits_left, purge_rate_windows, take_permits
from tests.clock import NOON
from tests.people.builders import later

MINUTE = 60


def take(session: Session, *, wanted: int = 1, limit: int = 10, seconds: int = 0, bucket: str = "key:1") -> int:
    return take_permits(session, bucket=bucket, limit=limit, window_s=MINUTE, now=later(seconds), wanted=wanted).granted


def test_a_bucket_gives_its_limit_in_a_window_and_then_nothing(session: Session) -> None:
    assert [take(session) for _ in range(12)] == [1] * 10 + [0] * 2


def test_a_new_window_gives_anew(session: Session) -> None:
    assert [take(session, limit=1, seconds=second) for second in (0, 59, 60, 61, 120)] == [1, 0, 1, 0, 1]


def test_buckets_do_not_share(session: Session) -> None:
    assert [take(session, limit=1, bucket=bucket) for bucket in ("key:1", "key:2", "key:1")] == [1, 1, 0]


def test_a_refusal_says_when_the_window_ends(session: Session) -> None:
    for second, wait in ((0, 60), (59, 1)):
        permits = take_permits(session, bucket="key:1", limit=1, window_s=MINUTE, now=later(second))
        assert permits.retry_after_s == wait


def test_leases_shrink_to_one_before_the_limit_so_that_all_permits_are_given(session: Session) -> None:
    leases = []
    while granted := take(session, wanted=32, limit=600):
        leases.append(granted)
    assert sum(leases) == 600
    assert leases[0] == 32
    assert leases[-8:] == [1] * 8
    assert len(leases) < 70


def test_whoever_asks_how_much_is_left_takes_nothing(session: Session) -> None:
    for taken in range(3):
        left = permits_left(session, bucket="key:1", limit=2, window_s=MINUTE, now=NOON)
        assert left == Permits(granted=2 - taken, retry_after_s=60)
        take(session, limit=2)


def test_counters_are_purged_when_their_window_has_ended(session: Session) -> None:
    take(session)
    assert purge_rate_windows(session, now=later(59)) == 0
    assert purge_rate_windows(session, now=later(60)) == 1
    assert permits_left(session, bucket="key:1", limit=9, window_s=MINUTE, now=NOON).granted == 9


def test_workers_that_take_at_once_never_get_more_than_the_limit_together(engine: Engine) -> None:
    granted: list[int] = []

    def work() -> None:
        for _ in range(40):
            with Session(engine) as session:
                granted.append(take(session, wanted=7, limit=100))
                session.commit()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(granted) == 100


# --- what one process holds -------------------------------------------------------------------------------------------


class Counter:
    """A bucket of permits in memory that remembers what was asked of it."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.asked: list[int] = []

    def take(self, wanted: int) -> Permits:
        """Give what is wanted as far as it is there."""
        self.asked.append(wanted)
        granted = min(wanted, self.left)
        self.left -= granted
        return Permits(granted, 60)


def spend(leases: PermitLeases, take: Callable[[int], Permits], *, seconds: int = 0, bucket: str = "key:1") -> int:
    return leases.spend(bucket=bucket, window_s=MINUTE, now=later(seconds), take=take)


def test_a_busy_process_asks_for_ever_more_at_once_and_a_quiet_one_for_single_permits() -> None:
    leases, counter = PermitLeases(), Counter(10_000)
    assert [spend(leases, counter.take) for _ in range(300)] == [0] * 300
    assert counter.asked == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64]
    spend(leases, counter.take, seconds=60)
    assert counter.asked[-1] == 1


def test_an_exhausted_window_is_not_asked_again() -> None:
    leases, counter = PermitLeases(), Counter(3)
    waits = [spend(leases, counter.take, seconds=second) for second in (0, 0, 0, 0, 20)]
    assert waits == [0, 0, 0, 60, 40]
    assert counter.asked == [1, 2, 4]
    counter.left = 3
    assert spend(leases, counter.take, seconds=60) == 0


@given(st.integers(0, 300), st.integers(0, 400))
def test_one_process_spends_exactly_what_there_is(limit: int, requests: int) -> None:
    leases, counter = PermitLeases(), Counter(limit)
    allowed = sum(spend(leases, counter.take) == 0 for _ in range(requests))
    assert allowed == min(limit, requests)


def test_threads_of_one_process_never_spend_more_than_there_is() -> None:
    leases, counter, lock = PermitLeases(), Counter(500), threading.Lock()
    allowed: list[int] = []

    def take_safely(wanted: int) -> Permits:
        with lock:
            return counter.take(wanted)

    def work() -> None:
        allowed.append(sum(spend(leases, take_safely) == 0 for _ in range(200)))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert 0 < sum(allowed) <= 500


def test_the_memory_for_leases_is_bounded() -> None:
    leases = PermitLeases()
    for number in range(10_001):
        spend(leases, Counter(1).take, bucket=f"key:{number}")
    counter = Counter(1)
    spend(leases, counter.take, bucket="key:1")
    assert counter.asked == [1]


def test_a_window_is_told_by_the_instant_and_not_by_its_zone(session: Session) -> None:
    utc = NOON.astimezone(tz=None) - timedelta(0)
    take(session, limit=2)
    assert permits_left(session, bucket="key:1", limit=2, window_s=MINUTE, now=utc).granted == 1
