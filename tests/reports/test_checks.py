"""The audit of reports: whatever is changed behind the steps is found and named."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

import duties
import ledger
import reports
from reports import CallState, ReportStatus
from reports.checks import GUARDS, the_guards_of_steps_stand
from tests.clock import SHANGHAI
from tests.reports.builders import JUSTICE, Office


def found(office: Office) -> str:
    results = ledger.audit(office.session, [*duties.CHECKS, *reports.CHECKS, *reports.checks_of_counts(SHANGHAI)])
    return "; ".join(result.detail for result in results if not result.ok)


def change(office: Office, statement: str) -> None:
    office.session.flush()
    office.session.execute(text(statement))
    office.session.expire_all()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE reports SET status = 'closed'", "it has 1 open duties"),
        ("UPDATE reports SET status = 'handled'", "its last step left it dispatched"),
        ("UPDATE duties SET ended_at = charged_at, outcome = 'moved'", "it has 0 open duties"),
        (
            "UPDATE duties SET due_on = '2027-01-01' WHERE ended_at IS NULL",
            "holds 1 duties due on 2026-06-04; there are 0",
        ),
        ("UPDATE duties SET unit_code = '140881-D02' WHERE ended_at IS NULL", "unit:140881-D01:duties holds 1 duties"),
    ],
)
def test_what_was_changed_behind_the_steps_is_named(office: Office, statement: str, told: str) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    assert found(office) == ""
    change(office, statement)
    assert told in found(office)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE report_calls SET state = 'accepted'", "it has 1 open duties"),
        ("UPDATE report_calls SET state = 'acknowledged'", "its last step left it handled"),
        ("UPDATE report_calls SET state = 'acknowledged'", "or not handled as it is"),
        ("UPDATE report_calls SET unit_code = '140881-D01'", "or one of another unit"),
        ("UPDATE reports SET is_led = false", "is accepted, or not led"),
        ("UPDATE reports SET status = 'handled'", "is handled, or not led"),
        ("UPDATE duties SET handled_at = NULL WHERE unit_code = '140881-D02'", "holds 0 duties due on 2026-06-04"),
        (
            "UPDATE duties SET ended_at = charged_at, outcome = 'withdrawn' WHERE unit_code = '140881-D02'",
            "it has 0 open duties",
        ),
    ],
)
def test_what_was_changed_behind_a_call_is_named(office: Office, statement: str, told: str) -> None:
    office.called_to(CallState.HANDLED, JUSTICE)
    assert found(office) == ""
    change(office, statement)
    assert told in found(office)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE report_steps SET kind = 'call' WHERE kind = 'lead'",
        "UPDATE report_steps SET call_id = NULL WHERE kind = 'call'",
    ],
)
def test_a_step_of_a_call_names_it_and_no_other_does(office: Office, statement: str) -> None:
    office.called_to(CallState.CALLED, JUSTICE)
    for guard in GUARDS[office.session.get_bind().dialect.name]:
        change(office, f"DROP TRIGGER {guard}" + (" ON report_steps" if "append" in guard else ""))
    with pytest.raises(IntegrityError, match="steps_of_calls_name_them"):
        change(office, statement)


def test_a_duty_about_nothing_is_named(office: Office) -> None:
    lost = ledger.new_id()
    charged = duties.charge(
        office.session,
        matter_id=lost,
        unit_code="140881",
        due_on=office.at.date(),
        actor=office.supervisor.actor,
        now=office.at,
    )
    ledger.post(office.session, [charged.entry])
    told = found(office)
    assert f"is about {lost.hex}" in told.replace("-", "")
    assert "of the kind duty_charged belongs to 0, not to 1" in told


@pytest.mark.parametrize("statement", ["UPDATE report_steps SET note = 'x'", "DELETE FROM report_steps"])
def test_steps_are_only_added(office: Office, statement: str) -> None:
    office.submit()
    with pytest.raises(DBAPIError, match="append-only"):
        change(office, statement)


def test_a_missing_guard_is_named(office: Office) -> None:
    on = " ON report_steps" if office.session.get_bind().dialect.name == "postgresql" else ""
    name = "report_steps_append_only" if on else "report_steps_refuse_update"
    change(office, f"DROP TRIGGER {name}{on}")
    assert the_guards_of_steps_stand(office.session) == f"trigger {name} is missing or disabled"


def test_a_count_that_is_not_the_books_is_named(office: Office) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    change(office, "UPDATE duty_counts SET count = count + 1 WHERE measure = 'moved'")
    change(office, "UPDATE duty_month_counts SET count = count + 1 WHERE measure = 'moved'")
    assert found(office) == "unit 140881001: moved is counted +1 beside its entries"


def test_a_months_count_that_is_not_its_days_is_named(office: Office) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    change(office, "UPDATE duty_month_counts SET count = count + 1 WHERE measure = 'moved'")
    assert found(office) == "unit 140881001: moved is counted +1 in 2026-06 beside its days"
