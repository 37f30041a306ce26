"""The sums by month: whatever was done and however much of it is summed up, they say what the reports themselves do."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import ledger
import reports
from people import Grant, Level, Principal, Role, add_unit, get_unit
from reports import CategoryCount, MonthCount, Report, counts_by_category, counts_by_month, sum_up_counts
from reports.counts_model import ReportCountChange, ReportMonthCount
from tests.clock import SHANGHAI
from tests.reports.builders import COUNTY, JUSTICE, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE, Office, person

GRID = f"{VILLAGE}-01"
PLACES = (COUNTY, TOWN, VILLAGE, OTHER_TOWN, OTHER_VILLAGE, GRID)
TURN_OF_THE_YEAR = datetime(2027, 1, 1, tzinfo=SHANGHAI)


def supervisor_of(*paths: str | None) -> Principal:
    """Return a supervisor below these paths, None being all there is."""
    return Principal(actor="person:x", grants=tuple(Grant(Role.SUPERVISOR, path) for path in paths), name="somebody")


ALL, WEST, NORTH = f"{COUNTY}/", f"{COUNTY}/{TOWN}/", f"{COUNTY}/{OTHER_TOWN}/"
VIEWERS = {
    "the whole tree": supervisor_of(None),
    "the county": supervisor_of(ALL),
    "a town": supervisor_of(WEST),
    "a community": supervisor_of(f"{WEST}{VILLAGE}/"),
    "a grid": supervisor_of(f"{WEST}{VILLAGE}/{GRID}/"),
    "two towns": supervisor_of(NORTH, WEST),
    "a town and what lies in it, twice": supervisor_of(f"{WEST}{VILLAGE}/", WEST, WEST),
    "a department": supervisor_of(f"{ALL}{JUSTICE}/"),
    "nowhere": person(Role.HANDLER),
}


def theirs(session: Session, by: Principal) -> list[Report]:
    """Return all reports of the places that somebody supervises, each looked at by itself."""
    return [
        report
        for report in session.scalars(select(Report))
        if by.may(Role.SUPERVISOR, unit_path=get_unit(session, report.unit_code).path)
    ]


def months_of(found: Sequence[Report], last_on: date, months: int) -> list[MonthCount]:
    """Count reports month by month, one by one."""
    sent_in = Counter(report.submitted_at.astimezone(SHANGHAI).date().replace(day=1) for report in found)
    closed = Counter(each.closed_at.astimezone(SHANGHAI).date().replace(day=1) for each in found if each.closed_at)
    firsts = [last_on.replace(day=1)]
    while len(firsts) < months:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return [MonthCount(first, sent_in[first], closed[first]) for first in reversed(firsts)]


def categories_of(found: Sequence[Report], since: datetime | None, until: datetime | None) -> list[CategoryCount]:
    """Count the reports of a period by category, one by one."""
    of_period = [
        each
        for each in found
        if (since is None or each.submitted_at >= since) and (until is None or each.submitted_at < until)
    ]
    sent_in = Counter(each.category_code for each in of_period)
    closed = Counter(each.category_code for each in of_period if each.closed_at)
    counts = [CategoryCount(code, count, closed[code]) for code, count in sent_in.items()]
    return sorted(counts, key=lambda one: (-one.sent_in, one.category_code))


def assert_all_is_counted(office: Office, periods: Sequence[tuple[datetime | None, datetime | None]]) -> None:
    """See that everybody is told, of every period, what the reports say."""
    for name, viewer in VIEWERS.items():
        found = theirs(office.session, viewer)
        told = counts_by_month(office.session, seen_by=viewer, now=office.at, months=14)
        assert told == months_of(found, office.at.date(), 14), name
        for since, until in periods:
            told_of = counts_by_category(office.session, seen_by=viewer, since=since, until=until)
            assert told_of == categories_of(found, since, until), (name, since, until)


def written(office: Office, chance: Random) -> UUID:
    """Send a report in, with or without a name, anywhere, at any minute around the turn of the year."""
    office.at = TURN_OF_THE_YEAR + timedelta(minutes=chance.randint(-100_000, 100_000))
    category, place = chance.choice(["C0101", "E0101"]), chance.choice(PLACES)
    return office.submit(category, unit=place, by=chance.choice([None, reports.nobody()]))


def close(office: Office, report_id: UUID) -> None:
    """Bring a new report to its closing."""
    office.accept(report_id)
    office.dispatch(report_id)
    office.acknowledge(report_id)
    office.handle(report_id)
    office.verify(report_id)
    office.close(report_id)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_summed_up_everybody_is_told_what_the_reports_say(office: Office, seed: int) -> None:
    add_unit(office.session, code=GRID, parent_code=VILLAGE, level=Level.GRID, name="第一网格")
    chance = Random(seed)
    for _ in range(30):
        report_id = written(office, chance)
        if chance.random() < 0.6:
            office.at += timedelta(days=chance.randint(0, 40))
            close(office, report_id)
            if chance.random() < 0.4 and office.session.get_one(Report, report_id).resident_id:
                office.at += timedelta(days=chance.randint(0, 15))
                office.reopen(report_id)
        if chance.random() < 0.4:
            sum_up_counts(office.session, limit=chance.randint(1, 9))
    months = [datetime(2026, 11, 1, tzinfo=SHANGHAI), TURN_OF_THE_YEAR, datetime(2027, 2, 1, tzinfo=SHANGHAI)]
    days = [TURN_OF_THE_YEAR + timedelta(days=chance.randint(-70, 70)) for _ in range(3)]
    ends = [None, *months, *days]
    office.at = datetime(2027, 6, 30, tzinfo=SHANGHAI)
    periods = list(product(ends, ends))
    assert_all_is_counted(office, periods)
    assert office.proved()
    while sum_up_counts(office.session, limit=20):
        pass
    assert office.session.scalar(select(func.count()).select_from(ReportCountChange)) == 0
    assert_all_is_counted(office, periods)
    assert office.proved()
    summed = sums(office)
    reports.count_anew(office.session, zone=SHANGHAI)
    # What was reopened leaves rows of nothing, which counting anew does not.
    assert sums(office) == {key: counts for key, counts in summed.items() if any(counts)}


def sums(office: Office) -> dict[tuple[str, date, str], tuple[int, int, int]]:
    """Return all that is summed up."""
    office.session.expire_all()
    return {
        (each.unit_code, each.month_on, each.category_code): (each.sent_in, each.closed_since, each.closed)
        for each in office.session.scalars(select(ReportMonthCount))
    }


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (datetime(1, 1, 2, tzinfo=SHANGHAI), datetime(9999, 12, 31, tzinfo=SHANGHAI)),
        (None, datetime(1, 1, 3, tzinfo=SHANGHAI)),
        (datetime(9999, 12, 30, tzinfo=SHANGHAI), None),
    ],
)
def test_days_at_the_ends_of_all_years_can_be_asked_for(
    office: Office, since: datetime | None, until: datetime | None
) -> None:
    office.submit()
    office.submit("E0101")
    told = counts_by_category(office.session, seen_by=VIEWERS["the county"], since=since, until=until)
    assert [one.sent_in for one in told] == ([1, 1] if since and until else [])


def test_what_is_noted_names_no_report_and_tells_no_order(office: Office) -> None:
    """Of somebody without a name nothing is kept but the month, beside the others' and in no order."""
    before = [office.submit() for _ in range(2)]
    office.submit(by=reports.nobody())
    noted = list(office.session.scalars(select(ReportCountChange)))
    assert len(noted) == 3
    assert {(each.unit_code, each.month_on) for each in noted} == {(VILLAGE, date(2026, 6, 1))}
    assert {each.id.version for each in noted} == {4}
    assert not {each.id for each in noted} & set(before)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE report_month_counts SET sent_in = sent_in + 1 WHERE unit_code = '140881'",
            "unit 140881: C0101 in 2026-05 is counted sent_in +1",
        ),
        (
            "UPDATE report_month_counts SET month_on = '2026-07-01' WHERE closed = 1 AND unit_code = '140881001'",
            "unit 140881001: C0101 in 2026-06 is counted closed -1",
        ),
        (
            "UPDATE report_month_counts SET closed_since = 0 WHERE unit_code = '140881001001'",
            "unit 140881001001: C0101 in 2026-05 is counted closed_since -1",
        ),
        ("DELETE FROM report_month_counts WHERE unit_code = '140881'", "unit 140881: C0101 in 2026-05 is counted"),
        (
            "UPDATE report_count_changes SET category_code = 'C0102'",
            "unit 140881: C0101 in 2026-06 is counted sent_in -1",
        ),
        ("DELETE FROM report_count_changes", "unit 140881: C0101 in 2026-06 is counted sent_in -1"),
        ("UPDATE reports SET unit_code = '140881'", "unit 140881001: C0101 in 2026-05 is counted sent_in +1"),
        ("UPDATE reports SET category_code = 'E0101'", "unit 140881: C0101 in 2026-05 is counted sent_in +1"),
        (
            "UPDATE reports SET closed_at = NULL",
            "unit 140881: C0101 in 2026-05 is counted closed_since +1",
        ),
    ],
)
def test_a_count_that_was_changed_is_named_and_can_be_made_again(office: Office, statement: str, told: str) -> None:
    office.at = datetime(2026, 5, 31, 12, tzinfo=SHANGHAI)
    report_id = office.submit()
    office.days_pass(1)
    close(office, report_id)
    sum_up_counts(office.session)
    office.submit()
    assert differences(office) == ""
    office.session.flush()
    office.session.execute(text(statement))
    office.session.expire_all()
    assert differences(office).startswith(told)
    reports.count_anew(office.session, zone=SHANGHAI)
    assert differences(office) == ""


def test_in_another_time_zone_months_are_others_until_all_is_counted_anew(office: Office) -> None:
    here, there = SHANGHAI, ZoneInfo("America/New_York")
    office.at = datetime(2026, 7, 1, 8, tzinfo=here)
    office.submit()
    sum_up_counts(office.session)
    assert (differences(office, here), differences(office, there)) == (
        "",
        "unit 140881: C0101 in 2026-06 is counted sent_in -1",
    )
    reports.count_anew(office.session, zone=there)
    assert differences(office, there) == ""
    [june] = counts_by_month(office.session, seen_by=office.supervisor, now=office.at.astimezone(there), months=1)
    assert (june.month_on, june.sent_in) == (date(2026, 6, 1), 1)


def differences(office: Office, zone: ZoneInfo = SHANGHAI) -> str:
    """Return what the audit finds wrong with the sums, by the months of a time zone."""
    results = list(ledger.audit(office.session, reports.checks_of_counts(zone)))
    assert "every months count is that of its reports" in {each.name for each in results}
    return "; ".join(each.detail for each in results if not each.ok)
