"""Photos on a resident's pages: they come with a report in one go, and whoever may see the report sees them."""

import io
import re

import pytest
from werkzeug.test import TestResponse

from photos import PHOTO_BYTES_MAX, PhotoStoreUnavailableError
from reports import ReportStatus
from tests.photos.uploads import encoded, quarters
from tests.web.pages.browser import Browser, browser_of, sentences_of
from tests.web.pages.test_reporting import SENT, asked
from tests.web.reporting import CATEGORY, VILLAGE, Desk
from tests.web.world import World
from web.photo_storage import photo_store

PHOTO = re.compile(r'<img src="(/me/reports/[0-9a-f-]{36}/photos/[0-9a-f-]{36})"[^>]*alt="Photo \d: what was seen"')


def picture(width: int = 64, kind: str = "JPEG") -> bytes:
    """Return a photo; another width is another photo."""
    return encoded(quarters(width), kind)


def send(browser: Browser, *files: bytes, path: str = "/me/reports/new", **fields: str) -> TestResponse:
    """Send a form with photos."""
    parts = [("photos", io.BytesIO(data), f"IMG_{number}.jpg") for number, data in enumerate(files)]
    return browser.upload_several(path, parts, **fields)


def sent_in(world: World) -> list[str]:
    """Return the ids of the reports that came."""
    return [each["id"] for each in world.get("/reports", world.administrator).get_json()["items"]]


def test_photos_come_with_the_report_and_are_shown_on_its_page(world: World, mine: Browser) -> None:
    answer = send(mine, picture(), picture(80, "PNG"), picture(96, "WEBP"), **asked(mine))

    page = mine.follow(answer)
    urls = PHOTO.findall(page.text)
    assert len(urls) == 3
    shown = mine.get(urls[0])
    assert (shown.status_code, shown.mimetype, shown.data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert browser_of(world, world.resident()).get(urls[0]).status_code == 404
    [report_id] = sent_in(world)
    other = world.post(f"/reports/{report_id}/joins", {}, (neighbour := world.resident()).key)
    assert other.status_code == 201
    # Anybody can join: what others photographed is theirs once it is published.
    assert browser_of(world, neighbour).get(urls[0]).status_code == 404


def test_the_same_form_twice_is_one_report_with_its_photos_once(world: World, mine: Browser) -> None:
    form = asked(mine)

    first, again = send(mine, picture(), **form), send(mine, picture(), **form)

    assert first.headers["Location"] == again.headers["Location"]
    assert len(sent_in(world)) == 1
    assert len(PHOTO.findall(mine.follow(again).text)) == 1
    other = send(mine, picture(80), **form)
    assert (other.status_code, len(sent_in(world))) == (422, 1)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([b"<html>"], "This is no picture."),
        ([encoded(quarters(), "GIF")], "Only JPEG, PNG and WebP are taken."),
        ([picture(), encoded(quarters(), "JPEG")[:200]], "The picture is damaged."),
        ([b"x" * (PHOTO_BYTES_MAX + 1)], "A photo has at most 10 MiB."),
        ([picture(64 + number) for number in range(7)], "A report has at most 6 photos."),
    ],
)
def test_what_is_wrong_about_a_photo_is_said_beside_it_and_nothing_is_sent(
    world: World, mine: Browser, files: list[bytes], words: str
) -> None:
    answer = send(mine, *files, **asked(mine))

    assert answer.status_code == 422
    assert words in sentences_of(answer)
    assert "井盖没了" in answer.text
    assert sent_in(world) == []


def kept_fields(browser: Browser) -> dict[str, str]:
    """Return what the form that came back carries along."""
    return {"kept": browser.hidden("kept"), "idempotency_key": browser.hidden("idempotency_key")}


def test_whoever_has_to_correct_something_else_need_not_choose_the_photos_again(world: World, mine: Browser) -> None:
    answer = send(mine, picture(), picture(80), **asked(mine, description=" "))
    assert "2 photos are kept with the form." in sentences_of(answer)
    assert sent_in(world) == []
    # One more, and a fault again: all three wait.
    fields = {**asked_again(), **kept_fields(mine)}
    answer = send(mine, picture(96), **{**fields, "description": ""})
    assert "3 photos are kept with the form." in sentences_of(answer)

    sent = send(mine, **{**fields, **kept_fields(mine)})

    assert len(PHOTO.findall(mine.follow(sent).text)) == 3


def asked_again() -> dict[str, str]:
    """Return the form of a report, without its key."""
    return {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, "name": "named"}


def test_photos_that_were_kept_can_be_left_out(mine: Browser) -> None:
    send(mine, picture(), **asked(mine, description=" "))

    sent = send(mine, **asked_again(), **kept_fields(mine), kept_dropped="1")

    assert PHOTO.findall(mine.follow(sent).text) == []


def test_seven_photos_are_too_many_however_they_come(world: World, mine: Browser) -> None:
    send(mine, *(picture(64 + number) for number in range(6)), **asked(mine, description=" "))

    answer = send(mine, picture(200), **asked_again(), **kept_fields(mine))

    assert (answer.status_code, sent_in(world)) == (422, [])
    assert "A report has at most 6 photos." in sentences_of(answer)


@pytest.mark.parametrize("note", ["x", "W10.x", "WyIwMCJd.AAAA", "é"])
def test_a_note_that_we_did_not_give_names_no_photos(mine: Browser, note: str) -> None:
    sent = send(mine, **(asked(mine) | {"kept": note}))

    assert PHOTO.findall(mine.follow(sent).text) == []


def test_anothers_note_names_no_photos(world: World, mine: Browser) -> None:
    send(mine, picture(), **asked(mine, description=" "))
    note = mine.hidden("kept")
    neighbour = browser_of(world, world.resident())

    sent = send(neighbour, **(asked(neighbour) | {"kept": note}))

    assert PHOTO.findall(neighbour.follow(sent).text) == []


def test_photos_that_waited_too_long_are_to_be_chosen_again(world: World, mine: Browser) -> None:
    send(mine, picture(), **asked(mine, description=" "))
    fields = {**asked_again(), **kept_fields(mine)}
    run = world.app.test_cli_runner().invoke
    assert "photos of forms that were not sent forgotten: 0" in run(args=["jobs", "run"]).output
    world.clock.pass_by(days=2)
    assert "photos of forms that were not sent forgotten: 1" in run(args=["jobs", "run"]).output

    answer = send(mine, **fields)

    assert "Please choose the photos again: they were kept for a day" in sentences_of(answer)
    assert sent_in(world) == []
    assert SENT.fullmatch(send(mine, **{**fields, "kept": mine_kept(mine)}).headers["Location"])


def mine_kept(browser: Browser) -> str:
    """Return the note of the form that came back, empty where it has none."""
    assert browser.page is not None
    return "" if "data-photos-kept" not in browser.page.text else browser.hidden("kept")


def test_photos_without_the_forms_token_are_refused(world: World, mine: Browser) -> None:
    form = asked(mine) | {"csrf_token": "x"}

    assert send(mine, picture(), **form).status_code == 400
    assert sent_in(world) == []


def test_where_the_store_is_away_nothing_is_made_and_what_was_typed_stays(
    world: World, mine: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = asked(mine)
    with world.app.app_context():
        folder = photo_store()
    monkeypatch.setattr(type(folder), "put", away)

    answer = send(mine, picture(), **form)

    assert answer.status_code == 503
    assert "Photos cannot be kept at the moment" in sentences_of(answer)
    assert "井盖没了" in answer.text
    assert sent_in(world) == []


def away(*_facts: object) -> None:
    """Stand for a store that cannot be reached."""
    raise PhotoStoreUnavailableError("put", "away")


def test_the_reporter_adds_photos_until_the_report_has_ended(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    path = f"/me/reports/{report_id}"
    assert "Add photos" in sentences_of(mine.get(path))

    added = send(mine, picture(), path=f"{path}/photos")
    again = send(mine, picture(), path=f"{path}/photos")

    assert added.status_code == 303
    assert len(PHOTO.findall(mine.follow(again).text)) == 1
    assert "Choose at least one photo." in sentences_of(send(mine, path=f"{path}/photos"))
    closed = desk.brought_to(ReportStatus.CLOSED)
    assert "Add photos" not in sentences_of(mine.get(f"/me/reports/{closed}"))
    assert send(mine, picture(), path=f"/me/reports/{closed}/photos").status_code == 409


def test_nobody_adds_photos_to_anothers_report(world: World, desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    other = browser_of(world, world.resident())

    assert send(other, picture(), path=f"/me/reports/{report_id}/photos").status_code == 404
