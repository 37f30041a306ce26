"""Reading notices: everybody their own."""

from uuid import uuid4

import pytest

from ledger import Call, LostRaceError
from notices import NoticeUnknownError, count_unread, get_notice, list_notices, mark_read
from people import Role
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
