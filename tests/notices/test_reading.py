"""Reading notices: everybody their own."""

from uuid import uuid4

import pytest

from ledger import Call, LostRaceError
from notices import NoticeUnknownError, count_unread, get_notice, list_notices, mark_all_read, mark_read
from people import Principal, Role
from tests.notices.builders import COUNTY, OTHER_TOWN, TOWN, Village, officer


def test_residents_read_their_own_and_officers_those_of_their_role_and_subtree(village: Village) -> None:
    own, of_town = village.tell(), village.tell(unit=TOWN)
    of_county = village.tell(unit=COUNTY, role=Role.SUPERVISOR)
    for who, expected in (
        (village.somebody, [own]),
        (village.resident(), []),
        (officer(Role.HANDLER), [of_town]),
        (officer(Role.HANDLER, TOWN), [of_town]),
        (officer(Role.HANDLER, OTHER_TOWN), []),
        (officer(Role.SUPERVISOR), [of_county]),
        (officer(Role.SUPERVISOR, TOWN), []),
        (officer(Role.ADMINISTRATOR), []),
    ):
        assert list_notices(village.session, seen_by=who).items == expected
        assert count_unread(village.session, seen_by=who) == len(expected)
        for notice in {own, of_town, of_county} - set(expected):
            with pytest.raises(NoticeUnknownError):
                mark_read(village.session, notice_id=notice.id, by=who, now=village.at)
    with pytest.raises(NoticeUnknownError):
        get_notice(village.session, uuid4(), seen_by=village.somebody)


def test_what_was_read_stays_read_and_is_read_for_the_whole_unit(village: Village) -> None:
    notice, first, second = village.tell(unit=TOWN), officer(Role.HANDLER), officer(Role.HANDLER, TOWN)
    read = mark_read(village.session, notice_id=notice.id, by=first, now=village.at)
    read_at = village.at
    village.pass_by(hours=1)
    mark_read(village.session, notice_id=notice.id, by=second, now=village.at)
    assert (read.read_at, read.read_by) == (read_at, first.actor)
    assert count_unread(village.session, seen_by=second) == 0
    assert list_notices(village.session, seen_by=second, is_unread=True).items == []
    assert list_notices(village.session, seen_by=second).items == [notice]


def test_the_same_call_reads_once(village: Village) -> None:
    notice = village.tell()
    call = Call(owner=village.somebody.actor, route="read", key="same", asked={})
    mark_read(village.session, notice_id=notice.id, by=village.somebody, now=village.at, call=call)
    with pytest.raises(LostRaceError):
        mark_read(village.session, notice_id=notice.id, by=village.somebody, now=village.at, call=call)


def test_notices_come_in_parts_the_newest_first(village: Village) -> None:
    made = sorted((village.tell() for _ in range(3)), key=lambda notice: notice.id, reverse=True)
    page = list_notices(village.session, seen_by=village.somebody, limit=2)
    assert page.items == made[:2]
    rest = list_notices(village.session, seen_by=village.somebody, limit=2, before=page.next_before)
    assert (rest.items, rest.next_before) == (made[2:], None)


def test_all_are_read_as_far_as_somebody_saw_them(village: Village) -> None:
    first, newest = sorted((village.tell() for _ in range(2)), key=lambda notice: notice.id)
    village.pass_by(seconds=1)
    later, anothers = village.tell(), village.tell(village.resident())
    count = mark_all_read(village.session, newest_id=newest.id, by=village.somebody, now=village.at)
    village.session.expire_all()
    assert (count, first.read_by, newest.read_at) == (2, village.somebody.actor, village.at)
    assert (later.read_at, anothers.read_at) == (None, None)
    assert mark_all_read(village.session, newest_id=newest.id, by=village.somebody, now=village.at) == 0
    with pytest.raises(NoticeUnknownError):
        mark_all_read(village.session, newest_id=anothers.id, by=village.somebody, now=village.at)


def test_the_same_call_reads_all_once(village: Village) -> None:
    newest = village.tell(unit=TOWN)
    by = officer(Role.HANDLER)
    call = Call(owner=by.actor, route="read all", key="same", asked={})
    mark_all_read(village.session, newest_id=newest.id, by=by, now=village.at, call=call)
    with pytest.raises(LostRaceError):
        mark_all_read(village.session, newest_id=newest.id, by=by, now=village.at, call=call)


def test_very_many_are_counted_to_a_bound(village: Village) -> None:
    for _ in range(3):
        village.tell()
        village.tell(unit=TOWN)
    for who in (village.somebody, officer(Role.HANDLER), officer(Role.HANDLER, TOWN)):
        assert [count_unread(village.session, seen_by=who, at_most=most) for most in (2, 3, 9)] == [2, 3, 3]
    both = Principal(actor="p", grants=(*officer(Role.HANDLER).grants, *officer(Role.SUPERVISOR).grants), name="x")
    village.tell(unit=COUNTY, role=Role.SUPERVISOR)
    assert [count_unread(village.session, seen_by=both, at_most=most) for most in (3, 9)] == [3, 4]
