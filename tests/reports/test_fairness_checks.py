"""The audit of appeals and coverings: whatever is changed behind them is found and named."""

import pytest
from sqlalchemy import text

import ledger
import reports
from people import Role
from reports.fairness_checks import the_guards_of_coverings_stand
from tests.reports.builders import VILLAGE, Office, person


def found(office: Office) -> str:
    return "; ".join(result.detail for result in ledger.audit(office.session, reports.CHECKS) if not result.ok)


def change(office: Office, statement: str, **values: object) -> None:
    office.session.flush()
    office.session.execute(text(statement), values)
    office.session.expire_all()


def upheld(office: Office) -> None:
    report_id = office.submit()
    reports.reject(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    office.days_pass(1)
    office.appeal_upheld(report_id)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE report_appeals SET is_upheld = false", "was taken up again 1 times; 0 appeals were upheld"),
        ("UPDATE report_appeals SET subject = 'covering'", "was taken up again 1 times; 0 appeals were upheld"),
        ("UPDATE report_appeals SET decided_by = :supervisor", "was decided by who had taken its step 2"),
    ],
)
def test_what_was_changed_behind_an_appeal_is_named(office: Office, statement: str, told: str) -> None:
    upheld(office)
    assert found(office) == ""
    values = {"supervisor": office.supervisor.actor} if ":supervisor" in statement else {}
    change(office, statement, **values)
    assert told in found(office)


@pytest.mark.parametrize("part", ["asked_by", "decided_by"])
def test_an_appeal_that_was_decided_by_who_unmasked_is_named(office: Office, part: str) -> None:
    report_id = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=office.reporter,
        resident_id=office.reporter.resident_id,
        is_confidential=True,
        now=office.at,
    ).id
    reports.reject(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    asker, other = person(Role.SUPERVISOR), person(Role.SUPERVISOR)
    reports.ask_unmasking(office.session, report_id=report_id, reason="x", by=asker, now=office.at)
    reports.decide_unmasking(office.session, report_id=report_id, is_approved=True, note=None, by=other, now=office.at)
    office.days_pass(1)
    office.appeal_upheld(report_id)
    assert found(office) == ""
    who = {"asked_by": asker, "decided_by": other}[part]
    change(office, "UPDATE report_appeals SET decided_by = :who", who=who.actor)
    assert "was decided by who had covered, published or unmasked some of it" in found(office)


@pytest.mark.parametrize("table", ["report_coverings", "report_moderations"])
def test_a_missing_guard_of_coverings_is_named(office: Office, table: str) -> None:
    on = f" ON {table}" if office.session.get_bind().dialect.name == "postgresql" else ""
    name = f"{table}_append_only" if on else f"{table}_refuse_update"
    change(office, f"DROP TRIGGER {name}{on}")
    assert the_guards_of_coverings_stand(office.session) == f"trigger {name} is missing or disabled"
