"""The outbox: what is claimed once, tried again with growing waits, and given up."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from notices import WAITS_S, SendingState, claim_waiting, give_up_late
from people import Resident
from tests.notices.builders import TOWN, Village


def test_what_is_claimed_nobody_else_takes_until_it_is_abandoned(village: Village) -> None:
    to_resident, to_unit = village.tell(), village.tell(unit=TOWN)
    claimed = village.claimed()
    assert {each.notice for each in claimed} == {to_resident, to_unit}
    assert {each.resident and each.resident.id for each in claimed} == {None, village.somebody.resident_id}
    assert village.claimed() == []
    village.pass_by(minutes=9)
    assert village.claimed() == []
    village.pass_by(minutes=2)
    assert len(village.claimed()) == 2


def test_what_was_sent_is_sent_once(village: Village) -> None:
    notice = village.tell()
    village.claimed()
    village.tried(notice.id, is_sent=True)
    assert (notice.sending, notice.sent_at, notice.tries) == (SendingState.SENT, village.at, 1)
    # A run that took it for abandoned comes too late to change anything.
    village.tried(notice.id, is_sent=False)
    assert (notice.sending, notice.tries) == (SendingState.SENT, 1)
    village.pass_by(hours=1)
    assert village.claimed() == []


def test_waits_grow_from_try_to_try_until_it_is_given_up(village: Village) -> None:
    notice = village.tell()
    waited = []
    while notice.sending is SendingState.WAITING:
        assert [each.notice for each in village.claimed()] == [notice]
        village.tried(notice.id, is_sent=False)
        if notice.next_try_at is not None:
            waited.append((notice.next_try_at - village.at).total_seconds())
            village.at = notice.next_try_at - timedelta(seconds=1)
            assert village.claimed() == []
            village.pass_by(seconds=1)
    assert tuple(waited) == WAITS_S
    assert (notice.sending, notice.tries, notice.next_try_at) == (SendingState.GIVEN_UP, len(WAITS_S) + 1, None)


def test_what_is_older_than_three_days_is_given_up(village: Village) -> None:
    late = village.tell()
    village.pass_by(days=3)
    assert give_up_late(village.session, now=village.at) == 0
    fresh = village.tell()
    village.pass_by(seconds=1)
    assert give_up_late(village.session, now=village.at) == 1
    village.session.refresh(late)
    assert late.sending is SendingState.GIVEN_UP
    assert [each.notice for each in village.claimed()] == [fresh]


def test_nothing_is_sent_to_who_has_left_meanwhile(village: Village) -> None:
    notices = [village.tell() for _ in range(3)]
    stays = village.tell(village.resident())
    village.session.execute(
        update(Resident).where(Resident.id == village.somebody.resident_id).values(left_at=village.at)
    )
    village.session.expire_all()
    # Also where the first part holds nobody else.
    assert [each.notice for each in village.claimed(limit=2)] in ([stays], [])
    assert {each.sending for each in notices} == {SendingState.GIVEN_UP}


def test_the_longest_waiting_go_first_and_as_many_as_asked(village: Village) -> None:
    made = []
    for _ in range(3):
        made.append(village.tell())
        village.pass_by(minutes=1)
    assert [each.notice for each in village.claimed(limit=2)] == made[:2]
    assert [each.notice for each in village.claimed(limit=2)] == made[2:]


def test_two_runs_at_once_claim_different_ones(postgres_database: str, engine_at: Callable[[str], Engine]) -> None:
    """SQLite has one writer at a time, so there the second run waits for the first."""
    engine = engine_at(postgres_database)
    with Session(engine) as telling:
        village = Village(telling)
        for _ in range(4):
            village.tell()
        telling.commit()
    with Session(engine) as one, Session(engine) as other:
        first = {each.notice.id for each in claim_waiting(one, now=village.at, limit=2)}
        second = {each.notice.id for each in claim_waiting(other, now=village.at, limit=4)}
        assert (len(first), len(second), first & second) == (2, 2, set())
    engine.dispose()
