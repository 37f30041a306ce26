"""Days that are over are summed once for the rates, and anew where reporters say more; the rates stay the same."""

from datetime import datetime, time, timedelta

from sqlalchemy import text

from listening import UnitRates, sum_again, sum_days, unit_rates
from reports import ReportStatus
from tests.listening.builders import CITY_WORKS, Listening

DAY = timedelta(days=1)


def summed(office: Listening) -> int:
    """Sum up all that is over, a day at a time; return how many days it was."""
    count = 0
    while days := sum_days(office.session, now=office.at, limit=1):
        count += days
    return count


def counted(office: Listening, since: datetime | None = None, until: datetime | None = None) -> dict[str, UnitRates]:
    """Return what the rates are without any sums."""
    with office.session.begin_nested() as kept:
        office.session.execute(text("DELETE FROM days_summed"))
        office.session.expire_all()
        found = unit_rates(office.session, since=since, until=until, now=office.at)
        kept.rollback()
    office.session.expire_all()
    return found


def test_nothing_is_summed_where_nothing_happened(office: Listening) -> None:
    assert (summed(office), sum_again(office.session, now=office.at)) == (0, 0)
    assert unit_rates(office.session, now=office.at) == {}


def test_only_days_that_are_over_are_summed_and_each_once(office: Listening) -> None:
    office.rate(office.closed(), 5)
    assert summed(office) == 0
    office.days_pass(1)
    assert (summed(office), summed(office)) == (1, 0)
    office.days_pass(3)
    assert (summed(office), summed(office)) == (3, 0)


def test_rates_of_summed_days_and_of_the_others_add_up(office: Listening) -> None:
    office.rate(office.closed(), 5)
    given = office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(3)
    office.acknowledge(given)
    assert summed(office) == 3
    office.rate(office.closed(), 2)
    found = unit_rates(office.session, now=office.at)
    assert found == counted(office)
    assert (found[CITY_WORKS].rated, found[CITY_WORKS].satisfied) == (2, 1)
    assert (found[CITY_WORKS].responded, found[CITY_WORKS].response_due) == (1, 2)
    today = datetime.combine(office.at.date(), time(), tzinfo=office.at.tzinfo)
    for since, until in ((None, today), (today, None), (today - DAY, today + DAY), (None, today - 2 * DAY)):
        assert unit_rates(office.session, since=since, until=until, now=office.at) == counted(office, since, until)


def test_what_reporters_say_later_counts_from_the_next_look_on(office: Listening) -> None:
    rated, called, reopened = (office.closed() for _ in range(3))
    call_backs = [office.to_call(each) for each in (called, reopened)]
    office.days_pass(2)
    summed(office)
    office.rate(rated, 4)
    office.answer(call_backs[0], resolved=True, satisfied=True)
    office.answer(call_backs[1], resolved=True, satisfied=True)
    assert office.rates().rated == 0
    assert sum_again(office.session, now=office.at) == 1
    assert (office.rates().rated, office.rates().resolved) == (3, 2)
    office.days_pass(3)
    office.closed_again(reopened)
    summed(office)
    assert sum_again(office.session, now=office.at) == 1
    assert unit_rates(office.session, now=office.at) == counted(office)
    assert office.rates().resolved == 1
    office.days_pass(1)
    summed(office)
    office.rate(reopened, 1)
    # The older closure is no longer the newest about which its reporter spoke.
    assert sum_again(office.session, now=office.at) == 2
    assert unit_rates(office.session, now=office.at) == counted(office)
    assert (office.rates().rated, office.rates().satisfied) == (3, 2)


def test_sums_that_are_deleted_are_made_anew(office: Listening) -> None:
    office.rate(office.closed(), 5)
    office.days_pass(3)
    summed(office)
    before = unit_rates(office.session, now=office.at)
    for forget in ("DELETE FROM response_days", "DELETE FROM closure_days", "DELETE FROM days_summed"):
        office.session.execute(text(forget))
    office.session.expire_all()
    assert summed(office) == 3
    assert unit_rates(office.session, now=office.at) == before
