"""What is suggested to somebody who writes a report: open ones of the same near by, and nothing they may not know."""

import math
import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

import reports
import responsibilities
from people import Level, Principal, UnitUnknownError, add_unit
from reports import PositionError, ReportStatus, ReportUnknownError, Suggestion, nobody
from responsibilities import CategoryUnknownError
from tests.reports.builders import OTHER_VILLAGE, TOWN, VILLAGE, Office

# A degree of latitude, in metres.
DEGREE_M = math.radians(6_371_000)
HERE = (34.867, 110.448)


def at_metres(north: float, east: float = 0.0) -> tuple[float, float]:
    """Return the position so many metres from here."""
    return HERE[0] + north / DEGREE_M, HERE[1] + east / (DEGREE_M * math.cos(math.radians(HERE[0])))


@pytest.fixture
def writer(office: Office) -> Principal:
    """Return who writes a report."""
    return office.resident()


def sent_in(office: Office, position: tuple[float, float] | None = None, **changes: Any) -> UUID:
    """Send a report in at a position or without one."""
    facts = {
        "category_code": "C0101",
        "description": "井盖没了",
        "unit_code": VILLAGE,
        "by": office.reporter,
        "resident_id": office.reporter.resident_id,
        "latitude": position[0] if position else None,
        "longitude": position[1] if position else None,
        "now": office.at,
        **changes,
    }
    return reports.submit(office.session, **facts).id


def suggested(
    office: Office,
    writer: Principal,
    position: tuple[float, float] | None = None,
    *,
    unit: str | None = VILLAGE,
    category: str = "C0101",
) -> list[Suggestion]:
    """Return what is suggested to somebody who writes a report."""
    assert writer.resident_id is not None
    return reports.suggest(
        office.session,
        category_code=category,
        unit_code=unit,
        latitude=position[0] if position else None,
        longitude=position[1] if position else None,
        resident_id=writer.resident_id,
        now=office.at,
    )


def ids(found: list[Suggestion]) -> list[UUID]:
    """Return the ids of suggestions, in order."""
    return [each.id for each in found]


def test_a_report_near_by_is_suggested_with_its_distance(office: Office, writer: Principal) -> None:
    there = sent_in(office, HERE, unit_code=OTHER_VILLAGE)

    [found] = suggested(office, writer, at_metres(120))

    assert (found.id, found.distance_m, found.position) == (there, 120, HERE)
    assert (found.unit_code, found.status, found.submitted_on) == (
        OTHER_VILLAGE,
        ReportStatus.SUBMITTED,
        office.at.date(),
    )
    assert found.may_be_joined
    assert not hasattr(found, "description")


@pytest.mark.parametrize(
    ("north", "east", "is_near"), [(299, 0, True), (301, 0, False), (0, -299, True), (0, 301, False)]
)
@pytest.mark.parametrize("diagonal", [False, True])
def test_near_is_three_hundred_metres_in_every_direction(
    office: Office, writer: Principal, north: float, east: float, *, is_near: bool, diagonal: bool
) -> None:
    sent_in(office, HERE)
    if diagonal:
        north, east = ((north or abs(east)) * math.sqrt(0.5), (east or north) * math.sqrt(0.5))

    assert bool(suggested(office, writer, at_metres(north, east))) is is_near


def test_a_position_is_known_to_a_hundred_metres_and_no_question_tells_more(office: Office, writer: Principal) -> None:
    # Two houses of one square of the grid answer every question alike.
    one = sent_in(office, (34.86712, 110.44801))
    before = suggested(office, writer, at_metres(250))
    office.session.get_one(reports.Report, one).latitude = 34.86688

    assert suggested(office, writer, at_metres(250)) == before
    assert before[0].position == HERE


def test_without_a_position_on_one_side_the_unit_decides(office: Office, writer: Principal) -> None:
    with_one, without = sent_in(office, HERE), sent_in(office)
    sent_in(office, unit_code=OTHER_VILLAGE)
    far = at_metres(5_000)

    assert set(ids(suggested(office, writer))) == {with_one, without}
    assert ids(suggested(office, writer, far)) == [without]
    assert ids(suggested(office, writer, HERE, unit=None)) == [with_one]
    assert suggested(office, writer, unit=None) == []


def test_the_nearest_stand_first_then_the_same_kind_then_the_newest_and_five_are_enough(
    office: Office, writer: Principal
) -> None:
    other_kind = office_with_lids(office)
    old = sent_in(office)
    office.days_pass(1)
    beside = sent_in(office, category_code=other_kind)
    new = sent_in(office)
    far, near = sent_in(office, (34.869, 110.448)), sent_in(office, HERE)

    assert ids(suggested(office, writer, HERE)) == [near, far, new, old, beside]
    for _more in range(3):
        sent_in(office, HERE)
    assert [each.distance_m for each in suggested(office, writer, HERE)] == [0, 0, 0, 0, 222]


def office_with_lids(office: Office) -> str:
    """Publish a list with one more category below the same one, and return its code."""
    standing = responsibilities.write_responsibilities(responsibilities.categories(office.session)).decode()
    [line] = [each for each in standing.splitlines() if each.startswith("C0101,")]
    more = line.replace("C0101", "C0102").replace("井盖缺失", "井盖松动")
    lines = responsibilities.read_responsibilities(f"{standing.rstrip()}\n{more}\n".encode())
    responsibilities.publish_responsibilities(office.session, lines=lines, actor="system", now=office.at)
    return "C0102"


def test_reports_under_a_former_list_are_found_too(office: Office, writer: Principal) -> None:
    before = sent_in(office)
    office_with_lids(office)

    assert ids(suggested(office, writer)) == [before]


def test_thirty_days_are_looked_back(office: Office, writer: Principal) -> None:
    sent_in(office)
    office.days_pass(30)
    assert len(suggested(office, writer)) == 1

    office.days_pass(1)
    assert suggested(office, writer) == []


def test_of_other_kinds_nothing_is_suggested(office: Office, writer: Principal) -> None:
    sent_in(office)

    assert suggested(office, writer, category="E0101") == []


def test_who_hid_themselves_and_what_is_private_is_suggested_to_nobody_else(office: Office, writer: Principal) -> None:
    sent_in(office, HERE, category_code="E0101")
    sent_in(office, HERE, is_confidential=True)
    sent_in(office, HERE, by=nobody(), resident_id=None)

    for category in ("C0101", "E0101"):
        assert suggested(office, writer, HERE, category=category) == []
    # To their reporter they are their own.
    [confidential] = suggested(office, office.reporter, HERE)
    assert (confidential.is_own, confidential.may_be_joined) == (True, False)
    [private] = suggested(office, office.reporter, HERE, category="E0101")
    assert private.is_own


def test_what_is_ones_own_or_joined_already_says_so(office: Office, writer: Principal) -> None:
    report_id = sent_in(office)
    assert [(each.is_own, each.may_be_joined) for each in suggested(office, office.reporter)] == [(True, False)]

    reports.join(office.session, report_id=report_id, evidence=None, by=writer, now=office.at)

    assert [(each.is_joined, each.may_be_joined) for each in suggested(office, writer)] == [(True, False)]


def test_who_reports_it_together_with_its_writer_is_not_asked_to_join_it(office: Office, writer: Principal) -> None:
    assert writer.resident_id is not None
    report_id = sent_in(office, HERE, joint_with=[writer.resident_id])
    [one] = suggested(office, writer, HERE)
    assert one.may_be_joined
    reports.answer_together(office.session, report_id=report_id, is_confirmed=True, by=writer, now=office.at)
    [one] = suggested(office, writer, HERE)
    assert (one.is_joined, one.may_be_joined) == (True, False)


@pytest.mark.parametrize("status", list(ReportStatus))
def test_what_has_ended_is_not_suggested(office: Office, writer: Principal, status: ReportStatus) -> None:
    report_id = ended(office, status)
    ended_ones = {ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN}

    assert (report_id in ids(suggested(office, writer))) is (status not in ended_ones)
    assert writer.resident_id is not None
    if status in ended_ones:
        with pytest.raises(ReportUnknownError):
            reports.suggestion_of(office.session, report_id, resident_id=writer.resident_id, now=office.at)
    else:
        found = reports.suggestion_of(office.session, report_id, resident_id=writer.resident_id, now=office.at)
        assert (found.id, found.status) == (report_id, status)


def ended(office: Office, status: ReportStatus) -> UUID:
    """Return a report that was brought to a status."""
    if status is ReportStatus.REJECTED:
        report_id = sent_in(office)
        reports.reject(office.session, report_id=report_id, reason="没有", by=office.supervisor, now=office.at)
        return report_id
    if status is ReportStatus.MERGED:
        into, report_id = office.brought_to(ReportStatus.ACCEPTED), sent_in(office)
        reports.merge(office.session, report_id=report_id, into_id=into, by=office.supervisor, now=office.at)
        return report_id
    if status is ReportStatus.WITHDRAWN:
        report_id = office.brought_to(ReportStatus.ACCEPTED)
        reports.ask_withdrawal(office.session, report_id=report_id, reason="重复", by=office.supervisor, now=office.at)
        reports.decide(
            office.session,
            report_id=report_id,
            kind=reports.RequestKind.WITHDRAWAL,
            is_approved=True,
            note="是",
            by=office.other_supervisor,
            now=office.at,
        )
        return report_id
    if status is ReportStatus.RETURNED:
        report_id = office.brought_to(ReportStatus.HANDLED)
        office.give_back(report_id)
        return report_id
    return office.brought_to(status)


def test_what_is_no_place_or_no_category_is_refused(office: Office, writer: Principal) -> None:
    with pytest.raises(PositionError):
        suggested(office, writer, (91.0, 0.0))
    with pytest.raises(UnitUnknownError):
        suggested(office, writer, unit="nowhere")
    with pytest.raises(CategoryUnknownError):
        suggested(office, writer, category="C01")


def test_at_the_poles_and_far_east_a_place_is_a_place(office: Office, writer: Principal) -> None:
    for position in ((90.0, 0.0), (-90.0, 180.0), (0.0, 180.0)):
        there = sent_in(office, position)
        assert ids(suggested(office, writer, position, unit=None)) == [there]


def test_a_grid_is_a_place_of_its_own(office: Office, writer: Principal) -> None:
    add_unit(office.session, code="G1", parent_code=VILLAGE, level=Level.GRID, name="第一网格")
    there = sent_in(office, unit_code="G1")

    assert ids(suggested(office, writer, unit="G1")) == [there]
    assert suggested(office, writer, unit=TOWN) == []


def test_a_unit_lies_in_the_middle_of_its_reports_as_far_as_anybody_may_know_them(office: Office) -> None:
    assert reports.middle_of(office.session, VILLAGE) is None
    sent_in(office)
    sent_in(office, (10.0, 10.0), is_confidential=True)
    assert reports.middle_of(office.session, VILLAGE) is None

    for latitude in (34.86, 34.8748):
        sent_in(office, (latitude, 110.4482))

    assert reports.middle_of(office.session, VILLAGE) == (34.867, 110.448)
    assert reports.middle_of(office.session, OTHER_VILLAGE) is None


def test_no_question_reads_all_reports(office: Office, writer: Principal) -> None:
    asked: list[tuple[str, Any]] = []
    connection = office.session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "FROM reports JOIN report_categories" in statement:
            asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    suggested(office, writer, HERE)
    event.remove(connection, "before_cursor_execute", note)

    # One by position, one by unit; of few rows PostgreSQL would read all of them, whatever it might do.
    assert len(asked) == 2
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    for statement, parameters in asked:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))
        # Which of the indexes is best depends on how many rows there are, but one there is.
        assert re.search(r"(SEARCH reports USING INDEX|Index Scan( Backward)? using) ix_reports_", plan), plan
        assert not re.search(r"SCAN reports|Seq Scan on reports\b", plan), plan
