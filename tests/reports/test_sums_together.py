"""The sums by month where others write at the same time, and in a database that is older than they are."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, Insert, create_engine, event, func, select, text
from sqlalchemy.orm import Session

import ledger
import reports
from people import Principal, Role
from reports import counts_by_category, counts_by_month, sum_up_counts
from reports.counts_model import ReportCountChange, ReportMonthCount
from tests.clock import NOON, SHANGHAI
from tests.migrating import migrate, take_back
from tests.payments.racing import committed, meeting
from tests.reports.builders import OTHER_VILLAGE, VILLAGE, Office, person

SUPERVISOR = person(Role.SUPERVISOR)
WRITERS, REPORTS_OF_EACH = 6, 8


@pytest.fixture
def postgresql(postgres_database: str, engine_at: Callable[[str], Engine]) -> Engine:
    """Return an engine on a database where many write at once."""
    return engine_at(postgres_database)


def reporting(by: Principal, now: datetime = NOON) -> Callable[[Session], UUID]:
    """Return the work of sending one more report in, about the same and from the same place as all others."""
    return lambda session: (
        reports.submit(
            session,
            category_code="C0101",
            description="井盖没了",
            unit_code=VILLAGE,
            by=by,
            resident_id=by.resident_id,
            now=now,
        ).id
    )


def closing(office: Office, report_id: UUID) -> Callable[[Session], None]:
    """Return the work of bringing a report to its closing."""
    # Each of many at once has a session of its own.
    return lambda session: brought_to_its_end(replaced(office, session), report_id)


def replaced(office: Office, session: Session) -> Office:
    """Return the same office on another session."""
    other = copy(office)
    other.session = session
    return other


def brought_to_its_end(office: Office, report_id: UUID) -> None:
    """Close a new report."""
    office.accept(report_id)
    office.dispatch(report_id)
    office.acknowledge(report_id)
    office.handle(report_id)
    office.verify(report_id)
    office.close(report_id)


def counted(session: Session) -> list[tuple[int, int]]:
    """Return how many were sent in and closed, by month and by category."""
    [month] = counts_by_month(session, seen_by=SUPERVISOR, now=NOON, months=1)
    kinds = counts_by_category(session, seen_by=SUPERVISOR)
    return [(month.sent_in, month.closed), *((one.sent_in, one.closed) for one in kinds)]


def assert_sums_are_right(engine: Engine) -> None:
    """Prove what is summed up, and what waits for it."""
    with Session(engine) as session:
        results = ledger.audit(session, [*reports.CHECKS, *reports.checks_of_counts(SHANGHAI)])
        assert [each for each in results if not each.ok] == []


def test_nobody_waits_for_another_report_about_the_same(postgresql: Engine) -> None:
    reporter = committed(postgresql, lambda session: Office(session).reporter)
    with Session(postgresql) as first, Session(postgresql) as second:
        reporting(reporter)(first)
        first.flush()
        second.execute(text("SET LOCAL lock_timeout = '1s'"))
        reporting(reporter)(second)
        second.commit()
        # Summing up does not wait either, and leaves what is not committed to a later run.
        second.execute(text("SET LOCAL lock_timeout = '1s'"))
        assert sum_up_counts(second) == 1
        second.commit()
        first.commit()
        assert counted(second) == [(2, 0), (2, 0)]
    assert committed(postgresql, sum_up_counts) == 1
    assert_sums_are_right(postgresql)


def test_two_that_sum_up_take_different_changes(postgresql: Engine) -> None:
    reporter = committed(postgresql, lambda session: Office(session).reporter)
    for _ in range(4):
        committed(postgresql, reporting(reporter))
    taken = meeting(
        postgresql,
        lambda session: sum_up_counts(session, limit=3),
        sum_up_counts,
    )
    assert taken == 1
    with Session(postgresql) as session:
        assert session.scalar(select(func.count()).select_from(ReportCountChange)) == 0
        assert counted(session) == [(4, 0), (4, 0)]
    assert_sums_are_right(postgresql)


def test_sums_are_taken_in_one_order_whatever_was_noted_first(engine: Engine) -> None:
    taken: list[tuple[str, str]] = []

    def note(_connection: object, clause: object, rows: list[dict[str, str]], _one: object, _options: object) -> None:
        if isinstance(clause, Insert) and clause.table.name == "report_month_counts":
            taken.extend((row["unit_code"], row["category_code"]) for row in rows)

    with Session(engine) as session:
        office = Office(session)
        for category in ("E0101", "C0101"):
            for place in (OTHER_VILLAGE, VILLAGE):
                office.submit(category, unit=place)
        session.flush()
        event.listen(engine, "before_execute", note)
        try:
            sum_up_counts(session)
        finally:
            event.remove(engine, "before_execute", note)
    assert len(taken) == 10
    assert taken == sorted(taken)


def test_whoever_looks_while_it_is_summed_up_sees_each_change_once(engine: Engine) -> None:
    reporter = committed(engine, lambda session: Office(session).reporter)
    committed(engine, reporting(reporter))
    reading = engine.execution_options(**{ledger.READING: True}) if engine.dialect.name == "sqlite" else engine
    with Session(engine) as session, Session(reading) as reader:
        assert sum_up_counts(session) == 1
        assert counted(session) == counted(reader) == [(1, 0), (1, 0)]
        reader.rollback()
        session.commit()
        assert counted(reader) == [(1, 0), (1, 0)]


def test_counting_anew_waits_for_who_is_writing_and_forgets_nothing(postgresql: Engine) -> None:
    reporter = committed(postgresql, lambda session: Office(session).reporter)
    committed(postgresql, reporting(reporter))
    meeting(postgresql, reporting(reporter), lambda session: reports.count_anew(session, zone=SHANGHAI))
    with Session(postgresql) as session:
        assert session.scalar(select(func.count()).select_from(ReportCountChange)) == 0
        assert counted(session) == [(2, 0), (2, 0)]
    # And who writes waits for it: what they note is not among what was counted.
    meeting(postgresql, lambda session: reports.count_anew(session, zone=SHANGHAI), reporting(reporter))
    assert_sums_are_right(postgresql)


def test_many_write_close_and_sum_up_at_once_and_all_is_counted(postgresql: Engine) -> None:
    office = committed(postgresql, Office)
    over = threading.Event()

    def write(number: int) -> None:
        for each in range(REPORTS_OF_EACH):
            report_id = committed(postgresql, reporting(office.reporter))
            if (number + each) % 2:
                committed(postgresql, closing(office, report_id))

    def sum_up() -> None:
        while not over.is_set():
            committed(postgresql, lambda session: sum_up_counts(session, limit=7))

    with ThreadPoolExecutor(WRITERS + 2) as threads:
        summing = [threads.submit(sum_up) for _ in range(2)]
        writing = [threads.submit(write, number) for number in range(WRITERS)]
        try:
            for each in writing:
                each.result()
        finally:
            over.set()
        for each in summing:
            each.result()
    with Session(postgresql) as session:
        written = WRITERS * REPORTS_OF_EACH
        assert counted(session) == [(written, written // 2)] * 2
    assert_sums_are_right(postgresql)


def test_an_older_database_is_counted_when_it_is_brought_up_to_date(database: str) -> None:
    engine = ledger.prepare_engine(create_engine(database))
    with Session(engine) as session:
        office = Office(session)
        # The last minute of a month here, and the first one of the next, are of one month in UTC.
        turn = datetime(2026, 7, 1, tzinfo=SHANGHAI)
        for at, unit in ((turn - timedelta(minutes=1), VILLAGE), (turn, VILLAGE), (turn, "140881002001")):
            office.at = at
            office.submit(unit=unit)
        office.at = turn - timedelta(days=3)
        closed = office.submit("E0101")
        office.at = turn + timedelta(days=3)
        brought_to_its_end(office, closed)
        reopened = office.submit()
        brought_to_its_end(office, reopened)
        office.reopen(reopened)
        session.commit()
    engine.dispose()
    take_back(database, "0024")
    migrate(database)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(ReportCountChange)) == 0
        county = select(ReportMonthCount).where(ReportMonthCount.unit_code == "140881")
        assert sorted(
            (f"{each.month_on:%m}", each.category_code, each.sent_in, each.closed_since, each.closed)
            for each in session.scalars(county)
        ) == [("06", "C0101", 1, 0, 0), ("06", "E0101", 1, 1, 0), ("07", "C0101", 3, 0, 0), ("07", "E0101", 0, 0, 1)]
    assert_sums_are_right(engine)
    engine.dispose()
