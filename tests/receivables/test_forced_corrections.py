"""A forced correction: what of a wrong award is spent is owed, if two persons say so."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

import ledger
import people
import receivables
from awards import (
    AmountOutOfRangeError,
    Award,
    AwardStatus,
    AwardUnknownError,
    NothingToClawBackError,
    claw_back,
    expire_lots,
    left_to_claw_back,
)
from ledger import AlreadyReversedError, Call, SamePersonError, new_id, recall_call
from people import ResidentLeftError, Role, TextRefusedError
from receivables import (
    ForcedTooMuchError,
    Matter,
    MatterDecidedError,
    MatterKind,
    MatterOpenError,
    MatterState,
    MatterUnknownError,
    TakeBackFirstError,
    left_to_force,
    owed_by_resident,
)
from tests.awards.builders import OFFICER, OTHER_OFFICER, awarded, fund, lots_of, resident, spend
from tests.clock import NOON
from tests.receivables.builders import (
    ASKING,
    DECIDING,
    FORCED,
    approved,
    asked,
    figures,
    lines_of,
    rejected,
    spent_award,
)


def test_an_approval_books_what_was_asked_for_and_the_fund_cannot_award_it(session: Session) -> None:
    peace, zhang = fund(session, available=500), resident(session)
    wrong = spent_award(session, 120, to=zhang)
    assert left_to_force(session, wrong.id) == 120
    matter = asked(session, wrong)
    assert (matter.state, matter.amount, matter.entry_id) == (MatterState.ASKED, 120, None)
    assert owed_by_resident(session, zhang.id) == {}
    approved(session, matter)
    assert (matter.state, matter.note) == (MatterState.APPROVED, "属实")
    assert (matter.asked_by, matter.asked_at, matter.decided_by, matter.decided_at) == (ASKING, NOON, DECIDING, NOON)
    assert lines_of(session, matter.entry_id) == [
        ("resident:receivable", "never:peace", "debit", 120),
        ("fund:peace:held", "never:peace", "credit", 120),
    ]
    assert owed_by_resident(session, zhang.id) == {"peace": 120}
    # 120 are with the shop and 120 are owed: together nothing is outstanding, and no money moved.
    assert figures(session, peace) == (380, 120, 0, 500)
    assert left_to_force(session, wrong.id) == 0


def test_a_rejection_books_nothing_and_the_same_may_be_asked_again(session: Session) -> None:
    fund(session, available=500)
    wrong = spent_award(session, 120)
    matter = rejected(session, asked(session, wrong))
    assert (matter.state, matter.note, matter.entry_id) == (MatterState.REJECTED, "不妥", None)
    assert owed_by_resident(session, wrong.resident_id) == {}
    assert asked(session, wrong, 20).state is MatterState.ASKED


def test_what_the_lot_still_holds_is_taken_back_first(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    spend(session, zhang, 100)
    assert left_to_force(session, wrong.id) == 0
    with pytest.raises(TakeBackFirstError) as refused:
        asked(session, wrong)
    assert (refused.value.award_id, refused.value.left) == (wrong.id, 20)
    claw_back(session, award_id=wrong.id, reason="x", actor=OFFICER, now=NOON)
    assert left_to_force(session, wrong.id) == 100
    with pytest.raises(ForcedTooMuchError) as too_much:
        asked(session, wrong, 101)
    assert (too_much.value.award_id, too_much.value.left) == (wrong.id, 100)
    assert asked(session, wrong).amount == 100


def test_an_award_is_forced_in_parts_up_to_what_it_paid(session: Session) -> None:
    fund(session, available=500)
    wrong = spent_award(session, 120)
    approved(session, asked(session, wrong, 50))
    approved(session, asked(session, wrong, 70))
    assert wrong.forced_total == 120
    with pytest.raises(ForcedTooMuchError):
        asked(session, wrong)


def test_what_is_owed_for_an_award_is_not_taken_back_when_the_lot_fills_again(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = spent_award(session, 120, to=zhang)
    approved(session, asked(session, wrong, 100))
    awarded(session, zhang, 60)
    assert left_to_claw_back(session, wrong.id) == 20
    assert claw_back(session, award_id=wrong.id, reason="x", actor=OFFICER, now=NOON).amount == 20
    other = spent_award(session, 80)
    approved(session, asked(session, other))
    awarded(session, people.get_resident(session, other.resident_id), 80)
    with pytest.raises(NothingToClawBackError):
        claw_back(session, award_id=other.id, reason="x", actor=OFFICER, now=NOON)


def test_what_expired_is_back_and_is_not_owed(session: Session) -> None:
    peace = fund(session, available=500, expiry_rule="months:1")
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    spend(session, zhang, 100)
    late = NOON + timedelta(days=60)
    expire_lots(session, now=late)
    assert figures(session, peace)[0] == 400
    assert left_to_force(session, wrong.id) == 100
    assert asked(session, wrong, now=late).amount == 100


def test_the_same_is_asked_for_once_at_a_time(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong, other = spent_award(session, 120, to=zhang), spent_award(session, 50, to=zhang)
    first = asked(session, wrong, 10)
    with pytest.raises(MatterOpenError) as refused:
        asked(session, wrong, 10)
    assert refused.value.matter_id == first.id
    assert asked(session, other).amount == 50


def test_nobody_decides_what_they_asked_for(session: Session) -> None:
    fund(session, available=500)
    matter = asked(session, spent_award(session, 120))
    for decide in (approved, rejected):
        with pytest.raises(SamePersonError) as refused:
            decide(session, matter, actor=ASKING)
        assert refused.value.actor == ASKING
    session.refresh(matter)
    assert matter.state is MatterState.ASKED


def test_nobody_asks_or_decides_for_themselves_or_their_household(session: Session) -> None:
    fund(session, available=500)
    # Builders give all residents one phone, as members of a household may have.
    wrong, relative = spent_award(session, 120), resident(session)
    elsewhere = people.register_resident(
        session, name="李四", phone="13900000002", unit_code="140881", vault=vault(), now=NOON
    )
    keys = {
        name: people.create_key(session, role=Role.RESIDENT, name=name, now=NOON, resident_id=resident_id)[0]
        for name, resident_id in (("own", wrong.resident_id), ("kin", relative.id), ("other", elsewhere.id))
    }
    actors = {name: f"person:{key.person_id.hex}" for name, key in keys.items()}
    for actor in (actors["own"], actors["kin"], f"resident:{wrong.resident_id.hex}"):
        with pytest.raises(SamePersonError):
            receivables.ask_forced_correction(session, award_id=wrong.id, reason="x", actor=actor, now=NOON)
    matter = asked(session, wrong)
    for name in ("own", "kin"):
        with pytest.raises(SamePersonError):
            approved(session, matter, actor=actors[name])
        session.expire_all()
    assert approved(session, matter, actor=actors["other"]).state is MatterState.APPROVED
    assert not people.is_of_household(session, actor="system", resident=relative)


def vault() -> people.PhoneVault:
    """Return a vault with keys of its own."""
    return people.PhoneVault(people.new_phone_keys())


def test_a_matter_is_decided_once(session: Session) -> None:
    fund(session, available=500)
    matter = approved(session, asked(session, spent_award(session, 120)))
    for decide in (approved, rejected):
        with pytest.raises(MatterDecidedError) as refused:
            decide(session, matter)
        assert (refused.value.matter_id, refused.value.state) == (matter.id, "approved")


def test_what_is_no_matter_is_not_decided(session: Session) -> None:
    fund(session, available=500)
    matter = asked(session, spent_award(session, 120))
    for matter_id, kind in ((new_id(), FORCED), (matter.id, MatterKind.WAIVER)):
        with pytest.raises(MatterUnknownError):
            receivables.approve(session, matter_id=matter_id, kind=kind, actor=DECIDING, now=NOON)
        with pytest.raises(MatterUnknownError):
            receivables.get_matter(session, matter_id, kind)
    assert receivables.get_matter(session, matter.id) is matter


def test_a_reversed_award_owes_nothing(session: Session) -> None:
    fund(session, available=500)
    undone = awarded(session, resident(session), 120)
    assert undone.entry_id is not None
    ledger.reverse(session, entry_id=undone.entry_id, actor=OTHER_OFFICER, now=NOON)
    assert left_to_force(session, undone.id) == 0
    with pytest.raises(AlreadyReversedError):
        asked(session, undone)


def test_an_award_that_is_not_posted_owes_nothing(session: Session) -> None:
    fund(session, available=500)
    waiting = Award(
        resident_id=resident(session).id,
        fund_code="peace",
        amount=5,
        reason="巡逻",
        status=AwardStatus.PENDING_APPROVAL,
        granted_by=OFFICER,
        granted_at=NOON,
    )
    session.add(waiting)
    session.flush()
    assert left_to_force(session, waiting.id) == 0
    with pytest.raises(ForcedTooMuchError):
        asked(session, waiting)


def test_who_has_left_owes_nothing_new(session: Session) -> None:
    fund(session, available=500)
    wrong, late = spent_award(session, 120), spent_award(session, 30)
    matter = asked(session, wrong)
    for award in (wrong, late):
        receivables.close_resident(session, resident_id=award.resident_id, reason="迁出", actor=OFFICER, now=NOON)
    assert left_to_force(session, late.id) == 0
    with pytest.raises(ResidentLeftError):
        asked(session, late)
    with pytest.raises(ResidentLeftError) as refused:
        approved(session, matter)
    assert refused.value.resident_id == wrong.resident_id


def test_an_approval_looks_again_at_what_is_left(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = spent_award(session, 120, to=zhang)
    matter = asked(session, wrong)
    awarded(session, zhang, 30)
    session.commit()
    with pytest.raises(TakeBackFirstError):
        approved(session, matter)
    session.rollback()
    claw_back(session, award_id=wrong.id, reason="x", actor=OFFICER, now=NOON)
    with pytest.raises(ForcedTooMuchError) as refused:
        approved(session, matter)
    assert refused.value.left == 90


def test_a_forced_correction_needs_an_award_an_amount_and_a_reason(session: Session) -> None:
    fund(session, available=500)
    wrong = spent_award(session, 120)
    with pytest.raises(AwardUnknownError):
        left_to_force(session, new_id())
    for amount in (0, -1):
        with pytest.raises(AmountOutOfRangeError):
            asked(session, wrong, amount)
    with pytest.raises(TextRefusedError):
        receivables.ask_forced_correction(session, award_id=wrong.id, reason=" ", actor=ASKING, now=NOON)
    matter = asked(session, wrong)
    with pytest.raises(TextRefusedError):
        receivables.reject(session, matter_id=matter.id, kind=FORCED, note="x" * 501, actor=DECIDING, now=NOON)


def test_a_note_may_be_left_out_and_calls_are_remembered(session: Session) -> None:
    fund(session, available=500)
    wrong = spent_award(session, 120)
    asking, deciding = (Call(actor, "POST", "k", {}) for actor in (ASKING, DECIDING))
    matter = receivables.ask_forced_correction(
        session, award_id=wrong.id, reason="x", actor=ASKING, now=NOON, call=asking
    )
    done = receivables.approve(session, matter_id=matter.id, kind=FORCED, actor=DECIDING, now=NOON, call=deciding)
    assert (recall_call(session, asking), recall_call(session, deciding)) == (matter.id, matter.id)
    assert (done.note, lots_of(session, people.get_resident(session, wrong.resident_id))) == ("", {})


def test_matters_are_listed_newest_first_and_by_what_they_are(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong, other = spent_award(session, 120, to=zhang), spent_award(session, 40)
    first, second, third = (
        approved(session, asked(session, wrong, 20)),
        asked(session, wrong, 10),
        asked(session, other),
    )

    def listed(**query: Any) -> list[Matter]:
        return receivables.list_matters(session, **query).items

    assert listed() == [third, second, first]
    assert listed(state=MatterState.ASKED) == [third, second]
    assert listed(kind=MatterKind.WAIVER) == []
    assert listed(resident_id=zhang.id) == listed(award_id=wrong.id) == [second, first]
    assert listed(within_path="140881/") == [third, second, first]
    assert listed(within_path=("999/",)) == []
    page = receivables.list_matters(session, limit=2)
    assert (page.items, page.next_before) == ([third, second], second.id)
    assert receivables.list_matters(session, limit=2, before=page.next_before).items == [first]
