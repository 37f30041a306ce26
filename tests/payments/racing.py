"""Many at once, each in a transaction and a thread of its own, run again after a lost race as the unit of work does."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from merchants import MerchantError
from payments import PaymentError

T = TypeVar("T")
ATTEMPTS_MAX = 8


def committed(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run work in a transaction and commit it, again where another transaction was first."""
    for _ in range(ATTEMPTS_MAX):
        with Session(engine, expire_on_commit=False) as session:
            try:
                result = work(session)
                session.commit()
            except (IntegrityError, ledger.LostRaceError):
                # The winner's rows are seen by the next run.
                continue
            return result
    raise AssertionError("a race was lost too often")


def at_once(engine: Engine, works: Sequence[Callable[[Session], T]]) -> list[T | MerchantError | PaymentError]:
    """Run all of them together; return what each came to, in order: its result, or the refusal it met."""

    def run(work: Callable[[Session], T]) -> T | MerchantError | PaymentError:
        try:
            return committed(engine, work)
        except (MerchantError, PaymentError) as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def meeting(engine: Engine, first: Callable[[Session], object], second: Callable[[Session], T]) -> T:
    """Run `second` while `first` is done and not committed, so that it waits for it; return what it came to."""
    with ThreadPoolExecutor(1) as threads, Session(engine) as session:
        first(session)
        session.flush()
        running = threads.submit(committed, engine, second)
        _wait_for_the_waiting(engine, running)
        session.commit()
        return running.result()


def _wait_for_the_waiting(engine: Engine, running: "Future[T]") -> None:
    if engine.dialect.name == "sqlite":
        # A second writer cannot even begin.
        return
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not running.done() and not connection.scalar(waiting):
            pass
