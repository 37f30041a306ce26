"""Sealing and `books audit` over a million postings: how fast beside what was asked for, and with how much memory."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

import awards
import earnings
import people
import seals
from bench import racing
from bench.worlds import engine_of, register, settle_statistics
from ledger import CreditLot
from web import Settings, create_app

ENTRIES, RESIDENTS, OFFICER = 500_000, 2_000, "system"
AUDIT_S_MAX, AUDIT_MB_MAX = 20.0, 200.0
# More than payments come in at the very busiest.
SEALED_A_SECOND_MIN = 5_000.0
BYTES_MAX = 1_000.0
_MONEY = 10**9
_LAST_DAY = date(2099, 12, 31)

_HISTORY = Path(__file__).with_name("history.sql")


def run(url: str) -> bool:
    """Write the history into a database of its own, seal it and prove it; return whether both were fast enough."""
    write_history(url, ENTRIES)
    bytes_an_entry = _bytes_of_books(url) / ENTRIES
    keys = seals.new_seal_keys(), seals.new_seal_salts(), earnings.new_claim_keys()
    settings = Settings(url, b"a secret of the bench, long enough", people.new_phone_keys(), *keys)
    sealing_s, _, _ = _alone(partial(_command, settings, ["jobs", "run"]))
    audit_s, memory_mb, said = _alone(partial(_command, settings, ["books", "audit"]))
    if any(not line.startswith("ok") for line in said.splitlines()):
        raise RuntimeError(said)
    asked = 2 * ENTRIES / AUDIT_S_MAX
    report = partial(racing.report, db="postgresql", clients=1)
    sealed = report(
        case="seal",
        ours=ENTRIES / sealing_s,
        limit=SEALED_A_SECOND_MIN,
        ratio=ENTRIES / sealing_s / SEALED_A_SECOND_MIN,
        floor=1.0,
        unit="entries/s, beside what was asked for",
    )
    proved = report(
        case="audit",
        ours=2 * ENTRIES / audit_s,
        limit=asked,
        ratio=2 * ENTRIES / audit_s / asked,
        floor=1.0,
        unit="postings/s, beside what was asked for",
        more={"took_s": round(audit_s, 1), "took_s_max": AUDIT_S_MAX, "mb": round(memory_mb), "mb_max": AUDIT_MB_MAX},
    )
    small = report(
        case="bytes",
        ours=bytes_an_entry,
        limit=BYTES_MAX,
        ratio=BYTES_MAX / bytes_an_entry,
        floor=1.0,
        unit="bytes an entry of two postings, indexes included, beside what was asked for",
    )
    return sealed and proved and small and memory_mb <= AUDIT_MB_MAX


def _bytes_of_books(url: str) -> int:
    engine = engine_of(url)
    with engine.connect() as connection:
        size: int = connection.scalar(
            text("SELECT pg_total_relation_size('journal_entries') + pg_total_relation_size('postings')")
        )
    engine.dispose()
    return size


def write_history(url: str, entries: int) -> None:
    """Register residents, fund a fund, and write so many awards out of it."""
    engine = engine_of(url)
    now = datetime.now(UTC)
    with Session(engine) as session:
        register(session, RESIDENTS, now)
        fund = awards.create_fund(session, code="peace", name="Peace", purpose="Peace", actor=OFFICER, now=now)
        awards.appropriate(session, fund_code="peace", amount=_MONEY, document="1", actor=OFFICER, now=now)
        session.commit()
        # PostgreSQL would check a million foreign keys one by one.
        session.execute(text("SET session_replication_role = replica"))
        values = {
            "entries": entries,
            "residents": RESIDENTS,
            "officer": OFFICER,
            "begin": datetime.now(UTC),
            "money": _MONEY,
            "giver": fund.available_account_id,
            "giver_lot": CreditLot("peace").label,
            "taker_lot": CreditLot("peace", _LAST_DAY).label,
            "last_day": _LAST_DAY,
        }
        for statement in _HISTORY.read_text("utf-8").split(";"):
            session.execute(text(statement), values)
        session.execute(text("SET session_replication_role = origin"))
        session.commit()
    settle_statistics(engine)
    engine.dispose()


def _alone(work: Callable[[], str]) -> tuple[float, float, str]:
    """Do work in a process of its own; return how many seconds it took, its memory in MB, and what it said."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_measured, work).result()


def _measured(work: Callable[[], str]) -> tuple[float, float, str]:
    begin = time.perf_counter()
    said = work()
    took_s = time.perf_counter() - begin
    # The kernel's own mark of this program; what `getrusage` says may be that of the process it was started from.
    (peak,) = (line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return took_s, int(peak.split()[1]) / 1024, said


def _command(settings: Settings, arguments: list[str]) -> str:
    return create_app(settings).test_cli_runner().invoke(args=arguments).output
