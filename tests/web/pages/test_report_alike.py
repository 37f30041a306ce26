"""Is it one of these? What is asked before a report is made, and joining instead, with all that was typed and taken."""

import re
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

import reports
from people import Role
from reports import JoinState, ReportJoin
from tests.web.pages.browser import Browser, browser_of, browser_of_person, sentences_of
from tests.web.pages.test_report_photos import PHOTO, picture, send
from tests.web.pages.test_reporting import SENT, asked
from tests.web.reporting import CATEGORY, VILLAGE, Desk
from tests.web.world import World

HERE = {"lat": "34.86712", "long": "110.44801"}
CARRIED = (
    "category",
    "description",
    "unit",
    "address",
    "lat",
    "long",
    "urgent",
    "name",
    "joint_with",
    "idempotency_key",
)
OFFICE_PHOTO = re.compile(r'<img src="(/office/reports/[0-9a-f-]{36}/photos/[0-9a-f-]{36})"')


@pytest.fixture
def neighbour(world: World, desk: Desk) -> Browser:
    """Return the browser of somebody who writes a report about what another has reported."""
    del desk
    return browser_of(world, world.resident())


@pytest.fixture
def open_one(desk: Desk) -> str:
    """Return the id of a report that is open."""
    return str(desk.sent_in(lat=34.8671, long=110.4482, description="学校门口的井盖没了", address="王家门口")["id"])


def carried(browser: Browser) -> dict[str, str]:
    """Return what the page in between carries along, photos too."""
    assert browser.page is not None
    kept = {"kept": browser.hidden("kept")} if 'name="kept"' in browser.page.text else {}
    return {name: browser.hidden(name) for name in CARRIED} | kept


def joins(world: World, report_id: str) -> list[ReportJoin]:
    """Return who joined a report."""
    return world.seen(lambda session: reports.joins_of(session, UUID(report_id)))


def sent_in(world: World) -> int:
    """Return how many reports came."""
    return len(world.get("/reports", world.administrator).get_json()["items"])


def test_before_a_report_is_made_open_ones_near_by_are_shown_without_their_words(
    world: World, neighbour: Browser, open_one: str
) -> None:
    answer = send(neighbour, picture(), **asked(neighbour, **HERE))

    said = sentences_of(answer)
    assert answer.status_code == 200
    assert "Is it one of these?" in said
    assert "Your report is not sent yet" in said
    assert "1 photo is kept with the form." in said
    assert "very near" in said
    assert f'name="same" value="{open_one}"' in answer.text
    for hidden in ("学校门口", "王家门口"):
        assert hidden not in answer.text
    assert sent_in(world) == 1


def test_no_send_mine_makes_the_report_with_all_that_was_typed_and_taken(
    world: World, neighbour: Browser, open_one: str
) -> None:
    del open_one
    send(neighbour, picture(), **asked(neighbour, **HERE, address="桥头", urgent="1"))

    answer = send(neighbour, **carried(neighbour), looked="1")

    page = neighbour.follow(answer)
    assert SENT.fullmatch(answer.headers["Location"])
    assert len(PHOTO.findall(page.text)) == 1
    for words in ("井盖没了", "桥头", "34.86712"):
        assert words in sentences_of(page)
    assert sent_in(world) == 2


def test_who_reports_together_is_carried_along_and_asked(world: World, neighbour: Browser, open_one: str) -> None:
    del open_one
    other = world.resident()
    send(neighbour, **asked(neighbour, **HERE, joint_with=other.number))

    answer = send(neighbour, **carried(neighbour), looked="1")

    report_id = UUID(answer.headers["Location"].rpartition("/")[2])
    named = world.seen(lambda session: [each.resident_id for each in reports.asked_together(session, report_id)])
    assert named == [other.id]


def test_it_is_this_one_joins_with_words_and_photos_as_evidence_in_two_steps(
    world: World, neighbour: Browser, open_one: str
) -> None:
    send(neighbour, picture(), **asked(neighbour, **HERE, description="还缺了一块"))
    first = send(neighbour, **carried(neighbour), same=open_one)
    assert "Join this report" in sentences_of(first)
    assert "还缺了一块</textarea>" in first.text
    assert "1 photo is kept with the form." in sentences_of(first)

    answer = send(neighbour, path="/me/reports/joining", **carried(neighbour), same=open_one, evidence="还缺了一块")

    page = neighbour.follow(answer)
    assert answer.headers["Location"] == f"/me/reports/{open_one}"
    assert "You follow this report now" in sentences_of(page)
    [joined] = joins(world, open_one)
    assert (joined.evidence, joined.state) == ("还缺了一块", JoinState.ASKED)
    assert sent_in(world) == 1
    # The photo is the join's, for the supervisor alone; the reporter's are not among the joiner's.
    assert PHOTO.findall(page.text) == []
    supervisor = browser_of_person(world, Role.SUPERVISOR)
    [url] = OFFICE_PHOTO.findall(supervisor.get(f"/office/reports/{open_one}").text)
    assert supervisor.get(url).data[:3] == b"\xff\xd8\xff"
    assert browser_of_person(world, Role.DISPATCHER).get(url).status_code == 404
    assert neighbour.get(url.replace("/office/", "/me/")).status_code in {403, 404}


def test_joining_twice_by_the_same_form_is_once_and_by_another_is_refused(
    world: World, neighbour: Browser, open_one: str
) -> None:
    form = asked(neighbour, same=open_one, evidence="")

    first = neighbour.post("/me/reports/joining", **form)
    again = neighbour.post("/me/reports/joining", **form)
    other = neighbour.post("/me/reports/joining", **{**form, "idempotency_key": "another"})

    assert (first.status_code, again.status_code, other.status_code) == (303, 303, 409)
    assert "You follow it already" in sentences_of(other)
    assert [each.state for each in joins(world, open_one)] == [JoinState.FOLLOWING]


def test_photos_alone_are_no_evidence(world: World, neighbour: Browser, open_one: str) -> None:
    form = asked(neighbour, same=open_one, evidence=" ")

    answer = send(neighbour, picture(), path="/me/reports/joining", **form)

    assert answer.status_code == 422
    assert "Say in a few words what the photos show." in sentences_of(answer)
    assert "1 photo is kept with the form." in sentences_of(answer)
    assert joins(world, open_one) == []


def test_ones_own_report_is_shown_as_such_and_cannot_be_joined(desk: Desk, mine: Browser) -> None:
    own = desk.sent_in()["id"]

    page = mine.post("/me/reports/new", **asked(mine))
    assert "your own report" in sentences_of(page)
    assert 'name="same"' not in page.text
    chosen = mine.post("/me/reports/new", **carried(mine), same=own)
    assert "Your own report" in sentences_of(chosen)
    refused = mine.post("/me/reports/joining", **carried(mine), same=own, evidence="x")

    assert refused.status_code == 409
    assert "This report cannot be joined" in sentences_of(refused)


def test_one_that_ended_meanwhile_leaves_the_form_with_what_was_typed(desk: Desk, neighbour: Browser) -> None:
    gone = desk.sent_in()["id"]
    neighbour.post("/me/reports/new", **asked(neighbour))
    desk.step(gone, "rejection", "supervisor", reason="没有")

    for chosen in (gone, "x"):
        answer = neighbour.post("/me/reports/new", **asked(neighbour, same=chosen))
        assert answer.status_code == 404
        assert "There is no such report" in sentences_of(answer)
        assert "井盖没了" in answer.text


def test_a_form_that_names_no_report_joins_none(neighbour: Browser) -> None:
    assert neighbour.post("/me/reports/joining", **asked(neighbour, same="x", evidence="")).status_code == 404


def test_whoever_wants_no_name_is_told_that_joining_takes_one(neighbour: Browser, open_one: str) -> None:
    page = neighbour.post("/me/reports/new", **asked(neighbour, name="anonymous"))
    assert "Is it one of these?" in sentences_of(page)

    chosen = neighbour.post("/me/reports/new", **carried(neighbour), same=open_one)
    assert "You join with your name" in sentences_of(chosen)
    sent = neighbour.post("/me/reports/new", **carried(neighbour), looked="1")
    assert (sent.status_code, "Write this code down" in sentences_of(sent)) == (201, True)


def part(browser: Browser, **asked: str) -> TestResponse:
    """Ask what may be the same, as a script does while the form is filled in."""
    return browser.post_part("/me/reports/suggestions", **asked)


def test_while_writing_a_part_of_the_page_shows_them(neighbour: Browser, open_one: str) -> None:
    neighbour.get("/me/reports/new")

    found = part(neighbour, category=CATEGORY, unit=VILLAGE, **HERE)

    assert f'name="same" value="{open_one}"' in found.text
    assert 'data-pin="34.867,110.448"' in found.text
    assert 'name="looked" value="1"' in found.text
    assert "<html" not in found.text
    assert "data-middle" not in found.text
    # Without a position the map goes to where the unit lies.
    assert 'data-middle="34.867,110.448"' in part(neighbour, category=CATEGORY, unit=VILLAGE).text
    nothing = part(neighbour, category="C0201", unit=VILLAGE, **HERE)
    assert ("same" in nothing.text, 'name="looked"' in nothing.text) == (False, True)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"category": "nothing", "unit": VILLAGE},
        {"category": CATEGORY, "unit": "nowhere"},
        {"category": CATEGORY, "lat": "x"},
    ],
)
def test_what_names_no_place_or_kind_shows_nothing_and_is_not_taken_for_looked_at(
    neighbour: Browser, asked: dict[str, str]
) -> None:
    neighbour.get("/me/reports/new")

    answer = part(neighbour, **asked)

    assert (answer.status_code, answer.text) == (200, "")
