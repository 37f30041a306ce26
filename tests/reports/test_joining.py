"""Me too: who may join what, and what a supervisor says about what they add."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

import reports
from ledger import SamePersonError
from people import Principal, Role, TextRefusedError
from photos import CleanPhoto, FolderStore, TooManyPhotosError, photos_of
from reports import (
    JoinDecidedError,
    JoinRefusedError,
    JoinState,
    JoinUnknownError,
    ReportJoin,
    ReportStatus,
    ReportUnknownError,
    StepNotNowError,
)
from tests.reports.builders import OTHER_TOWN, Office, person


def join(
    office: Office, report_id: UUID, evidence: str | None = "还缺一个", *, by: Principal | None = None
) -> ReportJoin:
    who = by or office.resident()
    return reports.join(office.session, report_id=report_id, evidence=evidence, by=who, now=office.at)


def decide(
    office: Office,
    report_id: UUID,
    join_id: UUID,
    *,
    is_accepted: bool = True,
    note: str | None = None,
    by: Principal | None = None,
) -> ReportJoin:
    return reports.decide_join(
        office.session,
        report_id=report_id,
        join_id=join_id,
        is_accepted=is_accepted,
        note=note,
        by=by or office.supervisor,
        now=office.at,
    )


def test_what_is_merged_brings_its_weight_along(office: Office) -> None:
    first, second, third = (office.submit() for _ in range(3))
    for report_id in (first, first, second, third):
        join(office, report_id, None)
    for report_id, into_id in ((first, second), (second, third)):
        reports.merge(office.session, report_id=report_id, into_id=into_id, by=office.supervisor, now=office.at)
    # Each with its reporter: 3 told of the first, 2 of the second, 2 of the third.
    assert reports.weights(office.session, [first, second, third]) == {first: 3, second: 5, third: 7}


def test_a_join_gives_weight_and_may_bring_evidence(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    follower, witness = join(office, report_id, None), join(office, report_id)
    assert (follower.state, witness.state) == (JoinState.FOLLOWING, JoinState.ASKED)
    assert reports.weights(office.session, [report_id]) == {report_id: 3}
    assert [each.id for each in reports.joins_of(office.session, report_id)] == [follower.id, witness.id]
    accepted = decide(office, report_id, witness.id, note="照片清楚")
    assert (accepted.state, accepted.note, accepted.decided_by) == (
        JoinState.ACCEPTED,
        "照片清楚",
        office.supervisor.actor,
    )
    assert reports.get_join(office.session, witness.id) is accepted
    with pytest.raises(JoinUnknownError):
        reports.get_join(office.session, uuid4())


def test_nobody_joins_twice_nor_their_own_nor_what_has_ended(office: Office) -> None:
    report_id, somebody = office.submit(), office.resident()
    join(office, report_id, by=somebody)
    for refused in (somebody, office.reporter):
        with pytest.raises(JoinRefusedError):
            join(office, report_id, by=refused)
    closed = office.brought_to(ReportStatus.CLOSED)
    with pytest.raises(JoinRefusedError):
        join(office, closed)


def test_what_is_private_or_not_there_is_joined_by_nobody(office: Office) -> None:
    for hidden in (office.submit("E0101"), uuid4()):
        with pytest.raises(ReportUnknownError):
            join(office, hidden)
    with pytest.raises(ReportUnknownError):
        join(office, office.submit(), by=office.supervisor)
    with pytest.raises(TextRefusedError):
        join(office, office.submit(), " ")


def test_evidence_is_decided_once_by_a_supervisor_of_the_place(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    follower, witness = join(office, report_id, None), join(office, report_id)
    with pytest.raises(JoinDecidedError):
        decide(office, report_id, follower.id)
    with pytest.raises(JoinUnknownError):
        decide(office, report_id, uuid4())
    with pytest.raises(JoinUnknownError):
        decide(office, office.submit(), witness.id)
    with pytest.raises(ReportUnknownError):
        decide(office, report_id, witness.id, by=person(Role.SUPERVISOR, at=OTHER_TOWN))
    both = person(Role.SUPERVISOR, Role.HANDLER)
    office.acknowledge(report_id, by=both)
    with pytest.raises(SamePersonError):
        decide(office, report_id, witness.id, by=both)
    assert decide(office, report_id, witness.id, is_accepted=False).state is JoinState.REJECTED
    with pytest.raises(JoinDecidedError):
        decide(office, report_id, witness.id)


def test_after_closure_nothing_is_decided_about_evidence(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    witness = join(office, report_id)
    for step in (office.acknowledge, office.handle, office.verify, office.close):
        step(report_id)
    with pytest.raises(StepNotNowError):
        decide(office, report_id, witness.id)


def test_who_decided_about_evidence_takes_no_other_end(office: Office) -> None:
    report_id, both = office.brought_to(ReportStatus.DISPATCHED), person(Role.SUPERVISOR, Role.HANDLER)
    decide(office, report_id, join(office, report_id).id, by=both)
    with pytest.raises(SamePersonError):
        office.acknowledge(report_id, by=both)


def test_photos_of_a_joiner_are_the_joins_until_it_is_decided(office: Office, tmp_path: Path) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    witness, store = office.resident(), FolderStore(tmp_path)
    joined = join(office, report_id, by=witness)

    def add(join_id: UUID, by: Principal, count: int = 1) -> None:
        pictures = [CleanPhoto(jpeg=b"%d" % each, width=8, height=8, sha256=f"{each:064x}") for each in range(count)]
        reports.add_join_photos(office.session, store, join_id=join_id, pictures=pictures, by=by, now=office.at)

    add(joined.id, witness, 6)
    assert (len(photos_of(office.session, joined.id)), photos_of(office.session, report_id)) == (6, [])
    with pytest.raises(TooManyPhotosError):
        add(joined.id, witness, 7)
    for other in (office.resident(), office.reporter, office.supervisor):
        with pytest.raises(JoinUnknownError):
            add(joined.id, other)
    with pytest.raises(JoinUnknownError):
        add(uuid4(), witness)
    follower = office.resident()
    follows = join(office, report_id, None, by=follower)
    with pytest.raises(StepNotNowError):
        add(follows.id, follower)
    decide(office, report_id, joined.id)
    with pytest.raises(StepNotNowError):
        add(joined.id, witness)
