"""Runs two contestants in turn, in as many processes as there are clients, and reports them side by side."""

import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

# One step of a contestant: does some work and says how many units it was.
Step = Callable[[], int]
# Makes a contestant for one client: the database, and which client of how many it is.
Contestant = Callable[[str, int, int], Step]

ROUNDS = 5
ROUND_S = 1.5
WARM_UP_S = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """Ours beside the limit. `floor` is the least ratio that will do, `unit` what the figures count."""

    name: str
    database: str
    clients: int
    ours: Contestant
    limit: Contestant
    floor: float
    unit: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The median of our rate, and whether the floor was reached."""

    ours: float
    reached: bool


def run(case: Case, url: str) -> Outcome:
    """Run a case, print its line, and return how it ended."""
    with _Clients(case, url) as clients:
        for name in ("limit", "ours"):
            _round(clients, name, WARM_UP_S)
        rates: dict[str, list[float]] = {"limit": [], "ours": []}
        for _ in range(ROUNDS):
            for name, figures in rates.items():
                figures.append(_round(clients, name, ROUND_S))
    ours, limit = statistics.median(rates["ours"]), statistics.median(rates["limit"])
    # Pair by pair: a slow moment of the machine then touches both.
    ratio = statistics.median(mine / best for mine, best in zip(rates["ours"], rates["limit"], strict=True))
    reached = report(
        case=case.name,
        db=case.database,
        clients=case.clients,
        ours=ours,
        limit=limit,
        ratio=ratio,
        floor=case.floor,
        unit=case.unit,
    )
    return Outcome(ours, reached)


def report(
    *,
    case: str,
    db: str,
    clients: int,
    ours: float,
    limit: float,
    ratio: float,
    floor: float,
    unit: str,
    more: Mapping[str, float | str] | None = None,
) -> bool:
    """Print one line of figures, with `more` of them behind; return whether the floor was reached."""
    line = {
        "case": case,
        "db": db,
        "clients": clients,
        "ours": round(ours, 3 if ours < 100 else 0),
        "limit": round(limit, 3 if limit < 100 else 0),
        "ratio": round(ratio, 3),
        "floor": floor,
        "unit": unit,
        **(more or {}),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ratio >= floor


class _Clients:
    def __init__(self, case: Case, url: str) -> None:
        # Fresh processes: nothing of ours, not even an open connection, is shared between clients.
        context = multiprocessing.get_context("spawn")
        self.pipes: list[Connection] = []
        self._processes = []
        for number in range(case.clients):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, case, url, number))
            process.start()
            self.pipes.append(here)
            self._processes.append(process)
        for pipe in self.pipes:
            pipe.recv()

    def __enter__(self) -> list[Connection]:
        return self.pipes

    def __exit__(self, *_: object) -> None:
        for pipe in self.pipes:
            pipe.send(None)
        for process in self._processes:
            process.join()


def _round(pipes: list[Connection], name: str, seconds: float) -> float:
    for pipe in pipes:
        pipe.send((name, seconds))
    rates: list[float] = [pipe.recv() for pipe in pipes]
    return sum(rates)


def _serve(pipe: Connection, case: Case, url: str, number: int) -> None:
    steps = {"ours": case.ours(url, number, case.clients), "limit": case.limit(url, number, case.clients)}
    pipe.send("ready")
    while (asked := pipe.recv()) is not None:
        name, seconds = asked
        pipe.send(_rate(steps[name], seconds))


def _rate(step: Step, seconds: float) -> float:
    done = 0
    begin = time.perf_counter()
    while (passed := time.perf_counter() - begin) < seconds:
        done += step()
    return done / passed
