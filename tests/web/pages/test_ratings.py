"""Rating by the reporter: once for each closure, with reopening beside it, and nobody else."""

import pytest

from reports import ReportStatus
from tests.web.pages.browser import Browser, browser_of, sentences_of, text_of
from tests.web.reporting import Desk
from tests.web.world import World


@pytest.fixture
def closed(desk: Desk) -> str:
    """Return the address of a closed report."""
    return f"/me/reports/{desk.brought_to(ReportStatus.CLOSED)}"


def ratings(desk: Desk, path: str) -> list[tuple[int, str | None]]:
    """Return the stars and notes that a report has."""
    report_id = path.rpartition("/")[2]
    items = desk.world.get(f"/reports/{report_id}/ratings", desk.keys["supervisor"]).get_json()["items"]
    return [(each["stars"], each["note"]) for each in items]


def rate(browser: Browser, path: str, **fields: str) -> str:
    """Send the form of the page with these fields, and return what the answer says."""
    browser.get(path)
    sent = {"note": "", "idempotency_key": browser.hidden("idempotency_key")} | fields
    answer = browser.post(f"{path}/rating", **sent)
    return sentences_of(browser.follow(answer) if answer.status_code == 303 else answer)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("How was it dealt with?", "very satisfied", "It is not done", "Once, through 1 Jul")),
        ("zh", ("办得怎么样？", "很满意", "没有办好", "截止到 7月1日")),
    ],
)
def test_a_closed_report_asks_how_it_was_and_offers_to_reopen(
    world: World, desk: Desk, closed: str, language: str, words: tuple[str, ...]
) -> None:
    page = browser_of(world, desk.reporter, language=language).get(closed)
    assert [word for word in words if word not in sentences_of(page)] == []
    assert page.text.count('type="radio" name="stars"') == 5
    assert page.text.count('class="button secondary"><svg') >= 1


def test_before_closure_nothing_is_asked(desk: Desk, mine: Browser) -> None:
    page = mine.get(f"/me/reports/{desk.brought_to(ReportStatus.VERIFIED)}")
    assert 'name="stars"' not in page.text


def test_a_rating_is_given_once_and_thanked_for(desk: Desk, mine: Browser, closed: str) -> None:
    mine.get(closed)
    form = {"stars": "4", "note": " 很快\n谢谢 ", "idempotency_key": mine.hidden("idempotency_key")}
    first, again = mine.post(f"{closed}/rating", **form), mine.post(f"{closed}/rating", **form)
    assert (first.status_code, again.status_code) == (303, 303)
    said = sentences_of(mine.follow(again))
    assert "Thank you. Your rating is taken down." in said
    assert "satisfied 4 stars of 5 很快 谢谢" in said
    assert 'name="stars"' not in mine.get(closed).text
    assert ratings(desk, closed) == [(4, "很快 谢谢")]
    other = mine.post(f"{closed}/rating", **form | {"idempotency_key": "other", "stars": "1"})
    assert (other.status_code, "Rated already" in text_of(other)) == (409, True)
    assert ratings(desk, closed) == [(4, "很快 谢谢")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Fill this in."),
        ({"stars": "6"}, "A rating has 1 to 5 stars."),
        ({"stars": "four"}, "A rating has 1 to 5 stars."),
        ({"stars": "3", "note": "x" * 501}, "This text is too long."),
        ({"stars": "3", "note": "a\0b"}, "characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Desk, mine: Browser, closed: str, fields: dict[str, str], words: str
) -> None:
    said = rate(mine, closed, **{"stars": ""} | fields)
    assert words in said
    assert mine.page is not None
    assert mine.page.status_code == 422
    if fields.get("stars") == "3":
        assert 'value="3" required checked' in mine.page.text
    assert ratings(desk, closed) == []


def test_after_thirty_days_it_is_too_late(world: World, desk: Desk, closed: str) -> None:
    world.clock.pass_by(days=31)
    mine = browser_of(world, desk.reporter)
    assert 'name="stars"' not in mine.get(closed).text
    answer = mine.post(f"{closed}/rating", stars="5", note="", idempotency_key="k")
    assert (answer.status_code, "Too late to rate" in text_of(answer)) == (409, True)


def test_another_closure_is_rated_anew(desk: Desk, mine: Browser, closed: str) -> None:
    rate(mine, closed, stars="1")
    report_id = closed.rpartition("/")[2]
    # The way to reopen it stands beside the rating that was given.
    assert "Is it not mended? Then let the department do it again." in sentences_of(mine.get(closed))
    mine.post(f"{closed}/reopening", reason="又松了", idempotency_key="k")
    assert 'name="stars"' not in mine.get(closed).text
    desk.bring_on(report_id)
    rate(mine, closed, stars="5")
    assert ratings(desk, closed) == [(5, None), (1, None)]


def test_nobody_else_rates(world: World, desk: Desk, closed: str) -> None:
    other = browser_of(world, world.resident())
    other.get("/me")
    assert other.post(f"{closed}/rating", stars="1", note="", idempotency_key="k").status_code == 404
    open_id = desk.brought_to(ReportStatus.ACCEPTED)
    neighbour = world.resident()
    assert world.post(f"/reports/{open_id}/joins", {}, neighbour.key).status_code == 201
    desk.bring_on(open_id)
    follower = browser_of(world, neighbour)
    assert 'name="stars"' not in follower.get(f"/me/reports/{open_id}").text
    sent = follower.post(f"/me/reports/{open_id}/rating", stars="1", note="", idempotency_key="k")
    assert sent.status_code == 404
