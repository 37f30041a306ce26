"""The responsibility list: read from a file, checked line by line, published whole in versions."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import people
from people import Level
from responsibilities import (
    Category,
    CategoryKind,
    CategoryUnknownError,
    ListFault,
    ResponsibilitiesFileError,
    ResponsibilitiesUnknownError,
    Severity,
    categories,
    changes_of,
    get_category,
    get_version,
    list_in_force,
    list_versions,
    packaged_responsibilities,
    publish_responsibilities,
    read_responsibilities,
    write_responsibilities,
)
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
    assert get_version(town, 1).number == 1
    with pytest.raises(ResponsibilitiesUnknownError) as refused:
        get_version(town, 3)
    assert refused.value.number == 3


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
    ("data", "line", "fault"),
    [
        (b"", 1, ListFault.HEADER),
        (HEADER.encode("utf-16"), 1, ListFault.NO_TEXT),
        (file(ROADS, HOLE).replace("缺".encode(), b"\xff"), 3, ListFault.NO_TEXT),
        (file(ROADS, '"C0101,C01'), 3, ListFault.BROKEN_CSV),
        (file("C01,,component"), 2, ListFault.FIELD_COUNT),
        (file(ROADS.replace("C01", "c01")), 2, ListFault.CODE),
        (file(ROADS.replace("C01", "C" * 17)), 2, ListFault.CODE),
        (file(ROADS.replace("component", "thing")), 2, ListFault.KIND),
        (file(ROADS.replace("道路", " ")), 2, ListFault.NAME),
        (file(ROADS.replace("道路", "路" * 101)), 2, ListFault.NAME),
        (file(ROADS.replace("Roads", "\u202eR")), 2, ListFault.NAME),
        (file(ROADS.replace("Roads", "=1+1")), 2, ListFault.FORMULA),
        (file(ROADS.replace("道路", "＠路")), 2, ListFault.FORMULA),
        (file(ROADS[:-1] + "yes"), 2, ListFault.PRIVATE),
        (file(ROADS, HOLE.replace(",3,2,1,", ",3,,1,")), 3, ListFault.DAYS_NO_NUMBERS),
        (file(ROADS, HOLE.replace(",3,2,1,", ",3,2,-1,")), 3, ListFault.DAYS_NO_NUMBERS),
        (file(ROADS, HOLE.replace(",3,2,1,", ",3,2,0,")), 3, ListFault.DAYS_OUT_OF_RANGE),
        (file(ROADS, HOLE.replace(",3,2,1,", ",251,2,1,")), 3, ListFault.DAYS_OUT_OF_RANGE),
        (file(ROADS, HOLE.replace(",3,2,1,", ",2,3,1,")), 3, ListFault.DAYS_GROW),
        (file(ROADS, HOLE.replace(",3,2,1,,", ",3,2,1,0,")), 3, ListFault.DAYS_OUT_OF_RANGE),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line_and_the_reason(data: bytes, line: int, fault: ListFault) -> None:
    with pytest.raises(ResponsibilitiesFileError) as refused:
        read_responsibilities(data)
    assert (refused.value.line, refused.value.fault) == (line, fault)


@pytest.mark.parametrize(
    ("lines", "line", "fault"),
    [
        ([], 1, ListFault.EMPTY),
        ([ROADS], 2, ListFault.NOTHING_BELOW),
        ([ROADS, HOLE, HOLE], 4, ListFault.CODE_TWICE),
        ([HOLE, ROADS], 2, ListFault.PARENT),
        ([ROADS, HOLE, HOLE.replace("C0101,C01", "C010101,C0101")], 4, ListFault.PARENT),
        ([ROADS, HOLE.replace("component", "event")], 3, ListFault.OTHER_KIND),
        ([ROADS, HOLE.replace("140881-D01", "")], 3, ListFault.NO_OWNER),
        ([ROADS, HOLE.replace(",3,2,1,", ",,,,")], 3, ListFault.NO_OWNER),
        ([ROADS, HOLE.replace("140881-D01", "140881-D09")], 3, ListFault.NO_DEPARTMENT),
        ([ROADS, HOLE.replace("140881-D01", "140881001")], 3, ListFault.NO_DEPARTMENT),
        ([ROADS, HOLE.replace("140881-D01", "\x00")], 3, ListFault.NO_DEPARTMENT),
        ([ROADS.replace(",,,,,", ",140881-D01,,,,"), HOLE], 2, ListFault.TOP_WITH_OWNER),
    ],
)
def test_a_list_with_a_fault_is_not_published(
    town: Session, publish: Callable[..., int], lines: list[str], line: int, fault: ListFault
) -> None:
    with pytest.raises(ResponsibilitiesFileError) as refused:
        publish(*lines)
    assert (refused.value.line, refused.value.fault) == (line, fault)
    assert list_versions(town) == []


def test_a_list_of_excel_for_chinese_windows_is_read_as_well(town: Session, publish: Callable[..., int]) -> None:
    del town
    publish(ROADS, HOLE)
    assert read_responsibilities(file(ROADS, HOLE).decode().encode("gb18030")) == read_responsibilities(
        file(ROADS, HOLE)
    )


def test_rows_in_which_nothing_stands_are_no_lines() -> None:
    assert len(read_responsibilities(file(ROADS, "", "," * 10, HOLE, ", ,,,,,,,,,"))) == 2


def test_what_a_list_would_change_is_known_before_it_is_published(town: Session, publish: Callable[..., int]) -> None:
    lines = [ROADS, HOLE, TROUBLE, FAMILY]
    everything = changes_of(town, read_responsibilities(file(*lines)))
    assert [len(each) for each in (everything.new, everything.changed, everything.left_out)] == [4, 0, 0]
    publish(*lines)
    assert changes_of(town, read_responsibilities(file(*lines))).are_none

    other = [ROADS, HOLE.replace(",3,2,1,", ",5,2,1,"), HOLE.replace("C0101", "C0102")]
    found = changes_of(town, read_responsibilities(file(*other)))

    assert [each.code for each in found.new] == ["C0102"]
    assert [(each.code, each.deadlines and each.deadlines.normal) for each in found.changed] == [("C0101", 5)]
    assert [each.code for each in found.left_out] == ["E01", "E0101"]
    assert not found.are_none
    assert len(list_versions(town)) == 1
    with pytest.raises(ResponsibilitiesFileError):
        changes_of(town, read_responsibilities(file(HOLE)))


def test_the_list_in_force_written_and_published_again_is_no_new_version(session: Session) -> None:
    people.load_units(session, rows=people.packaged_units())
    publish_responsibilities(session, lines=packaged_responsibilities(), actor=OFFICER, now=NOON)
    written = write_responsibilities(categories(session))
    assert publish_responsibilities(session, lines=read_responsibilities(written), actor=OFFICER, now=NOON).number == 1
    # What an older version was is brought back in the same way.
    fewer = [each for each in packaged_responsibilities() if each.code != "C0101"]
    assert publish_responsibilities(session, lines=fewer, actor=OFFICER, now=NOON).number == 2
    older = read_responsibilities(write_responsibilities(categories(session, version=1)))
    assert publish_responsibilities(session, lines=older, actor=OFFICER, now=NOON).number == 3
    assert write_responsibilities(categories(session)) == written


def is_name(text: str) -> bool:
    """Say whether a text is read as a name, and as what it is: composed, and without blanks at its ends."""
    try:
        cleaned = people.clean_text(text, field="name", length_max=100)
    except people.TextRefusedError:
        return False
    return cleaned == text and text[0] not in "=+-@＝＋－＠"


CODES = st.from_regex(r"[0-9A-Z][0-9A-Z-]{0,15}", fullmatch=True)
# What means something in CSV comes often.
CHARACTERS = st.one_of(st.sampled_from("\",;' 甲"), st.characters(exclude_categories=("C", "M", "Zl", "Zp")))
NAMES = st.text(CHARACTERS, min_size=1, max_size=20).map(str.strip).filter(is_name)


@st.composite
def versions(draw: st.DrawFn) -> list[Category]:
    """Draw the categories of a version, in any order."""
    codes = draw(st.lists(CODES, min_size=2, max_size=12, unique=True))
    tops = codes[: draw(st.integers(1, len(codes) - 1))]
    drawn = []
    for code in codes:
        days = sorted(draw(st.lists(st.integers(1, 250), min_size=3, max_size=3)), reverse=True)
        owned = {
            "parent_code": draw(st.sampled_from(tops)),
            "department_code": draw(CODES),
            **dict(zip(("normal_days", "serious_days", "urgent_days"), days, strict=True)),
            "dispatch_days": draw(st.integers(1, 250)),
        }
        common = {"kind": draw(st.sampled_from(CategoryKind)), "is_private": draw(st.booleans())}
        names = {"name": draw(NAMES), "name_en": draw(NAMES)}
        drawn.append(Category(version=1, code=code, **common, **names, **({} if code in tops else owned)))
    return draw(st.permutations(drawn))


@given(version=versions())
def test_what_is_written_is_read_as_what_it_was_each_category_after_the_one_above_it(version: list[Category]) -> None:
    read = read_responsibilities(write_responsibilities(version))
    assert [each.line for each in read] == list(range(2, len(version) + 2))
    listed = [each.code for each in read]
    assert all(each.parent_code is None or each.parent_code in listed[: each.line - 2] for each in read)
    by_code = {each.code: each for each in version}
    assert sorted(listed) == sorted(by_code)
    for each in read:
        was = by_code[each.code]
        days = each.deadlines and (*map(each.deadlines.of, Severity), each.deadlines.dispatch)
        owned = (each.parent_code, each.department_code, days)
        days_were = (was.normal_days, was.serious_days, was.urgent_days, was.dispatch_days) if was.parent_code else None
        assert owned == (was.parent_code, was.department_code, days_were)
        assert (each.kind, each.name, each.name_en) == (was.kind, was.name, was.name_en)
        assert each.is_private is was.is_private


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
