"""Lists of awards: all or none."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

import ledger
from awards import (
    BATCH_LINES_MAX,
    Award,
    AwardBatch,
    AwardBatchUnknownError,
    AwardStatus,
    BadLine,
    BatchLine,
    BatchLinesError,
    BatchSizeError,
    FundEndedError,
    FundExhaustedError,
    FundUnknownError,
    LineFault,
    award_batch,
    check_lines,
    fund_position,
    get_batch,
    list_awards,
)
from ledger import AMOUNT_MAX, AccountState, Call, new_id, recall_call
from people import NewResident, TextRefusedError, register_residents
from tests.awards.builders import COUNTY, OFFICER, VAULT, at_once, available, awarded, fund, lots_of, resident
from tests.clock import NOON


def batch(session: Session, *lines: tuple[UUID, int], fund_code: str = "peace") -> AwardBatch:
    """Award a list of residents' ids and amounts."""
    return award_batch(
        session,
        fund_code=fund_code,
        reason="第二季度巡逻",
        lines=[BatchLine(*line) for line in lines],
        actor=OFFICER,
        now=NOON,
    )


def count_of_awards(session: Session) -> int:
    """Return how many awards there are."""
    return session.scalar(select(func.count()).select_from(Award)) or 0


def test_a_batch_awards_every_line_with_an_entry_of_its_own(session: Session) -> None:
    peace, zhang, li = fund(session, available=500), resident(session), resident(session)
    made = batch(session, (zhang.id, 100), (li.id, 50))
    assert get_batch(session, made.id) is made
    assert (made.fund_code, made.reason, made.count, made.total) == ("peace", "第二季度巡逻", 2, 150)
    assert (made.granted_by, made.granted_at) == (OFFICER, NOON)
    assert (lots_of(session, zhang), lots_of(session, li)) == ({"2027-12-31:peace": 100}, {"2027-12-31:peace": 50})
    assert available(session, peace) == 350
    items = list_awards(session, batch_id=made.id).items
    assert [(each.resident_id, each.amount) for each in items] == [(li.id, 50), (zhang.id, 100)]
    for each in items:
        assert (each.fund_code, each.reason, each.status) == ("peace", "第二季度巡逻", AwardStatus.POSTED)
        assert (each.expires_on, each.granted_by, each.granted_at) == (date(2027, 12, 31), OFFICER, NOON)
        assert each.entry_id is not None
        assert ledger.entry(session, each.entry_id).kind == "award"


def test_a_resident_may_appear_twice_and_is_awarded_twice(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    made = batch(session, (zhang.id, 100), (zhang.id, 100), (zhang.id, 1))
    assert (made.count, made.total) == (3, 201)
    assert lots_of(session, zhang) == {"2027-12-31:peace": 201}
    assert [each.amount for each in list_awards(session, resident_id=zhang.id).items] == [1, 100, 100]


def test_a_batch_that_the_fund_does_not_cover_awards_nobody(session: Session) -> None:
    peace, zhang, li = fund(session, available=149), resident(session), resident(session)
    with pytest.raises(FundExhaustedError) as refused:
        batch(session, (zhang.id, 100), (li.id, 50))
    assert (refused.value.wanted, refused.value.available) == (150, 149)
    assert (count_of_awards(session), available(session, peace)) == (0, 149)


def test_every_bad_line_is_named_and_nobody_is_awarded(session: Session) -> None:
    fund(session, available=500)
    zhang, gone, nobody = resident(session), resident(session), new_id()
    ledger.set_account_state(session, gone.available_account_id, AccountState.CLOSED)
    lines = [(zhang.id, 1), (nobody, 1), (gone.id, 1), (zhang.id, 0), (zhang.id, AMOUNT_MAX + 1), (nobody, -1)]
    with pytest.raises(BatchLinesError) as refused:
        batch(session, *lines)
    expected = [
        BadLine(1, nobody, LineFault.RESIDENT_UNKNOWN),
        BadLine(2, gone.id, LineFault.ACCOUNT_CLOSED),
        BadLine(3, zhang.id, LineFault.AMOUNT_OUT_OF_RANGE),
        BadLine(4, zhang.id, LineFault.AMOUNT_OUT_OF_RANGE),
        BadLine(5, nobody, LineFault.RESIDENT_UNKNOWN),
        BadLine(5, nobody, LineFault.AMOUNT_OUT_OF_RANGE),
    ]
    assert list(refused.value.lines) == expected
    assert check_lines(session, [BatchLine(*line) for line in lines]) == expected
    assert count_of_awards(session) == 0


def test_good_lines_have_no_faults(session: Session) -> None:
    assert check_lines(session, [BatchLine(resident(session).id, 1)]) == []


def test_a_frozen_account_takes_its_line(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    ledger.set_account_state(session, zhang.available_account_id, AccountState.FROZEN)
    batch(session, (zhang.id, 5))
    assert lots_of(session, zhang) == {"2027-12-31:peace": 5}


def test_amounts_that_no_number_could_sum_are_refused_as_unfunded(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    with pytest.raises(FundExhaustedError) as refused:
        batch(session, *[(zhang.id, AMOUNT_MAX)] * 2_000)
    assert refused.value.wanted == 2_000 * AMOUNT_MAX


def test_a_batch_has_at_least_one_line_and_at_most_ten_thousand(session: Session) -> None:
    fund(session, available=500)
    for count in (0, BATCH_LINES_MAX + 1):
        with pytest.raises(BatchSizeError) as refused:
            batch(session, *[(new_id(), 1)] * count)
        assert (refused.value.count, refused.value.maximum) == (count, 10_000)


def test_a_batch_needs_a_fund_that_lasts_and_a_reason(session: Session) -> None:
    fund(session, "done", available=500, expiry_rule="on:2026-06-01")
    zhang = resident(session)
    with pytest.raises(FundUnknownError):
        batch(session, (zhang.id, 1), fund_code="water")
    lines = [BatchLine(zhang.id, 1)]
    with pytest.raises(FundEndedError):
        award_batch(session, fund_code="done", reason="x", lines=lines, actor=OFFICER, now=NOON.replace(day=2))
    with pytest.raises(TextRefusedError):
        award_batch(session, fund_code="done", reason="", lines=lines, actor=OFFICER, now=NOON)


def test_a_call_remembers_the_batch_it_made(session: Session) -> None:
    fund(session, available=500)
    call = Call(OFFICER, "POST /awards/batches", "k1", {"items": [1]})
    made = award_batch(
        session,
        fund_code="peace",
        reason="巡逻",
        lines=[BatchLine(resident(session).id, 1)],
        actor=OFFICER,
        now=NOON,
        call=call,
    )
    assert recall_call(session, call) == made.id


def test_an_unknown_batch_is_said_to_be_unknown(session: Session) -> None:
    batch_id = new_id()
    with pytest.raises(AwardBatchUnknownError) as refused:
        get_batch(session, batch_id)
    assert refused.value.batch_id == batch_id


def test_ten_thousand_lines_are_one_batch(session: Session) -> None:
    peace, first = fund(session, available=10_000_000), resident(session)
    newcomers = [NewResident(f"居民{number}", "13800000002", COUNTY) for number in range(2_499)]
    residents = [first, *register_residents(session, newcomers=newcomers, vault=VAULT, now=NOON)]
    made = batch(session, *[(each.id, number) for number in (1, 2, 3, 4) for each in residents])
    assert (made.count, made.total) == (10_000, 25_000)
    assert count_of_awards(session) == 10_000
    assert available(session, peace) == 10_000_000 - 25_000
    assert lots_of(session, residents[-1]) == {"2027-12-31:peace": 10}


def test_a_batch_and_an_award_at_once_take_no_credit_twice(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=100)
        zhang, li = resident(session), resident(session)
        session.commit()

    def many(session: Session) -> object:
        return batch(session, (zhang.id, 40), (li.id, 40))

    def one(session: Session) -> object:
        return awarded(session, li, 60)

    done = at_once(engine, [many, one])
    assert sum(isinstance(each, FundExhaustedError) for each in done) == 1
    with Session(engine) as session:
        position = fund_position(session, "peace")
        assert position.available in {20, 40}
        assert position.is_covered
