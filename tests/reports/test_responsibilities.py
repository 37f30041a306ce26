"""The responsibility list: read from a file, checked line by line, published whole in versions."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import people
from people import Level
from reports import (
    CategoryKind,
    CategoryUnknownError,
    ResponsibilitiesFileError,
    ResponsibilitiesUnknownError,
    Severity,
    categories,
    get_category,
    list_in_force,
    list_versions,
    packaged_responsibilities,
    publish_responsibilities,
    read_responsibilities,
)
from reports.model import Category
from tests.clock import NOON

OFFICER = "person:0a"
HEADER = "code,parent_code,kind,name,name_en,department,normal_days,serious_days,urgent_days,dispatch_days,private"
ROADS = "C01,,component,道路,Roads,,,,,,0"
HOLE = "C0101,C01,component,井盖缺失,Missing manhole cover,140881-D01,3,2,1,,0"
TROUBLE = "E01,,event,矛盾纠纷,Disputes,,,,,,0"
FAMILY = "E0101,E01,event,家庭纠纷,Family dispute,140881-D02,15,7,1,2,1"


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


@pytest.fixture
def town(session: Session) -> Session:
    """Return a session whose database knows a county, a town and two departments."""
    people.add_unit(session, code="140881", parent_code=None, level=Level.COUNTY, name="永济市")
    people.add_unit(session, code="140881001", parent_code="140881", level=Level.TOWN, name="城西街道")
    for code, name in (("140881-D01", "城市管理局"), ("140881-D02", "司法局")):
        people.add_unit(session, code=code, parent_code="140881", level=Level.DEPARTMENT, name=name)
    return session


@pytest.fixture
def publish(town: Session) -> Callable[..., int]:
    """Return what publishes lines and tells the number of the version in force."""

    def publish(*lines: str) -> int:
        read = read_responsibilities(file(*lines))
        return publish_responsibilities(town, lines=read, actor=OFFICER, now=NOON).number

    return publish


def test_a_published_list_says_who_answers_and_by_when(town: Session, publish: Callable[..., int]) -> None:
    assert publish(ROADS, HOLE, TROUBLE, FAMILY) == 1
    assert [each.code for each in categories(town)] == ["C01", "C0101", "E01", "E0101"]
    family = get_category(town, "E0101")
    assert (family.kind, family.department_code, family.is_private) == (CategoryKind.EVENT, "140881-D02", True)
    assert (family.normal_days, family.serious_days, family.urgent_days, family.dispatch_days) == (15, 7, 1, 2)
    (version,) = list_versions(town)
    assert (version.number, version.published_by, version.published_at) == (1, OFFICER, NOON)


def test_who_gives_it_on_has_one_working_day_where_the_list_says_nothing() -> None:
    *_, hole = read_responsibilities(file(ROADS, HOLE))
    assert hole.deadlines is not None
    assert hole.deadlines.dispatch == 1
    assert [hole.deadlines.of(severity) for severity in Severity] == [3, 2, 1]


def test_the_newest_version_is_in_force_and_earlier_ones_stay(town: Session, publish: Callable[..., int]) -> None:
    publish(ROADS, HOLE)
    assert publish(ROADS, HOLE.replace(",3,2,1,", ",5,2,1,")) == 2
    assert list_in_force(town).number == 2
    assert [get_category(town, "C0101", version=number).normal_days for number in (1, 2)] == [3, 5]
    assert get_category(town, "C0101").normal_days == 5
    assert [each.number for each in list_versions(town)] == [2, 1]


def test_the_same_list_again_is_no_new_version(town: Session, publish: Callable[..., int]) -> None:
    publish(ROADS, HOLE, TROUBLE, FAMILY)
    assert publish(TROUBLE, FAMILY, ROADS, HOLE) == 1
    assert len(list_versions(town)) == 1


def test_before_anything_is_published_nothing_can_be_reported(town: Session) -> None:
    assert categories(town) == []
    with pytest.raises(ResponsibilitiesUnknownError):
        list_in_force(town)
    with pytest.raises(CategoryUnknownError):
        get_category(town, "C0101")


@pytest.mark.parametrize("code", ["C01", "C0199", "", "\x00", "c0101"])
def test_only_what_has_an_owner_is_a_category_to_report_under(
    town: Session, publish: Callable[..., int], code: str
) -> None:
    publish(ROADS, HOLE)
    with pytest.raises(CategoryUnknownError) as refused:
        get_category(town, code)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "header"),
        (HEADER.encode("utf-16"), 1, "UTF-8"),
        (file(ROADS, '"C0101,C01'), 3, "unexpected end"),
        (file("C01,,component"), 2, "3 fields"),
        (file(ROADS.replace("C01", "c01")), 2, "A-Z"),
        (file(ROADS.replace("C01", "C" * 17)), 2, "A-Z"),
        (file(ROADS.replace("component", "thing")), 2, "component, event"),
        (file(ROADS.replace("道路", " ")), 2, "name"),
        (file(ROADS[:-1] + "yes"), 2, "private"),
        (file(ROADS, HOLE.replace(",3,2,1,", ",3,,1,")), 3, "whole numbers"),
        (file(ROADS, HOLE.replace(",3,2,1,", ",3,2,-1,")), 3, "whole numbers"),
        (file(ROADS, HOLE.replace(",3,2,1,", ",3,2,0,")), 3, "from 1 to 250"),
        (file(ROADS, HOLE.replace(",3,2,1,", ",251,2,1,")), 3, "from 1 to 250"),
        (file(ROADS, HOLE.replace(",3,2,1,", ",2,3,1,")), 3, "grow"),
        (file(ROADS, HOLE.replace(",3,2,1,,", ",3,2,1,0,")), 3, "from 1 to 250"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line_and_the_reason(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(ResponsibilitiesFileError, match=reason) as refused:
        read_responsibilities(data)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ([], 1, "empty"),
        ([ROADS], 2, "nothing stands below"),
        ([ROADS, HOLE, HOLE], 4, "earlier line"),
        ([HOLE, ROADS], 2, "no category at the top"),
        ([ROADS, HOLE, HOLE.replace("C0101,C01", "C010101,C0101")], 4, "no category at the top"),
        ([ROADS, HOLE.replace("component", "event")], 3, "above it"),
        ([ROADS, HOLE.replace("140881-D01", "")], 3, "no owner"),
        ([ROADS, HOLE.replace(",3,2,1,", ",,,,")], 3, "no days"),
        ([ROADS, HOLE.replace("140881-D01", "140881-D09")], 3, "no department"),
        ([ROADS, HOLE.replace("140881-D01", "140881001")], 3, "no department"),
        ([ROADS.replace(",,,,,", ",140881-D01,,,,"), HOLE], 2, "neither an owner nor days"),
    ],
)
def test_a_list_with_a_fault_is_not_published(
    town: Session, publish: Callable[..., int], lines: list[str], line: int, reason: str
) -> None:
    with pytest.raises(ResponsibilitiesFileError, match=reason) as refused:
        publish(*lines)
    assert refused.value.line == line
    assert list_versions(town) == []


def test_the_database_takes_no_category_without_an_owner(town: Session, publish: Callable[..., int]) -> None:
    publish(ROADS, HOLE)
    ownerless = Category(
        version=1,
        code="C0102",
        parent_code="C01",
        kind=CategoryKind.COMPONENT,
        name="甲",
        name_en="A",
        is_private=False,
    )
    town.add(ownerless)
    with pytest.raises(IntegrityError, match="leaves_have_an_owner"):
        town.flush()


def test_the_packaged_list_is_published_with_the_packaged_units(session: Session) -> None:
    people.load_units(session, rows=people.packaged_units())
    publish_responsibilities(session, lines=packaged_responsibilities(), actor=OFFICER, now=NOON)
    owned = [each for each in categories(session) if each.parent_code]
    assert len(owned) >= 100
    assert len({each.department_code for each in owned}) >= 25
    assert {each.kind for each in owned} == set(CategoryKind)
    assert 0 < sum(each.is_private for each in owned) < len(owned) / 2
