"""The tree of units."""

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from people import (
    Level,
    TextRefusedError,
    Unit,
    UnitCodeError,
    UnitExistsError,
    UnitLevelError,
    UnitsFileError,
    UnitUnknownError,
    add_unit,
    child_units,
    find_units,
    get_unit,
    is_within,
    load_units,
    packaged_units,
    read_units,
    units_by_code,
)
from tests.people.builders import COMMUNITY, COUNTY, OTHER_TOWN, TOWN

HEADER = "code,parent_code,level,name\n"


def file(*lines: str) -> bytes:
    return (HEADER + "\n".join(lines)).encode()


def test_the_packaged_units_are_one_county_its_towns_communities_and_departments(session: Session) -> None:
    assert load_units(session, rows=packaged_units()) == 258
    counts = session.execute(select(Unit.level, func.count()).group_by(Unit.level))
    assert dict(counts.all()) == {Level.COUNTY: 1, Level.TOWN: 10, Level.COMMUNITY: 217, Level.DEPARTMENT: 30}


def test_loading_again_changes_nothing(tree: Session) -> None:
    assert load_units(tree, rows=packaged_units()) == 0


def test_loading_again_corrects_names_and_leaves_what_was_added_below(tree: Session) -> None:
    add_unit(tree, code="140881001001-01", parent_code=COMMUNITY, level=Level.GRID, name="第一网格")
    rows = read_units(file(f"{COUNTY},,county,永济", "140882,,county,河津市"))
    assert load_units(tree, rows=rows) == 2
    assert get_unit(tree, COUNTY).name == "永济"
    assert get_unit(tree, "140881001001-01").name == "第一网格"


def test_a_unit_knows_its_way_from_the_root(tree: Session) -> None:
    assert get_unit(tree, COMMUNITY).path == f"{COUNTY}/{TOWN}/{COMMUNITY}/"


def test_grids_and_buildings_can_be_added_below_and_levels_left_out(tree: Session) -> None:
    grid = add_unit(tree, code="G1", parent_code=COMMUNITY, level=Level.GRID, name=" 第一网格 ")
    building = add_unit(tree, code="G1-B7", parent_code="G1", level=Level.BUILDING, name="七号楼")
    lone = add_unit(tree, code="B9", parent_code=COMMUNITY, level=Level.BUILDING, name="九号楼")
    assert grid.name == "第一网格"
    assert building.path == f"{COUNTY}/{TOWN}/{COMMUNITY}/G1/G1-B7/"
    assert [unit.code for unit in child_units(tree, COMMUNITY)] == ["B9", "G1"]
    assert is_within(lone, get_unit(tree, TOWN))


def test_a_subtree_holds_the_unit_itself_and_not_its_neighbour(tree: Session) -> None:
    town = get_unit(tree, TOWN)
    assert is_within(town, town)
    assert not is_within(town, get_unit(tree, OTHER_TOWN))
    assert not is_within(town, get_unit(tree, COMMUNITY))


def test_the_children_of_nothing_are_the_roots(tree: Session) -> None:
    assert [unit.code for unit in child_units(tree, None)] == [COUNTY]
    assert [unit.level for unit in child_units(tree, COUNTY)].count(Level.TOWN) == 10


def test_units_are_found_by_part_of_the_name_or_beginning_of_the_code_within_a_subtree(tree: Session) -> None:
    assert [unit.name for unit in find_units(tree, text="康乐")] == ["康乐社区居委会"]
    assert find_units(tree, text=" 140881001 ")[0].code == TOWN
    assert find_units(tree, text="康乐", within_path=get_unit(tree, OTHER_TOWN).path) == []
    assert find_units(tree, text="%") == []
    assert len(find_units(tree, text="", limit=7)) == 7
    with pytest.raises(TextRefusedError):
        find_units(tree, text="\x00")


@pytest.mark.parametrize("code", ["", "nobody", "140881 ", "\x00", "\ud800", "1" * 33, "140889"])
def test_an_unknown_code_is_refused_whatever_it_is(tree: Session, code: str) -> None:
    with pytest.raises(UnitUnknownError) as refused:
        get_unit(tree, code)
    assert refused.value.code == code


def test_a_unit_is_not_added_twice(tree: Session) -> None:
    with pytest.raises(UnitExistsError) as refused:
        add_unit(tree, code=TOWN, parent_code=COUNTY, level=Level.TOWN, name="城西")
    assert refused.value.code == TOWN


def test_a_code_has_capital_letters_digits_and_hyphens_only(tree: Session) -> None:
    with pytest.raises(UnitCodeError) as refused:
        add_unit(tree, code="a/b", parent_code=COMMUNITY, level=Level.GRID, name="网格")
    assert refused.value.code == "a/b"


@pytest.mark.parametrize(
    ("parent", "level"),
    [(COMMUNITY, Level.TOWN), (COMMUNITY, Level.COMMUNITY), (COUNTY, Level.COUNTY), (None, Level.GRID)],
)
def test_levels_only_go_down(tree: Session, parent: str | None, level: Level) -> None:
    with pytest.raises(UnitLevelError) as refused:
        add_unit(tree, code="X1", parent_code=parent, level=level, name="网格")
    assert refused.value.level is level


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "header"),
        (b"code;parent\n", 1, "header"),
        (file("1,,county"), 2, "3 fields"),
        (file("1,,county,甲", "", "2,1,street,乙"), 4, "level"),
        (file("1,,county,甲", "a,1,town,乙"), 3, "A-Z"),
        (file("1,,county, "), 2, "empty"),
        (file('1,,county,"甲'), 2, "unexpected end"),
        (HEADER.encode() + "1,,county,永济\n".encode("gbk"), 2, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line_and_the_reason(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(UnitsFileError, match=reason) as refused:
        read_units(data)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (["2,1,town,乙", "1,,county,甲"], 2, "parent '1' is neither"),
        (["1,,county,甲", "2,1,county,乙"], 3, "cannot stand under"),
        (["1,,county,甲", "1,,county,甲"], 3, "earlier line"),
        ([f"{TOWN},,county,城西"], 2, "do not move"),
        (["3,,town,丙"], 2, "under nothing"),
    ],
)
def test_rows_that_do_not_fit_the_tree_name_the_line_and_keep_nothing(
    tree: Session, lines: list[str], line: int, reason: str
) -> None:
    with pytest.raises(UnitsFileError, match=reason) as refused:
        load_units(tree, rows=read_units(file(*lines)))
    assert refused.value.line == line
    assert tree.scalar(select(func.count()).select_from(Unit)) == len(packaged_units())


@pytest.mark.parametrize(
    ("parent", "level"), [(COMMUNITY, Level.DEPARTMENT), ("140881-D01", Level.GRID), ("140881-D01", Level.DEPARTMENT)]
)
def test_departments_belong_to_counties_and_towns_and_nothing_stands_below_them(
    tree: Session, parent: str, level: Level
) -> None:
    assert add_unit(tree, code="T1", parent_code=TOWN, level=Level.DEPARTMENT, name="综合执法队").path.endswith("/T1/")
    with pytest.raises(UnitLevelError):
        add_unit(tree, code="X1", parent_code=parent, level=level, name="网格")


def test_a_file_saved_by_a_spreadsheet_with_a_mark_in_front_is_read() -> None:
    rows = read_units(b"\xef\xbb\xbf" + file("1,,county,甲\r\n2,1,town,乙"))
    assert [(row.line, row.code, row.parent_code) for row in rows] == [(2, "1", None), (3, "2", "1")]


def test_a_unit_is_read_once_in_a_transaction_and_anew_in_the_next(tree: Session) -> None:
    tree.commit()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_facts: object) -> None:
        if "units" in statement:
            asked.append(statement)

    event.listen(tree.get_bind(), "before_cursor_execute", note)
    try:
        for _again in range(3):
            assert get_unit(tree, TOWN).name == units_by_code(tree, [TOWN, COMMUNITY])[TOWN].name
        assert len(asked) == 2
        tree.rollback()
        units_by_code(tree, [TOWN, COMMUNITY])
        assert len(asked) == 3
    finally:
        event.remove(tree.get_bind(), "before_cursor_execute", note)


def test_a_unit_that_was_not_to_be_is_not_held(tree: Session) -> None:
    tree.commit()
    add_unit(tree, code="X1", parent_code=TOWN, level=Level.COMMUNITY, name="New")
    assert units_by_code(tree, ["X1"]).keys() == {"X1"}
    tree.rollback()
    assert units_by_code(tree, ["X1"]) == {}
