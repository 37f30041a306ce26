"""The commands that close periods, state them, and set for how many days the books are open."""

from datetime import timedelta

import pytest
from click.testing import Result
from sqlalchemy import text

import ledger
from tests.clock import NOON
from tests.web.world import World, problem
from web.extensions import db

MAY, APRIL = "2026-05-31", "2026-04-30"


@pytest.fixture
def world(world: World) -> World:
    """Return a community with a fund, somebody who holds credits, and Li, who keeps the books."""
    world.fund(money=1_000)
    world.resident(balance=300)
    assert run(world, "staff", "create", "--handle", "li", "--name", "Li", "--role", "finance").exit_code == 0
    return world


def run(world: World, *arguments: str) -> Result:
    """Run a command of the application."""
    return world.app.test_cli_runner().invoke(args=arguments)


def close(world: World, until: str, *more: str) -> Result:
    return run(world, "books", "close", "--until", until, "--by", "li", *more)


def test_days_that_are_over_are_closed_and_stated(world: World) -> None:
    assert run(world, "books", "periods").stdout == ""
    done = close(world, MAY)
    assert (done.exit_code, done.stdout) == (0, "period 1 is closed and stated: the beginning to 2026-05-31\n")
    world.clock.pass_by(days=1)
    second = close(world, "2026-06-01")
    assert second.stdout == "period 2 is closed and stated: 2026-06-01 to 2026-06-01\n"
    latest, first = [line.split("\t") for line in run(world, "books", "periods").stdout.splitlines()]
    assert latest[:3] == ["2", "2026-06-01", "2026-06-01"]
    assert first[:5] == ["1", "-", MAY, "2026-06-01T04:00:00Z", "2026-06-01T04:00:00Z"]
    assert first[5].startswith("person:")
    assert run(world, "books", "audit").exit_code == 0


def test_a_closing_statement_is_csv_with_totals(world: World) -> None:
    close(world, MAY)
    world.clock.pass_by(days=1)
    close(world, "2026-06-01")
    first, latest = (run(world, "books", "closing-statement", *which).stdout for which in (("--period", "1"), ()))
    assert first == "account,asset,side,opening,debits,credits,closing\n"
    lines = latest.splitlines()
    assert "fund:peace:available,PAB,credit,0,300,1000,700" in lines
    assert "treasury:bank,CNY,debit,0,1000,0,1000" in lines
    assert lines[-2:] == [",CNY,,,1000,1000,", ",PAB,,,1300,1300,"]


def test_what_cannot_be_closed_is_told_in_words(world: World) -> None:
    for until, words in (("2026-06-01", "not over"), ("2027-01-01", "not over")):
        refused = close(world, until)
        assert refused.exit_code == 1
        assert words in refused.stderr
    close(world, MAY)
    for until in (MAY, APRIL):
        refused = close(world, until)
        assert refused.exit_code == 1
        assert "closed through 2026-05-31" in refused.stderr
    nobody = run(world, "books", "close", "--until", MAY, "--by", "nobody")
    assert (nobody.exit_code, "Nobody logs in as nobody" in nobody.stderr) == (1, True)
    none_yet = run(world, "books", "closing-statement", "--period", "7")
    assert (none_yet.exit_code, "no such closed period" in none_yet.stderr) == (1, True)


def test_what_happens_in_a_closed_period_is_refused(world: World) -> None:
    close(world, MAY)
    resident = world.resident()
    world.clock.pass_by(days=-1)
    answer = world.post(
        "/awards", {"resident_id": str(resident.id), "fund": "peace", "amount": 5, "reason": "x"}, world.administrator
    )
    assert problem(answer) == (409, "period_closed")
    assert answer.get_json()["open_from"] == "2026-05-31T16:00:00Z"


def test_the_open_days_are_set_and_listed(world: World) -> None:
    assert len(run(world, "books", "terms").stdout.splitlines()) == 1
    done = run(world, "books", "open-days", "31", "--by", "li")
    assert (done.exit_code, done.stdout) == (0, "open: today and the 31 days before\n")
    close(world, MAY)
    latest, set_by_li, at_first = [line.split("\t") for line in run(world, "books", "terms").stdout.splitlines()]
    assert latest[:3] == ["31", "2026-05-31T16:00:00Z", "2026-06-01T04:00:00Z"]
    assert set_by_li[:2] == ["31", "-"]
    assert at_first[0::3] == ["-", "system"]
    assert run(world, "books", "open-days", "-1", "--by", "li").exit_code == 2


def test_what_lies_ahead_is_refused_once_days_are_set(world: World) -> None:
    run(world, "books", "open-days", "36500", "--by", "li")
    resident = world.resident()
    world.clock.pass_by(days=365_000)
    answer = world.post(
        "/awards", {"resident_id": str(resident.id), "fund": "peace", "amount": 5, "reason": "x"}, world.administrator
    )
    assert problem(answer) == (422, "instant_ahead")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_closing_waits_for_those_who_write_and_goes_on_when_asked_again(world: World) -> None:
    with world.app.app_context(), db.engine.connect() as writer:
        writer.execute(text("UPDATE persons SET name = name"))
        refused = close(world, MAY, "--wait", "0")
        assert refused.exit_code == 1
        assert "has no statement yet" in refused.stderr
        (line,) = run(world, "books", "periods").stdout.splitlines()
        assert line.split("\t")[4] == "-"
        assert close(world, MAY, "--wait", "1").exit_code == 1
        writer.rollback()
    assert close(world, MAY).exit_code == 0
    assert world.seen(lambda session: ledger.closed_period(session, 1)).stated_at == NOON


def test_jobs_forget_counts_towards_limits_that_are_long_past(world: World) -> None:
    days = (NOON.date(), NOON.date() - timedelta(400), NOON.date() - timedelta(401))
    counts = [ledger.Count("resident:7f3", "spent", day, 5, 9) for day in days]
    world.done(lambda session: ledger.count_up(session, counts))
    assert "counts towards limits forgotten: 1\n" in run(world, "jobs", "run").stdout
    assert "counts towards limits forgotten: 0\n" in run(world, "jobs", "run").stdout
