"""A report that is followed by its code: it is rated, and its photos are seen and added to, without a trace of whom."""

import io
import logging
import re

import pytest
from werkzeug.test import TestResponse

from photos import PhotoStoreUnavailableError
from tests.clock import SHANGHAI
from tests.photos.uploads import encoded, quarters
from tests.web.pages.browser import Browser, browser_of, sentences_of, text_of
from tests.web.pages.test_anonymous_reports import code_on, sent_by_page
from tests.web.reporting import Desk
from tests.web.test_anonymity import COUNTS_OF_REQUESTS, all_rows, found_in, instants_in, traces_of
from tests.web.world import World
from web.photo_storage import photo_store

WITHIN = re.compile(r'<img src="data:image/jpeg;base64,[A-Za-z0-9+/=]+" alt="Photo \d, What was seen"')


@pytest.fixture
def code(world: World, desk: Desk) -> str:
    """Return the code of a report without a name that came with a photo."""
    found = code_on(sent_by_page(browser_of(world, desk.reporter)))
    assert found is not None
    return found


@pytest.fixture
def nobody(world: World) -> Browser:
    """Return the browser of somebody who has not logged in."""
    browser = Browser(world)
    browser.get("/reports/follow")
    return browser


def only_report(desk: Desk) -> str:
    """Return the id of the report that there is."""
    [report] = desk.world.get("/reports", desk.world.administrator).get_json()["items"]
    return str(report["id"])


def close(desk: Desk) -> None:
    """Bring the report to its end."""
    desk.bring_on(only_report(desk))


def send_photos(browser: Browser, code: str, *widths: int) -> TestResponse:
    """Send photos for the report of a code; another width is another photo."""
    files = [("photos", io.BytesIO(encoded(quarters(width), "JPEG")), "IMG 李小四.jpg") for width in widths]
    return browser.upload_several("/reports/follow/photos", files, claim_code=code)


def test_the_photos_stand_in_the_page_and_no_address_leads_to_them(desk: Desk, nobody: Browser, code: str) -> None:
    page = nobody.post("/reports/follow", claim_code=code)
    assert len(WITHIN.findall(page.text)) == 1
    assert "/photos/" not in page.text.replace("/reports/follow/photos", "")
    photo_id = nobody.hidden("photo")
    shown = nobody.post("/reports/follow/photo", claim_code=code, photo=photo_id)
    assert (shown.status_code, shown.mimetype, shown.data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert shown.headers["Cache-Control"] == "no-store"
    nobody.get("/reports/follow")
    assert nobody.post("/reports/follow/photo", claim_code="0" * 25, photo=photo_id).status_code == 422
    assert nobody.post("/reports/follow/photo", claim_code=code, photo="x").status_code == 404
    other = desk.sent_in()
    sent = desk.world.app.test_client().post(
        f"/api/v1/reports/{other['id']}/photos",
        data={"photos": (io.BytesIO(encoded(quarters(96), "JPEG")), "a.jpg")},
        headers={"Authorization": f"Bearer {desk.reporter.key}"},
    )
    [anothers] = sent.get_json()["items"]
    assert nobody.post("/reports/follow/photo", claim_code=code, photo=anothers["id"]).status_code == 404


def test_photos_are_added_with_the_code(desk: Desk, nobody: Browser, code: str) -> None:
    nobody.post("/reports/follow", claim_code=code)
    added = send_photos(nobody, code, 80, 96)
    assert (added.status_code, "The photos are with the report." in text_of(added)) == (200, True)
    assert len(WITHIN.findall(added.text)) == 3
    # The same picture again is the one that there is.
    assert len(WITHIN.findall(send_photos(nobody, code, 80).text)) == 3
    too_many = send_photos(nobody, code, 100, 104, 108, 112)
    assert (too_many.status_code, len(WITHIN.findall(too_many.text))) == (409, 3)
    none = send_photos(nobody, code)
    assert (none.status_code, "Choose at least one photo." in text_of(none)) == (422, True)
    wrong = send_photos(nobody, "0" * 25, 120)
    assert (wrong.status_code, "No report has this code" in text_of(wrong)) == (422, True)
    files = [("photos", io.BytesIO(b"<html>"), "a.jpg")]
    bad = nobody.upload_several("/reports/follow/photos", files, claim_code=code)
    assert bad.status_code == 422
    close(desk)
    page = nobody.post("/reports/follow", claim_code=code)
    assert "/reports/follow/photos" not in page.text
    assert send_photos(nobody, code, 124).status_code == 409
    assert nobody.forged("/reports/follow/photos", claim_code=code).status_code == 400


def test_a_report_without_a_name_is_rated_once(desk: Desk, nobody: Browser, code: str) -> None:
    close(desk)
    page = nobody.post("/reports/follow", claim_code=code)
    assert "How was it dealt with?" in text_of(page)
    form = {"claim_code": code, "stars": "2", "note": "等了很久", "idempotency_key": "k"}
    missing = nobody.post("/reports/follow/rating", **form | {"stars": ""})
    assert (missing.status_code, "Fill this in." in text_of(missing)) == (422, True)
    nobody.post("/reports/follow/rating", **form)
    rated = nobody.post("/reports/follow/rating", **form)
    assert (rated.status_code, "Thank you. Your rating is taken down." in text_of(rated)) == (200, True)
    assert "dissatisfied 2 stars of 5 等了很久" in sentences_of(rated)
    again = nobody.post("/reports/follow/rating", **form | {"idempotency_key": "other"})
    assert (again.status_code, "Rated already" in text_of(again)) == (409, True)
    wrong = nobody.post("/reports/follow/rating", **form | {"claim_code": "0" * 25})
    assert wrong.status_code == 422
    path = f"/reports/{only_report(desk)}/ratings"
    [kept] = desk.world.get(path, desk.keys["supervisor"]).get_json()["items"]
    assert (kept["stars"], kept["note"]) == (2, "等了很久")


def test_neither_rows_nor_logs_tell_when_or_who(
    desk: Desk, nobody: Browser, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    nobody.post("/reports/follow", claim_code=code)
    before, traces = all_rows(desk.world), traces_of(desk.world, desk.reporter)
    with caplog.at_level(logging.DEBUG):
        caplog.clear()
        send_photos(nobody, code, 88)
        nobody.post("/reports/follow/photo", claim_code=code, photo=nobody.hidden("photo"))
        assert [record for record in caplog.records if record.name == "web.requests"] == []
        assert code not in caplog.text
        told = all_rows(desk.world) - before
        close(desk)
        before = all_rows(desk.world)
        caplog.clear()
        nobody.post("/reports/follow", claim_code=code)
        nobody.post("/reports/follow/rating", claim_code=code, stars="5", note="好", idempotency_key="k")
        assert [record for record in caplog.records if record.name == "web.requests"] == []
    told |= all_rows(desk.world) - before
    told = {row for row in told if row[0] != COUNTS_OF_REQUESTS}
    assert {table for table, _values in told} == {"photos", "report_ratings", "idempotency_keys"}
    assert found_in(told, traces) == []
    assert code not in repr(told)
    # The closure that was rated was known before, with its time: officers took it.
    known = {value for _table, values in before for value in values}
    fresh = {(table, tuple(value for value in values if value not in known)) for table, values in told}
    assert {instant.astimezone(SHANGHAI).time().isoformat() for instant in instants_in(fresh)} == {"00:00:00"}


def test_without_its_store_the_page_still_tells_the_rest(
    world: World, nobody: Browser, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.app.app_context():
        store = photo_store()

    def away(_key: str) -> bytes:
        raise PhotoStoreUnavailableError("read", "gone")

    monkeypatch.setattr(store, "get", away)
    page = nobody.post("/reports/follow", claim_code=code)
    assert page.status_code == 200
    assert "Photo 1, What was seen" in text_of(page)
    whole = nobody.post("/reports/follow/photo", claim_code=code, photo=nobody.hidden("photo"))
    assert whole.status_code == 503
