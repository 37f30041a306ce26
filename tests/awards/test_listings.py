"""Finding awards and batches again."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from awards import (
    AwardBatch,
    AwardUnknownError,
    BatchLine,
    EntryReason,
    award_batch,
    awarded_between,
    claw_back,
    get_award,
    list_awards,
    list_batches,
    reasons_of_entries,
)
from ledger import new_id
from people import Resident
from tests.awards.builders import COUNTY, OFFICER, awarded, fund, resident
from tests.clock import NOON


def batch(session: Session, to: Resident, *amounts: int, fund_code: str = "peace") -> AwardBatch:
    """Award a resident several amounts in one batch."""
    lines = [BatchLine(to.id, amount) for amount in amounts]
    return award_batch(session, fund_code=fund_code, reason="第二季度", lines=lines, actor=OFFICER, now=NOON)


def newest_first(*ids: UUID) -> list[UUID]:
    """Return ids as lists show them; those of one millisecond have no order of their own."""
    return sorted(ids, reverse=True)


def test_awards_are_listed_newest_first_page_by_page(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    ids = newest_first(*[awarded(session, zhang, amount).id for amount in range(1, 6)])
    seen: list[UUID] = []
    before: UUID | None = None
    sizes: list[int] = []
    while not sizes or before is not None:
        page = list_awards(session, limit=2, before=before)
        seen += [each.id for each in page.items]
        sizes.append(len(page.items))
        before = page.next_before
    assert (seen, sizes) == (ids, [2, 2, 1])


def test_a_full_last_page_has_none_after_it(session: Session) -> None:
    fund(session, available=500)
    awarded(session, resident(session), 1)
    assert list_awards(session, limit=1).next_before is None


def test_awards_are_found_by_resident_fund_and_batch(session: Session) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire", available=500)
    zhang, li = resident(session), resident(session)
    first = awarded(session, zhang, 1)
    second = awarded(session, li, 2, fund_code="fire")
    third = batch(session, zhang, 3, 4)
    everything = list_awards(session).items
    assert len(everything) == 4
    assert [each.id for each in everything if each.batch_id is None] == newest_first(first.id, second.id)
    assert sorted(each.amount for each in list_awards(session, resident_id=zhang.id).items) == [1, 3, 4]
    assert [each.id for each in list_awards(session, fund_code="fire").items] == [second.id]
    assert [each.amount for each in list_awards(session, batch_id=third.id).items] == [4, 3]
    assert list_awards(session, resident_id=li.id, fund_code="peace").items == []


def test_awards_are_found_by_when_they_were_granted(session: Session) -> None:
    fund(session, available=500)
    awarded(session, resident(session), 1)
    hour = timedelta(hours=1)
    for since, until, count in (
        (NOON, None, 1),
        (NOON + hour, None, 0),
        (None, NOON, 0),
        (None, NOON + hour, 1),
        (NOON, NOON + hour, 1),
    ):
        assert len(list_awards(session, since=since, until=until).items) == count


def test_batches_are_listed_newest_first_page_by_page(session: Session) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire", available=500)
    zhang = resident(session)
    ids = newest_first(*[batch(session, zhang, amount).id for amount in (1, 2, 3)])
    other = batch(session, zhang, 4, fund_code="fire")
    first = list_batches(session, fund_code="peace", limit=2)
    assert [each.id for each in first.items] == ids[:2]
    second = list_batches(session, fund_code="peace", limit=2, before=first.next_before)
    assert ([each.id for each in second.items], second.next_before) == (ids[2:], None)
    assert [each.id for each in list_batches(session).items] == newest_first(*ids, other.id)
    assert len(list_batches(session, granted_by=OFFICER).items) == 4
    assert list_batches(session, granted_by="nobody").items == []


def test_an_unknown_award_is_said_to_be_unknown(session: Session) -> None:
    award_id = new_id()
    with pytest.raises(AwardUnknownError) as refused:
        get_award(session, award_id)
    assert refused.value.award_id == award_id


def test_what_was_awarded_in_a_time_is_summed_its_end_not_included(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    hour = timedelta(hours=1)
    assert awarded_between(session, since=NOON, until=NOON + hour) == 0
    for amount, now in ((1, NOON - hour), (2, NOON), (4, NOON + hour / 2), (8, NOON + hour)):
        awarded(session, zhang, amount, now=now)
    assert awarded_between(session, since=NOON, until=NOON + hour) == 6


def test_the_reasons_behind_entries_are_found_for_awards_and_claw_backs_only(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong, right = awarded(session, zhang, 10), awarded(session, zhang, 20)
    taken = claw_back(session, award_id=wrong.id, reason="报错人", actor=OFFICER, now=NOON)
    assert wrong.entry_id is not None
    assert right.entry_id is not None
    assert reasons_of_entries(session, [wrong.entry_id, taken.entry_id, new_id()]) == {
        wrong.entry_id: EntryReason(wrong.id, "巡逻三次"),
        taken.entry_id: EntryReason(wrong.id, "报错人"),
    }
    assert reasons_of_entries(session, []) == {}


def test_awards_are_listed_below_a_unit(session: Session) -> None:
    fund(session, available=100)
    zhang = resident(session)
    made = awarded(session, zhang, 1)
    assert [each.id for each in list_awards(session, within_path=f"{COUNTY}/").items] == [made.id]
    assert list_awards(session, within_path=f"{COUNTY}/1/").items == []
