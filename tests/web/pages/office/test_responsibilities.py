"""The responsibility list on the office's pages: looked at, published, downloaded and brought again."""

import base64
import io
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from people import Role
from responsibilities import categories, list_versions, packaged_responsibilities, publish_responsibilities
from tests.clock import NOON
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import World

PAGE = "/office/responsibilities"
PACKAGED = Path("responsibilities/data/yongji_responsibilities.csv").read_bytes()
BROKEN_PAVEMENT = "C0102,C01,component,人行道砖破损,Broken pavement,140881-D05,10,5,2,1,0\n".encode()
HOLE = "C0103,C01,component,井盖缺失或破损,Missing or broken manhole cover,140881-D05,2,1,1,1,0\n".encode()
DIFFERENT_HOLE = "C0103,C01,component,井盖丢失,Manhole cover gone,140881-D08,3,2,1,2,1\n".encode()
LAMP = "C0199,C01,component,路灯杆倾斜,Leaning lamp post,140881-D05,5,2,1,1,0\n".encode()
OWN = PACKAGED.replace(BROKEN_PAVEMENT, LAMP).replace(HOLE, DIFFERENT_HOLE)


def bring(officer: Browser, data: bytes, **fields: str) -> TestResponse:
    """Choose a file and send it."""
    officer.get(PAGE)
    return officer.upload(PAGE, {"file": (io.BytesIO(data), "list.csv")}, **fields)


def confirm(officer: Browser) -> TestResponse:
    """Publish what the last page showed."""
    return officer.post(PAGE, **{name: officer.hidden(name) for name in ("list", "in_force", "confirmed")})


def numbers(world: World) -> list[int]:
    return [each.number for each in world.seen(list_versions)]


@pytest.fixture
def town(world: World) -> World:
    """Return a community with the packaged list."""
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0
    return world


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_list_is_looked_at_and_published(world: World, language: str) -> None:
    officer = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    empty = officer.get(PAGE)
    assert ("No responsibility list yet" if language == "en" else "还没有权力清单") in text_of(empty)

    looked_at = bring(officer, PACKAGED)

    assert looked_at.status_code == 200
    assert ("This is the first version." if language == "en" else "这是第一版。") in text_of(looked_at)
    assert numbers(world) == []
    page = officer.follow(confirm(officer))
    assert ("Version 1 is in force." if language == "en" else "第 1 版已生效") in text_of(page)
    assert ("Version 1 in force 李桂兰 · today" if language == "en" else "第 1 版 现行 李桂兰 · 今天") in text_of(page)
    (version,) = world.seen(list_versions)
    assert (version.published_by[:7], version.published_at) == ("person:", NOON)


def test_what_changes_is_shown_before_it_is_published(town: World, officer: Browser) -> None:
    words = text_of(bring(officer, OWN))
    assert "Compared with version 1, which is in force. Nothing is published yet." in words
    assert "New 1 Changed 1 Left out 1" in words
    assert "1 category can no longer be reported" in words
    assert "Broken pavement C0102 永济市住房和城乡建设管理局 · 10 / 5 / 2 working days" in words
    assert "Leaning lamp post C0199 永济市住房和城乡建设管理局 · 5 / 2 / 1 working days" in words
    assert (
        "Missing or broken manhole cover C0103 井盖丢失 · Manhole cover gone · 永济市交通运输局"
        " · 3 / 2 / 1 working days · 2 working days to pass it on · never public"
        " before: 井盖缺失或破损 · Missing or broken manhole cover · 永济市住房和城乡建设管理局"
        " · 2 / 1 / 1 working days · 1 working day to pass it on · —"
    ) in words
    assert numbers(town) == [1]

    page = officer.follow(confirm(officer))

    assert "Version 2 in force" in text_of(page)
    assert "Leaning lamp post" in text_of(officer.get("/responsibilities"))
    assert numbers(town) == [2, 1]


def test_a_version_is_downloaded_and_brought_again_as_it_is(town: World, officer: Browser) -> None:
    bring(officer, OWN)
    confirm(officer)
    for number, words in ((2, "The list in force says the same already."), (1, "New 1 Changed 1 Left out 1")):
        file = officer.get(f"{PAGE}/{number}/list.csv")
        assert file.content_type == "text/csv; charset=utf-8"
        assert file.headers["Content-Disposition"] == f"attachment; filename=responsibilities_{number}.csv"
        assert file.headers["Cache-Control"] == "no-store"
        assert file.data.startswith(b"\xef\xbb\xbfcode,parent_code")
        answer = bring(officer, file.data)
        assert words in text_of(officer.follow(answer) if answer.status_code == 303 else answer)
    confirm(officer)
    assert numbers(town) == [3, 2, 1]
    assert [each.name for each in town.seen(categories) if each.code == "C0103"] == ["井盖缺失或破损"]
    assert officer.get(f"{PAGE}/9/list.csv").status_code == 404


def test_published_twice_it_is_one_version(town: World, officer: Browser) -> None:
    bring(officer, OWN)
    looked_at = officer.page
    for _time in range(2):
        officer.page = looked_at
        assert confirm(officer).status_code == 303
    assert numbers(town) == [2, 1]


def test_what_a_colleague_published_meanwhile_is_looked_at_first(town: World, officer: Browser) -> None:
    bring(officer, OWN)
    fewer = [each for each in packaged_responsibilities() if each.code != "C0101"]
    town.done(lambda session: publish_responsibilities(session, lines=fewer, actor="system", now=NOON))

    answer = confirm(officer)

    words = text_of(answer)
    assert answer.status_code == 409
    assert "Somebody published another version meanwhile" in words
    assert "Compared with version 2" in words
    assert "New 2 Changed 1 Left out 1" in words
    assert numbers(town) == [2, 1]
    assert confirm(officer).status_code == 303
    assert numbers(town) == [3, 2, 1]


@pytest.mark.parametrize("confirmed", ["", "yes"])
def test_a_fault_is_told_with_its_line_and_reason_and_nothing_is_published(town: World, confirmed: str) -> None:
    faults = {
        "en": "Line 6: 140881-D99 is no department of the tree of units. Nothing of it was published.",
        "zh": "第 6 行：单位树中没有编码为 140881-D99 的部门。整份清单都没有发布。",
    }
    faulty = PACKAGED.replace(b"140881-D08,15,7,2,1,0", b"140881-D99,15,7,2,1,0", 1)
    for language, told in faults.items():
        officer = browser_of_person(town, Role.ADMINISTRATOR, language=language)
        answer = bring(officer, faulty, confirmed=confirmed, in_force="1")
        assert (answer.status_code, told in text_of(answer)) == (422, True)
    assert numbers(town) == [1]


def test_what_is_no_file_of_a_list_is_refused(town: World, officer: Browser) -> None:
    for data, told in (
        (b"", "Choose the file with the list."),
        (b" \n", "Choose the file with the list."),
        (b"\x89PNG\r\n\x1a\n\x00", "neither UTF-8 nor GB 18030"),
        (b"a,b\n", "Line 1: the header must be code,parent_code"),
        (PACKAGED + b"\n" * 128 * 1024, "This file is too large: at most 128 kB."),
    ):
        answer = bring(officer, data)
        assert (answer.status_code, told in text_of(answer)) == (422, True), data[:9]
    for sent in ("", "no base64", "é", base64.b64encode(b"a,b\n").decode()):
        assert officer.post(PAGE, list=sent, in_force="1", confirmed="yes").status_code == 422
    assert bring(officer, b"\n" * 2 * 1024 * 1024).status_code == 413
    assert numbers(town) == [1]


def test_a_list_as_large_as_may_be_is_looked_at_and_published(town: World, officer: Browser) -> None:
    bring(officer, OWN + b"\n" * (128 * 1024 - len(OWN)))
    assert confirm(officer).status_code == 303
    assert numbers(town) == [2, 1]


def test_a_list_saved_by_excel_for_chinese_windows_is_taken(town: World, officer: Browser) -> None:
    bring(officer, OWN.decode().replace("\n", "\r\n").encode("gb18030"))
    assert confirm(officer).status_code == 303
    assert [each.name for each in town.seen(categories) if each.code == "C0103"] == ["井盖丢失"]


def test_the_menu_leads_there_whom_it_is_for(town: World, officer: Browser, auditor: Browser) -> None:
    del town
    assert f'href="{PAGE}"' in officer.get("/office").text
    assert f'href="{PAGE}"' not in auditor.get("/office").text
