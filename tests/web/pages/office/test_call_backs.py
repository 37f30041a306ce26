"""Call-backs on the office's pages: whom to call, the number by a kept touch, and what they said, once."""

import logging
import re

import pytest

from people import Role
from reports import ReportStatus
from tests.web.pages.browser import Browser, text_of
from tests.web.pages.office.reporting import Officers
from tests.web.world import OTHER_TOWN, TOWN, World

ANSWER = {"reached": "yes", "resolved": "yes", "satisfied": "no", "note": "说灯又闪了"}


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office where nothing is reported yet."""
    return Officers(world)


@pytest.fixture
def path(office: Officers) -> str:
    """Return the address of a call that is to be made."""
    return f"/office/call-backs/{office.desk.to_call(office.desk.brought_to(ReportStatus.CLOSED))}"


def answered(browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    """Send what a reporter said as the page gave the form, and return the answer's status and words."""
    browser.get(path)
    sent = {"reached": "", "resolved": "", "satisfied": "", "note": ""} | fields
    answer = browser.post(f"{path}/result", idempotency_key=browser.hidden("idempotency_key"), **sent)
    return answer.status_code, text_of(browser.follow(answer) if answer.status_code == 303 else answer)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Call-backs", "To call 1", "waits 2 days")), ("zh", ("回访", "待回访 1", "已等 2 天"))],
)
def test_whom_to_call_is_listed_masked(world: World, language: str, words: tuple[str, ...]) -> None:
    office = Officers(world, language)
    call_back_id = office.desk.to_call(office.desk.brought_to(ReportStatus.CLOSED))
    world.clock.pass_by(days=2)
    page = office.supervisor.get("/office/call-backs")
    said = text_of(page)
    assert [word for word in words if word not in said] == []
    assert "王*明" in said
    assert re.search(r"\d{3}\*{4}\d{4}", said)
    assert f'href="/office/call-backs/{call_back_id}"' in page.text
    home = text_of(office.supervisor.get("/office"))
    assert ("Reporters to call: 1" if language == "en" else "待回访的上报人：1 件") in home


def test_the_one_that_waits_longest_stands_first(office: Officers) -> None:
    made = []
    for _report in range(2):
        made.append(office.desk.to_call(office.desk.brought_to(ReportStatus.CLOSED)))
        office.world.clock.pass_by(hours=1)
    page = office.supervisor.get("/office/call-backs").text
    assert page.find(made[0]) < page.find(made[1])


def test_the_whole_number_is_shown_by_a_touch_that_is_kept(
    office: Officers, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = office.supervisor
    page = supervisor.get(path)
    assert "tel:" not in page.text
    key = supervisor.hidden("idempotency_key")
    with caplog.at_level(logging.INFO):
        shown = supervisor.post(f"{path}/phone", idempotency_key=key)
    number = re.search(r'href="tel:(\d{11})"', shown.text)
    assert number is not None
    assert "You were shown this number" in text_of(shown)
    assert f"call-back {path.rpartition('/')[2]}: phone shown" in caplog.text
    assert number[1] not in caplog.text
    assert "no-store" in shown.headers["Cache-Control"]
    # The same touch twice is kept once; it is masked again on the page itself, which says who saw it.
    supervisor.post(f"{path}/phone", idempotency_key=key)
    again = supervisor.get(path)
    assert number[1] not in again.text
    assert text_of(again).count("李桂兰 today") == 1
    assert "Who was shown the number" in text_of(again)


def test_what_they_said_is_written_down_once(office: Officers, path: str) -> None:
    status, said = answered(office.supervisor, path, **ANSWER)
    assert (status, "Written down. It counts in the rates from now on." in said) == (303, True)
    assert "Nobody is to be called" in said
    made = office.supervisor.get("/office/call-backs/made")
    assert "mended not satisfied" in text_of(made)
    assert "说灯又闪了" in text_of(made)
    page = office.supervisor.get(path)
    assert "What they said mended not satisfied" in text_of(page)
    assert 'name="reached"' not in page.text
    # To another one it is over, and there is no number to be seen any more.
    sent = office.supervisor.post(f"{path}/result", idempotency_key="other", **ANSWER)
    assert (sent.status_code, "This call-back is over" in text_of(sent)) == (409, True)
    assert office.supervisor.post(f"{path}/phone", idempotency_key="other").status_code == 409


def test_who_was_not_reached_says_nothing(office: Officers, path: str) -> None:
    status, _said = answered(office.supervisor, path, reached="no", note="两次没人接")
    assert status == 303
    assert "not reached" in text_of(office.supervisor.get("/office/call-backs/made"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose one of these."),
        ({"reached": "perhaps"}, "Choose one of these."),
        ({"reached": "yes", "resolved": "x", "satisfied": "yes"}, "Choose one of these."),
        ({"reached": "yes", "resolved": "yes"}, "Say of whoever was reached whether it is resolved"),
        ({"reached": "no", "resolved": "no", "satisfied": "no"}, "Say of whoever was reached whether it is resolved"),
        ({"reached": "no", "note": "x" * 501}, "This text is too long."),
    ],
)
def test_what_does_not_fit_is_said(office: Officers, path: str, fields: dict[str, str], words: str) -> None:
    status, said = answered(office.supervisor, path, **fields)
    assert (status, words in said) == (422, True)
    assert "To call 1" in text_of(office.supervisor.get("/office/call-backs"))


def test_whoever_had_a_part_does_not_call(office: Officers) -> None:
    handled = office.brought_to(ReportStatus.HANDLED)
    supervisor, other = office.supervisor, office.browser(Role.SUPERVISOR, TOWN)
    supervisor.get(handled)
    supervisor.post(f"{handled}/verification", idempotency_key="k", verification_note="")
    office.desk.step(handled.rpartition("/")[2], "closure", "supervisor")
    path = f"/office/call-backs/{office.desk.to_call(handled.rpartition('/')[2])}"
    assert "Nobody is to be called" in text_of(supervisor.get("/office/call-backs"))
    page = supervisor.get(path)
    assert "You had another part in this report, so somebody else makes the call." in text_of(page)
    for form in ("phone", "result"):
        sent = supervisor.post(f"{path}/{form}", idempotency_key="k2", **ANSWER)
        assert (sent.status_code, "tel:" in sent.text) == (403, False)
    assert "To call 1" in text_of(other.get("/office/call-backs"))


def test_elsewhere_it_is_not_found(office: Officers, path: str) -> None:
    elsewhere = office.browser(Role.SUPERVISOR, OTHER_TOWN)
    assert elsewhere.get(path).status_code == 404
    for form in ("phone", "result"):
        assert elsewhere.post(f"{path}/{form}", idempotency_key="k", **ANSWER).status_code == 404
    assert "Nobody is to be called" in text_of(elsewhere.get("/office/call-backs"))
    assert "No call was made yet" in text_of(elsewhere.get("/office/call-backs/made"))
    assert elsewhere.get("/office/call-backs/made?before=x").status_code == 404


def test_of_a_reopened_report_nobody_need_be_called(office: Officers) -> None:
    report_id = office.desk.brought_to(ReportStatus.CLOSED)
    path = f"/office/call-backs/{office.desk.to_call(report_id)}"
    office.desk.step(report_id, "reopening", "resident", reason="又坏了")
    assert "The reporter reopened the report: that is their answer." in text_of(office.supervisor.get(path))
    assert office.supervisor.post(f"{path}/phone", idempotency_key="k").status_code == 409


def test_calls_made_come_a_page_at_a_time(office: Officers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.office.call_backs._ON_PAGE", 2)
    for number in range(3):
        call_back_id = office.desk.to_call(office.desk.brought_to(ReportStatus.CLOSED))
        answered(office.supervisor, f"/office/call-backs/{call_back_id}", reached="no", note=f"第{number}次")
    first = office.supervisor.get("/office/call-backs/made")
    assert ("第2次" in first.text, "第1次" in first.text, "第0次" in first.text) == (True, True, False)
    more = re.search(r'hx-get="([^"]+)"', first.text)
    assert more is not None
    assert "第0次" in office.supervisor.part(more[1]).text
