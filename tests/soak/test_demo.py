"""The demo in full size: built in time, proved, and the same in the eyes of three outside programs."""

import shutil
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import ledger
from tests.demo.builders import entries_besides_reports
from tests.ledger.outside_programs import (
    balances_by_beancount,
    balances_by_hledger,
    balances_by_ledger,
    balances_by_us,
    run,
)
from tests.soak.conftest import Say
from tests.soak.serving import Installation, processor_s

pytestmark = [pytest.mark.soak, pytest.mark.alone]

# The minute that people, shops and money may take (`test_full_demo`), and 30 ms for the whole life of each report.
BUILT_S_MAX = 60 + 3_000 * 0.03
READERS = {"hledger": balances_by_hledger, "ledger": balances_by_ledger}


def test_the_full_demo_is_built_in_time_and_outside_programs_agree_on_its_books(
    on_sqlite: Installation, tmp_path: Path, say: Say
) -> None:
    on_sqlite.flask("units", "load")
    began, used = time.monotonic(), processor_s()
    on_sqlite.flask("demo")
    took_s, worked_s = time.monotonic() - began, processor_s() - used
    on_sqlite.flask("books", "audit")

    engine = ledger.prepare_engine(create_engine(on_sqlite.url))
    with Session(engine) as session:
        entries = session.scalar(text("SELECT count(*) FROM journal_entries"))
        besides_reports, ours = entries_besides_reports(session), balances_by_us(session)
    engine.dispose()
    assert besides_reports == 50_000
    # Others may use this machine too, and their time is not ours.
    assert worked_s < BUILT_S_MAX

    journal, beancount_file = tmp_path / "books.journal", tmp_path / "books.beancount"
    on_sqlite.flask("books", "export", "--format", "ledger", output=journal)
    on_sqlite.flask("books", "export", "--format", "beancount", output=beancount_file)
    readers = [program for program in READERS if shutil.which(program)]
    for program in readers:
        assert READERS[program](journal) == ours, program
    if "hledger" in readers:
        run("hledger", "-f", journal, "check", "--strict")
    assert balances_by_beancount(beancount_file) == ours
    say(
        f"{entries} entries in {took_s:.1f} s, {worked_s:.1f} s of them at work; {len(ours)} balances, "
        f"on which {', '.join([*readers, 'beancount'])} agree"
    )
