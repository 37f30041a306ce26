"""吹哨 on the page of a report: each act by its form, by those who may, and refusals in words."""

import pytest

from people import Role
from reports import CallState, ReportStatus, calls_of
from tests.web.pages.browser import Browser, text_of
from tests.web.pages.office.reporting import DEPARTMENT, OTHER_DEPARTMENT, Officers, done, refused
from tests.web.world import OTHER_TOWN, World


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office where nothing is reported yet."""
    return Officers(world)


def called(office: Officers, state: CallState, *units: str) -> tuple[str, list[str]]:
    """Return the address of a report and the ids of calls about it that others brought to a state."""
    report_id, calls = office.desk.called(state, *units)
    return f"/office/reports/{report_id}", calls


def states(office: Officers, path: str) -> list[str]:
    """Return where the calls about a report stand, the earliest first."""
    report_id = office.report(path).id
    return [each.state.value for each in office.world.seen(lambda session: calls_of(session, [report_id]))]


def call_both(browser: Browser, path: str, **fields: str) -> int:
    """Choose two units of the list, as a browser sends them, and return the status."""
    browser.get(path)
    key, token = browser.hidden("idempotency_key"), browser.hidden("csrf_token")
    data = {"csrf_token": token, "idempotency_key": key, "call_due_on": "", **fields}
    sent = [browser.client.post(f"{path}/calls", data={**data, "call_units": [DEPARTMENT, OTHER_DEPARTMENT]})]
    sent += [browser.client.post(f"{path}/calls", data={**data, "call_units": [DEPARTMENT, OTHER_DEPARTMENT]})]
    # Sent twice, it is done once.
    assert sent[0].status_code == sent[1].status_code
    return sent[0].status_code


@pytest.mark.parametrize("language", ["zh", "en"])
def test_units_are_called_report_back_and_the_command_unit_says_that_all_is_done(world: World, language: str) -> None:
    office = Officers(world, language)
    path = office.brought_to(ReportStatus.ACCEPTED)
    assert call_both(office.dispatcher, path) == 303
    assert states(office, path) == ["called", "called"]
    report_id = office.report(path).id
    calls = office.world.seen(lambda session: calls_of(session, [report_id]))
    for each in calls:
        done(office.handler, path, f"calls/{each.id}/acknowledgement")
        words = done(office.handler, path, f"calls/{each.id}/handling", **{f"report_back_{each.id.hex}": "来过了"})
        assert "来过了" in words
    assert ("Accept the result" if language == "en" else "认可结果") in text_of(office.dispatcher.get(path))
    first, second = calls
    done(office.dispatcher, path, f"calls/{first.id}/acceptance", **{f"accept_{first.id.hex}": ""})
    done(office.dispatcher, path, f"calls/{second.id}/return", **{f"send_back_{second.id.hex}": "没做完"})
    assert "没做完" in text_of(office.handler.get(path))
    # While a result is open, nobody says that all is done.
    assert f'action="{path}/handling"' not in office.dispatcher.get(path).text
    done(office.handler, path, f"calls/{second.id}/handling", **{f"report_back_{second.id.hex}": "这次好了"})
    done(office.dispatcher, path, f"calls/{second.id}/acceptance", **{f"accept_{second.id.hex}": "好"})
    page = office.dispatcher.get(path)
    assert page.text.count('class="big"') == 1
    done(office.dispatcher, path, "handling", handling_note="都好了")
    assert office.report(path).status is ReportStatus.HANDLED


def test_calls_are_refused_beside_their_fields(office: Officers) -> None:
    path = office.brought_to(ReportStatus.ACCEPTED)
    for fields, field, words in (
        ({"call_due_on": ""}, "call_units", "Choose at least one."),
        ({"call_units": "nowhere", "call_due_on": ""}, "call_units", "no such unit"),
        ({"call_units": DEPARTMENT, "call_due_on": "2027-01-01"}, "call_due_on", "Take a day from"),
    ):
        answer = refused(office.dispatcher, path, "calls", **fields)
        assert f'id="m-{field}"' in answer.text, words
        assert words.lower() in text_of(answer).lower()
        assert '<details class="reveal" open>' in answer.text
    page = refused(office.dispatcher, path, "calls", call_units=DEPARTMENT, call_due_on="2027-01-01")
    assert f'value="{DEPARTMENT}" checked' in page.text


def test_a_step_of_a_call_that_is_not_its_turn_is_refused_in_words(office: Officers) -> None:
    path, [call_id] = called(office, CallState.HANDLED, DEPARTMENT)
    field = call_id.replace("-", "")
    empty = refused(office.dispatcher, path, f"calls/{call_id}/return", **{f"send_back_{field}": ""})
    assert f'id="m-send_back_{field}"' in empty.text
    late = refused(office.handler, path, f"calls/{call_id}/handling", **{f"report_back_{field}": "x"})
    assert "This step is not possible now" in text_of(late)
    lost = office.desk.reporter.id
    assert refused(office.dispatcher, path, f"calls/{lost}/acceptance").status_code == 404


def test_who_may_not_call_and_what_is_elsewhere(office: Officers) -> None:
    path, [call_id] = called(office, CallState.HANDLED, DEPARTMENT)
    assert refused(office.supervisor, path, f"calls/{call_id}/acceptance").status_code == 403
    assert refused(office.dispatcher, path, f"calls/{call_id}/acknowledgement").status_code == 403
    elsewhere = office.browser(Role.DISPATCHER, unit_code=OTHER_TOWN)
    assert elsewhere.get(path).status_code == 404
    elsewhere.get("/office/reports")
    assert elsewhere.post(f"{path}/calls/{call_id}/acceptance", idempotency_key="k").status_code == 404
    assert elsewhere.forged(f"{path}/calls/{call_id}/acceptance", idempotency_key="k").status_code == 400


def test_a_called_units_handler_finds_the_call_in_a_queue_and_the_dispatcher_its_result(office: Officers) -> None:
    handler = office.browser(Role.HANDLER, unit_code=OTHER_DEPARTMENT)
    path, [call_id] = called(office, CallState.CALLED, OTHER_DEPARTMENT)
    for page in ("/office/reports", "/office/reports?queue=called"):
        answer = handler.get(page)
        assert f'href="{path}"' in answer.text
        assert "Called: to report back" in text_of(answer)
    assert "Calls to report back about: 1" in text_of(handler.get("/office"))
    done(handler, path, f"calls/{call_id}/acknowledgement")
    done(handler, path, f"calls/{call_id}/handling", **{f"report_back_{call_id.replace('-', '')}": "好了"})
    assert f'href="{path}"' not in handler.get("/office/reports?queue=called").text
    assert "Called units: results to accept" in text_of(office.dispatcher.get("/office/reports"))


def test_a_called_unit_gets_a_later_day_by_two_supervisors(office: Officers) -> None:
    path, [call_id] = called(office, CallState.CALLED, DEPARTMENT)
    fields = {"later_on": "2026-07-30", "postponement_reason": "等配件", "postponed_call": call_id}
    words = done(office.supervisor, path, "postponement", **fields)
    assert "等配件" in words
    other = office.browser(Role.SUPERVISOR)
    done(other, path, "decision", kind="postponement", decision="approve", decision_note="")
    assert "30 July 2026" in text_of(office.dispatcher.get(path))
    wrong = refused(office.supervisor, path, "postponement", **{**fields, "postponed_call": "no id"})
    assert 'id="m-postponed_call"' in wrong.text
