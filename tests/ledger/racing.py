"""Many threads that start together, for tests of races."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger import LedgerError

THREADS = 12


def at_once(engine: Engine, work: list[Callable[[Session], object]]) -> Counter[str]:
    """Do all the work in threads that start together, each piece in a transaction; count the outcomes."""
    ready = threading.Barrier(THREADS)

    def one_after_the_other(mine: list[Callable[[Session], object]]) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        ready.wait()
        for piece in mine:
            with Session(engine) as session:
                try:
                    piece(session)
                    session.commit()
                except LedgerError as refused:
                    outcomes[type(refused).__name__] += 1
                else:
                    outcomes["done"] += 1
        return outcomes

    with ThreadPoolExecutor(THREADS) as threads:
        shares = [work[number::THREADS] for number in range(THREADS)]
        return sum(threads.map(one_after_the_other, shares), Counter())
