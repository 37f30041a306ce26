"""By the pages, too, nothing leads from an anonymous report to its reporter; the same attack as in test_anonymity."""

import io
import logging
import re

import pytest
from werkzeug.test import TestResponse

from tests.clock import SHANGHAI
from tests.photos.uploads import encoded, quarters
from tests.web.pages.browser import Browser, browser_of
from tests.web.reporting import CATEGORY, VILLAGE, Desk
from tests.web.test_anonymity import (
    COUNTS_OF_REPORTS,
    COUNTS_OF_REQUESTS,
    UUIDS,
    all_rows,
    found_in,
    instants_in,
    traces_of,
)
from tests.web.world import World

CODE = re.compile(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}")


@pytest.fixture
def desk(world: World) -> Desk:
    """Return a desk with a tariff and money for it."""
    desk = Desk(world)
    world.fund("peace")
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    return desk


def code_on(page: TestResponse) -> str | None:
    """Return the claim code that a page shows."""
    shown = re.search(r"data-code>(.*?)</p>", page.text)
    found = CODE.fullmatch(re.sub(r"<[^>]*>", "", shown[1])) if shown else None
    return found[0] if found else None


def sent_by_page(browser: Browser, **changes: str) -> TestResponse:
    browser.get("/me/reports/new")
    form = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, "name": "anonymous", **changes}
    key = {"idempotency_key": browser.hidden("idempotency_key")} | form
    photo = io.BytesIO(encoded(quarters(), "JPEG"))
    return browser.upload_several("/me/reports/new", [("photos", photo, "IMG_2041 李小四.jpg")], **key)


def test_by_the_pages_neither_tables_nor_logs_nor_files_lead_to_the_reporter(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    world = desk.world
    reporter = world.resident(name="李小四")
    browser = browser_of(world, reporter)
    token = browser.client.get_cookie("session")
    assert token is not None
    browser.get("/me/reports/new")
    before, traces = all_rows(world), [*traces_of(world, reporter), token.value]
    sessions = [values for table, values in before if table == "log_in_sessions"]
    assert sessions
    traces += [str(value) for values in sessions for value in values if UUIDS.fullmatch(str(value))]
    with caplog.at_level(logging.DEBUG):
        caplog.clear()
        answer = sent_by_page(browser)
        code = code_on(answer)
        assert code is not None, answer.text
        # The form itself was opened under a line of its own; what was sent left none.
        lines = [record.getMessage() for record in caplog.records if record.name == "web.requests"]
        assert [line for line in lines if "POST" in line] == []
        stranger = Browser(world)
        stranger.get("/reports/follow")
        followed = stranger.post("/reports/follow", claim_code=code)
    assert "井盖没了" in followed.text
    assert (answer.status_code, answer.headers["Cache-Control"], "Location" in answer.headers) == (
        201,
        "no-store",
        False,
    )
    assert followed.headers["Cache-Control"] == "no-store"
    told = {row for row in all_rows(world) - before if row[0] != COUNTS_OF_REQUESTS}
    assert {table for table, _ in told} == {
        *("reports", "report_steps", "claim_codes", "idempotency_keys", "notices", "photos", COUNTS_OF_REPORTS)
    }
    assert found_in(told, traces) == []
    assert code not in repr(told)
    assert {instant.astimezone(SHANGHAI).time().isoformat() for instant in instants_in(told)} == {"00:00:00"}
    for trace in (*traces, code):
        assert trace not in caplog.text
    folder = world.app.extensions["settings"].instance_dir / "photos"
    files = list(folder.rglob("*"))
    assert files
    assert {each.stat().st_mtime for each in (folder, *files)} == {0}
    # Nor does the reporter's own browser keep anything of it.
    kept = browser.client.get_cookie("session")
    assert kept is not None
    assert code not in kept.value
    assert "井盖没了" not in browser.get("/me/reports").text


def test_the_same_form_is_one_report_and_shows_its_code_once(desk: Desk) -> None:
    browser = browser_of(desk.world, desk.reporter)
    browser.get("/me/reports/new")
    form = {"category": CATEGORY, "description": "x", "unit": VILLAGE, "name": "anonymous"}
    form["idempotency_key"] = browser.hidden("idempotency_key")
    first, again = browser.post("/me/reports/new", **form), browser.post("/me/reports/new", **form)
    assert code_on(first)
    assert (again.status_code, code_on(again)) == (200, None)
    assert "cannot be shown again" in again.text
    assert len(desk.world.get("/reports", desk.world.administrator).get_json()["items"]) == 1


def test_a_code_is_followed_reopened_and_claimed_on_pages(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    browser = browser_of(desk.world, desk.reporter)
    code = code_on(sent_by_page(browser)) or ""
    report_id = desk.world.get("/reports", desk.world.administrator).get_json()["items"][0]["id"]
    desk.bring_on(report_id)
    nobody = Browser(desk.world)
    nobody.get("/reports/follow")
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        wrong = nobody.post("/reports/follow", claim_code="0" * 25)
        assert (wrong.status_code, "No report has this code" in wrong.text) == (422, True)
        assert "can be claimed with the code" in nobody.post("/reports/follow", claim_code=code.lower()).text
        sent = {"claim_code": code, "reason": "又没了", "idempotency_key": "k"}
        reopened = nobody.post("/reports/follow/reopening", **sent)
        nobody.post("/reports/follow/reopening", **sent)
        browser.get("/me/claims")
        claimed = browser.post("/me/claims", claim_code=code)
        again = browser.post("/me/claims", claim_code=code)
    assert "The report is open again." in reopened.text
    assert "Your claim is taken in" in claimed.text
    assert again.status_code == 409
    assert [record for record in caplog.records if record.name == "web.requests"] == []
    history = desk.world.get(f"/reports/{report_id}", desk.world.administrator).get_json()["history"]
    assert [each["step"] for each in history].count("reopening") == 1
