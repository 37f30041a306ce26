"""The audit of what was published names what was changed behind the domain's back."""

import pytest
from sqlalchemy import text

import ledger
from publishing import CHECKS, PhotoDecision
from tests.publishing.builders import Newsroom


def faults(office: Newsroom) -> list[str]:
    """Return the names of the checks that find something."""
    office.session.flush()
    return [each.name for each in ledger.audit(office.session, CHECKS) if not each.ok]


def test_what_was_published_by_the_rules_is_right(office: Newsroom) -> None:
    report_id = office.submit()
    photo = office.add_photo(report_id, 1)
    office.accept(report_id)
    office.publish(report_id, [PhotoDecision(photo.id, is_shown=True)])
    office.take_down(report_id)
    assert faults(office) == []


def test_a_report_that_became_confidential_afterwards_is_found(office: Newsroom) -> None:
    report_id = office.submit()
    office.accept(report_id)
    office.publish(report_id)
    office.report(report_id).is_confidential = True
    assert len(faults(office)) == 1


@pytest.mark.parametrize("table", ["publications", "publication_photos", "publication_boxes"])
def test_a_guard_that_is_gone_is_found(office: Newsroom, table: str) -> None:
    is_postgresql = office.session.get_bind().dialect.name == "postgresql"
    name = f"{table}_append_only" if is_postgresql else f"{table}_refuse_update"
    office.session.execute(text(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else "")))
    assert len(faults(office)) == 1


@pytest.mark.parametrize("change", ["DELETE FROM report_moderations", "UPDATE report_moderations SET made_by = 'x'"])
def test_a_version_of_which_appeals_do_not_know_is_found(office: Newsroom, change: str) -> None:
    report_id = office.submit()
    office.accept(report_id)
    office.publish(report_id)
    office.session.flush()
    is_postgresql = office.session.get_bind().dialect.name == "postgresql"
    table = "report_moderations"
    guards = (
        [f"{table}_append_only ON {table}"]
        if is_postgresql
        else [f"{table}_refuse_{event}" for event in ("delete", "update")]
    )
    for guard in guards:
        office.session.execute(text(f"DROP TRIGGER {guard}"))
    office.session.execute(text(change))
    assert faults(office) == ["appeals know of every version"]
