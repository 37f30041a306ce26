"""The bench's years of reports, a small number of them: what is made is sound, and sums say what can be counted."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import duties
import ledger
import listening
import reports
import settlements
from bench import looking, settling
from bench.reporting import ZONE
from duties import UnitScore, scoreboard
from listening import unit_rates
from tests.postgres import Databases

REPORTS, YEARS = 500, 1
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Looked:
    """What a run of the case left: its database, and the lines that it printed."""

    url: str
    lines: list[dict[str, Any]]


@pytest.fixture(scope="module")
def looked(postgres: Databases, migrated_postgres: str) -> Iterator[Looked]:
    """Return a run over a few reports, which asked for every address and was refused nowhere."""
    url = postgres.new_database(template=migrated_postgres)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        looking.run(url, REPORTS, residents=100, rounds=1, years=YEARS)
    yield Looked(url, [json.loads(line) for line in said.getvalue().splitlines()])
    postgres.drop_database(url)


@pytest.fixture
def made(looked: Looked) -> Iterator[Session]:
    """Return a session on what the run made; nothing that a test does to it stays."""
    engine = ledger.prepare_engine(create_engine(looked.url))
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_every_kind_of_view_is_measured(looked: Looked) -> None:
    found = {line["case"].removeprefix(f"reports_{REPORTS}_"): line for line in looked.lines}
    assert len(found) == len(looked.lines) == 22
    assert {"list_resident", "pages_handler", "scoreboard", "scoreboard_rates", "digests", "open311"} <= set(found)
    assert {"overview_of_the_county", "overview_of_a_town"} <= set(found)
    for line in found.values():
        assert line["calls"] > 0
        # The line tells times from 100 ms on without decimals.
        assert line["ours"] == pytest.approx(max(line["p95_ms"], line["slowest_p50_ms"]), abs=0.51)
        assert line["limit"] == 150


def test_the_books_of_what_is_made_are_sound(made: Session) -> None:
    checks = [*duties.CHECKS, *reports.CHECKS, *reports.checks_of_counts(ZONE), *listening.CHECKS]
    assert [each for each in ledger.audit(made, checks) if not each.ok] == []


@pytest.mark.parametrize("days_ago", [1, 2, 30, 165, 300])
def test_a_past_board_says_what_the_entries_say(made: Session, days_ago: int) -> None:
    today = datetime.now(ZONE).date()
    end = datetime.combine(today - (days_ago - 1) * DAY, time(), tzinfo=ZONE)
    told = scoreboard(made, since=end - 20 * DAY, until=end, today=today)
    left = {each.unit_code: (each.open, each.handled, each.open_overdue) for each in told}
    assert left == _left_by_the_entries(made, end, left)
    assert any(any(each) for each in left.values())


def test_flows_of_periods_add_up_to_those_of_all(made: Session) -> None:
    today = datetime.now(ZONE).date()
    middle = datetime.combine(today - 200 * DAY, time(), tzinfo=ZONE)
    parts = [scoreboard(made, until=middle, today=today), scoreboard(made, since=middle, today=today)]
    for whole in scoreboard(made, today=today):
        for name in ("charged", "discharged_on_time", "discharged_late", "moved_away", "withdrawn"):
            of_parts = [getattr(each, name) for part in parts for each in part if each.unit_code == whole.unit_code]
            assert sum(of_parts) == getattr(whole, name)


@pytest.mark.parametrize(("first", "last"), [(None, None), (300, 20), (40, None), (None, 3), (3, 1)])
def test_days_that_are_summed_say_what_is_counted(made: Session, first: int | None, last: int | None) -> None:
    now = datetime.now(ZONE)
    since, until = (None if each is None else _begin(now.date() - each * DAY) for each in (first, last))
    summed = unit_rates(made, since=since, until=until, now=now)
    made.execute(text("DELETE FROM days_summed"))
    made.expire_all()
    assert unit_rates(made, since=since, until=until, now=now) == summed
    assert last == 1 or any(each.rated and each.response_due for each in summed.values())


def test_a_settlement_of_the_bench_is_opened_in_time_and_its_books_are_sound(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settling.run(database, lines=2_500)
    took, grew = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (took["case"], took["limit"], grew["case"], grew["limit"]) == (
        *("settlement_2500", settling.SECONDS),
        *("settlement_2500_memory", settling.MEGABYTES),
    )
    engine = ledger.prepare_engine(create_engine(database))
    with Session(engine) as session:
        assert [each for each in ledger.audit(session, settlements.CHECKS) if not each.ok] == []
    engine.dispose()


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE)


def _left_by_the_entries(session: Session, end: datetime, units: Any) -> dict[str, tuple[int, int, int]]:
    """Return what lay open, handled and overdue at each of the units, added up from all postings before an instant."""
    scores = {unit_code: UnitScore(unit_code) for unit_code in units}
    for each in ledger.turnovers(session, asset=ledger.Asset.DUTY, kinds=duties.KINDS, until=end):
        owner, _, part = each.account_code.rpartition(":")
        score = scores.get(owner.removeprefix("unit:"))
        came = each.credits - each.debits
        if score is not None and part == "handled":
            score.handled += came
        if score is not None and part == "duties":
            score.open += came
            score.open_overdue += came if date.fromisoformat(each.lot) < end.date() else 0
    return {unit_code: (each.open, each.handled, each.open_overdue) for unit_code, each in scores.items()}
