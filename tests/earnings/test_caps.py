"""Caps: what reports can earn one person at most in a day and in a month."""

import pytest

import earnings
from earnings import CutReason, EarningCaps, parts_of
from ledger import LostRaceError
from tests.earnings.builders import Purse


def capped(purse: Purse, per_day: int | None, per_month: int | None = None) -> None:
    earnings.set_caps(purse.session, caps=EarningCaps(per_day, per_month), actor="person:a", now=purse.at)


def test_a_cap_cuts_what_comes_above_it_and_says_so(purse: Purse) -> None:
    capped(purse, 500, 1_100)
    first, second = purse.accepted(), purse.accepted()
    assert purse.got(purse.reporter) == 500
    found = parts_of(purse.session, purse.earning(second).id)[0]
    assert (found.due, found.amount, found.cut_because) == (400, 100, CutReason.CAP)
    purse.days_pass(1)
    purse.finish(first)
    assert purse.got(purse.reporter) == 1_000
    purse.days_pass(1)
    purse.finish(second)
    assert purse.got(purse.reporter) == 1_100
    assert purse.fund() == (98_900, 0)
    assert purse.proved()


def test_of_caps_the_last_set_holds(purse: Purse) -> None:
    capped(purse, 1)
    capped(purse, None)
    assert earnings.caps_in_force(purse.session) == EarningCaps()
    assert [each.number for each in earnings.list_caps(purse.session)] == [2, 1]
    purse.accepted()
    assert purse.got(purse.reporter) == 400


@pytest.mark.parametrize(("per_day", "per_month"), [(0, None), (None, 0), (2, 1)])
def test_caps_that_make_no_sense_are_refused(purse: Purse, per_day: int | None, per_month: int | None) -> None:
    with pytest.raises(earnings.CapsError):
        capped(purse, per_day, per_month)


def test_a_cap_that_was_reached_at_the_same_moment_is_a_lost_race(
    purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    capped(purse, 500)
    purse.accepted()
    monkeypatch.setattr("earnings.paying.left_under", lambda *_: 400)
    with pytest.raises(LostRaceError):
        purse.accepted()
