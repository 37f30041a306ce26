"""What stands beside a report's steps: photos, orders, escalations, evidence, whose it is, what it earned; and caps."""

import io
import re
from typing import IO
from uuid import UUID

import pytest

from oversight import orders_about
from people import Role
from photos import photos_of
from reports import JoinState, ReportStatus, joins_of
from tests.photos.uploads import encoded, quarters
from tests.web.pages.browser import Browser, logged_in, text_of
from tests.web.pages.office.reporting import COUNTY, DEPARTMENT, Officers, done, refused
from tests.web.world import OTHER_TOWN, World

JPEG = encoded(quarters(), "JPEG")


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office where nothing is reported yet."""
    return Officers(world)


def send_result(browser: Browser, path: str, photo: bytes, *, key: str = "") -> int:
    """Say that it is done, with a photo, and return the status."""
    browser.get(path)
    key = key or browser.hidden("idempotency_key")
    files: dict[str, tuple[IO[bytes], str]] = {"photos": (io.BytesIO(photo), "photo.jpg")}
    return browser.upload(f"{path}/handling", files, handling_note="好了", idempotency_key=key).status_code


def kept(office: Officers, path: str) -> int:
    """Count the photos of a report."""
    report_id = office.report(path).id
    return len(office.world.seen(lambda session: photos_of(session, report_id)))


def test_photos_of_the_result_come_with_the_note_and_are_shown_to_whom_the_report_is(office: Officers) -> None:
    path = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.handler.get(path)
    key = office.handler.hidden("idempotency_key")
    assert [send_result(office.handler, path, JPEG, key=key) for _again in range(2)] == [303, 303]
    assert (kept(office, path), office.report(path).status) == (1, ReportStatus.HANDLED)
    page = office.supervisor.get(path)
    (url,) = set(re.findall(r'src="([^"]*/photos/[^"]*)"', page.text))
    assert "What was done" in text_of(page)
    picture = office.supervisor.get(url)
    assert (picture.status_code, picture.content_type) == (200, "image/jpeg")
    assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert office.browser(Role.SUPERVISOR, unit_code=OTHER_TOWN).get(url).status_code == 404
    assert office.browser(Role.FINANCE).get(url).status_code == 403
    other = office.brought_to(ReportStatus.ACCEPTED)
    assert office.supervisor.get(url.replace(path, other)).status_code == 404


def test_of_a_photo_that_is_none_nothing_is_kept_and_nothing_is_done(office: Officers) -> None:
    path = office.brought_to(ReportStatus.ACKNOWLEDGED)
    assert send_result(office.handler, path, b"no picture") == 422
    page = office.handler.page
    assert page is not None
    assert 'id="m-photos"' in page.text
    assert "好了" in page.text
    assert (kept(office, path), office.report(path).status) == (0, ReportStatus.ACKNOWLEDGED)
    forged = office.handler.forged(f"{path}/handling", handling_note="好了", idempotency_key="k")
    assert forged.status_code == 400
    assert office.report(path).status is ReportStatus.ACKNOWLEDGED


def test_a_supervisor_orders_and_the_unit_answers(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    fields = {"order_unit": "", "order_on": "2026-06-02", "order_words": "说明进度"}
    assert "说明进度" in done(office.supervisor, path, "orders", **fields)
    late = refused(office.supervisor, path, "orders", **{**fields, "order_on": "2020-01-01"})
    assert 'id="m-order_on"' in late.text
    nobody = refused(office.supervisor, path, "orders", **{**fields, "order_unit": DEPARTMENT + "9"})
    assert 'id="m-order_unit"' in nobody.text
    report_id = office.report(path).id
    (order,) = office.world.seen(lambda session: orders_about(session, report_id))
    assert "Orders to answer: 1" in text_of(office.handler.get("/office"))
    office.world.clock.pass_by(days=5)
    # Their sessions have ended by then; others see and answer it as well.
    supervisor, handler = office.browser(Role.SUPERVISOR), office.browser(Role.HANDLER, unit_code=COUNTY)
    for browser in (supervisor, handler):
        assert "no answer in time" in text_of(browser.get("/office/orders?state=overdue"))
    assert f'action="{path}/orders/{order.id}/answer"' not in supervisor.get(path).text
    field = f"answer_{order.id.hex}"
    answered = done(handler, path, f"orders/{order.id}/answer", **{field: "明天修"})
    assert "明天修" in answered
    assert "answered late" in answered
    again = refused(handler, path, f"orders/{order.id}/answer", **{field: "又答"})
    assert "answered already" in text_of(again)
    assert "answered late" in text_of(supervisor.get("/office/orders?state=answered"))
    assert path not in office.browser(Role.SUPERVISOR, unit_code=OTHER_TOWN).get("/office/orders").text
    # Whoever ordered does not handle, and the other way round.
    assert refused(office.browser(Role.DISPATCHER), path, "orders", **fields).status_code == 403


def test_what_is_overdue_is_brought_before_its_supervisors(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    urgent = office.desk.sent_in(urgent=True)
    office.world.clock.pass_by(days=60)
    office.world.app.test_cli_runner().invoke(args=["jobs", "run"])
    page = office.supervisor.get("/office/escalations?kind=overdue")
    assert f'href="{path}"' in page.text
    assert "days over" in text_of(page)
    assert "let its day" in text_of(office.supervisor.get(path))
    page = office.supervisor.get("/office/escalations?kind=urgent")
    assert f"/office/reports/{urgent['id']}" in page.text
    assert "told above at once" in text_of(office.supervisor.get("/office/reports"))
    assert office.dispatcher.get("/office/escalations").status_code == 403


def test_new_evidence_is_decided_with_a_reason(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    report_id = office.report(path).id
    office.desk.step(str(report_id), "joins", "neighbour", evidence="车牌晋M")
    assert "New evidence" in text_of(office.supervisor.get("/office/reports"))
    assert "车牌晋M" in text_of(office.supervisor.get(path))
    assert "车牌晋M" not in text_of(office.handler.get(path))
    (joined,) = office.world.seen(lambda session: joins_of(session, report_id))
    form, note, choice = (
        f"joins/{joined.id}/decision",
        f"join_note_{joined.id.hex}",
        f"join_{joined.id.hex}",
    )
    empty = refused(office.supervisor, path, form, **{note: "", choice: "reject"})
    assert f'id="m-{note}"' in empty.text
    words = done(office.supervisor, path, form, **{note: "已有", choice: "reject"})
    assert "Not accepted. Who added it reads why." in words
    (joined,) = office.world.seen(lambda session: joins_of(session, report_id))
    assert (joined.state, joined.note) == (JoinState.REJECTED, "已有")
    again = refused(office.supervisor, path, form, **{note: "", choice: "approve"})
    assert again.status_code == 409
    assert refused(office.handler, path, form).status_code == 403


def test_whose_a_confidential_report_is_one_asks_and_another_decides(office: Officers) -> None:
    report_id: UUID = office.sent_in_by(office.reporter, is_confidential=True)
    path = f"/office/reports/{report_id}"
    first, second = office.browser(Role.SUPERVISOR, handle="first"), office.browser(Role.SUPERVISOR, handle="second")
    assert 'id="m-unmasking_reason"' in refused(first, path, "unmasking", unmasking_reason="").text
    words = done(first, path, "unmasking", unmasking_reason="要核实")
    assert "You asked for this" in words
    asked = {"unmasking_note": "", "unmasking_decision": "approve"}
    assert refused(first, path, "unmasking/decision", **asked).status_code == 403
    assert "Whose a confidential report is" in text_of(second.get("/office/reports"))
    assert "the reporter is told" in text_of(second.get(path)).lower()
    done(second, path, "unmasking/decision", **asked)
    for browser, knows in ((first, True), (second, True), (office.supervisor, False)):
        assert ("王*明" in text_of(browser.get(path))) is knows
    open_one = office.brought_to(ReportStatus.SUBMITTED)
    assert "unmasking" not in logged_in(office.world, "first").get(open_one).text
    assert refused(first, open_one, "unmasking", unmasking_reason="x").status_code == 409


def test_what_a_report_earned_supervisors_read_and_departments_do_not(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    words = text_of(office.supervisor.get(path))
    assert "What it earns" in words
    assert "The category has no tariff." in words
    assert "What it earns" not in text_of(office.handler.get(path))


def test_caps_are_set_by_administrators_of_everything(office: Officers) -> None:
    officer = office.browser(Role.ADMINISTRATOR)
    assert "no cap" in text_of(officer.get("/office/caps"))
    key = officer.hidden("idempotency_key")
    for _again in range(2):
        officer.follow(officer.post("/office/caps", per_day="20", per_month="100", idempotency_key=key))
    page = officer.page
    assert page is not None
    assert "20.00" in text_of(page)
    assert "Before" not in text_of(page)
    wrong = officer.post("/office/caps", per_day="200", per_month="100", idempotency_key="k")
    assert (wrong.status_code, 'id="m-per_day"' in wrong.text) == (422, True)
    assert officer.post("/office/caps", per_day="x", per_month="", idempotency_key="k").status_code == 422
