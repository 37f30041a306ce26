"""Covering words that insult: by supervisors, with a reason, and nothing is lost."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import reports
from ledger import SamePersonError
from notices import NoticeKind, list_notices
from people import Principal, Role, TextRefusedError
from reports import CoveredText, Covering, ReportStatus, ReportUnknownError, TextCoveredError, TextUnknownError
from tests.reports.builders import OTHER_TOWN, Office, person


def cover(
    office: Office,
    report_id: UUID,
    *,
    kind: CoveredText = CoveredText.REPORT,
    text_id: UUID | None = None,
    reason: str = "辱骂工作人员",
    by: Principal | None = None,
) -> Covering:
    return reports.cover(
        office.session,
        report_id=report_id,
        text_kind=kind,
        text_id=text_id or report_id,
        reason=reason,
        by=by or office.supervisor,
        now=office.at,
    )


def test_a_covered_text_stays_and_its_author_is_told(office: Office) -> None:
    report_id = office.submit()
    made = cover(office, report_id)
    assert reports.covering_of(office.session, report_id) == made
    assert office.report(report_id).description == "井盖没了"
    kinds = [each.kind for each in list_notices(office.session, seen_by=office.reporter).items]
    assert NoticeKind.COVERED in kinds
    assert office.proved()


def test_a_text_is_covered_once_and_with_a_reason(office: Office) -> None:
    report_id = office.submit()
    with pytest.raises(TextRefusedError):
        cover(office, report_id, reason=" ")
    cover(office, report_id)
    with pytest.raises(TextCoveredError):
        cover(office, report_id)


def test_only_texts_of_the_report_are_covered(office: Office) -> None:
    report_id, other_id = office.submit(), office.submit()
    following = reports.join(office.session, report_id=report_id, evidence=None, by=office.resident(), now=office.at)
    witness = reports.join(office.session, report_id=other_id, evidence="x", by=office.resident(), now=office.at)
    for kind, text_id in (
        (CoveredText.REPORT, other_id),
        (CoveredText.JOIN, following.id),
        (CoveredText.JOIN, witness.id),
        (CoveredText.JOIN, uuid4()),
    ):
        with pytest.raises(TextUnknownError):
            cover(office, report_id, kind=kind, text_id=text_id)


def test_only_supervisors_of_the_place_who_did_nothing_else_cover(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    both = person(Role.SUPERVISOR, Role.HANDLER)
    office.acknowledge(report_id, by=both)
    with pytest.raises(SamePersonError):
        cover(office, report_id, by=both)
    for stranger in (person(Role.SUPERVISOR, at=OTHER_TOWN), office.dispatcher, office.reporter):
        with pytest.raises(ReportUnknownError):
            cover(office, report_id, by=stranger)


def test_who_covers_is_of_supervision_from_then_on(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    both = person(Role.SUPERVISOR, Role.DISPATCHER)
    cover(office, report_id, by=both)
    with pytest.raises(SamePersonError):
        office.dispatch(report_id, by=both)


@pytest.mark.parametrize("statement", ["UPDATE report_coverings SET reason = 'x'", "DELETE FROM report_coverings"])
def test_a_covering_cannot_be_changed(office: Office, statement: str) -> None:
    cover(office, office.submit())
    with pytest.raises(DBAPIError, match="append-only"):
        office.session.execute(text(statement))
