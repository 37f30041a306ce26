"""Updates by Open311: what clients poll, and what they send on of what people said."""

from typing import Any

import pytest

from people import Role
from tests.web.open311.clients import Gateway, platform_comment, platform_report
from tests.web.open311.georeport import UPDATE, UPDATED, errors, items
from tests.web.pages.browser import browser_of_person
from tests.web.reporting import CATEGORY, WAY
from tests.web.world import VILLAGE


def take(gateway: Gateway, number: str, kind: str, who: Role, /, **body: Any) -> None:
    place = {"unit_code": "140881"} if who is Role.HANDLER else {}
    answer = gateway.world.post(f"/reports/{gateway.id_of(number)}/{kind}", body, gateway.world.key(who, **place))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("form", ["json", "xml"])
def test_every_step_is_polled_once_in_its_order(gateway: Gateway, form: str) -> None:
    number = gateway.report(address_id=VILLAGE)
    for role, kind, body in WAY.values():
        gateway.world.clock.pass_by(hours=1)
        take(gateway, number, kind, Role(role), **body)
    found = items(gateway.ask(f"servicerequestupdates.{form}"), "service_request_updates", UPDATE)
    assert [each["external_status_code"] for each in found] == [
        *("accepted", "dispatched", "acknowledged", "handled", "verified", "closed")
    ]
    assert [each["status"] for each in found] == ["open"] * 5 + ["closed"]
    assert {each["service_request_id"] for each in found} == {number}
    assert len({each["update_id"] for each in found}) == len(found)
    # Nobody has looked whether the department's words name somebody.
    assert found[3]["description"] == "责任部门报告已办好，等待他人核实。"
    assert found[0]["updated_datetime"] == "2026-06-01T05:00:00Z"
    # As a client polls: with its key, from and until; every step falls into one of two windows that meet.
    polled = []
    for since, until in (("04:00:00", "06:30:00"), ("06:30:00", "10:00:00")):
        window = {"start_date": f"2026-06-01T{since}Z", "end_date": f"2026-06-01T{until}Z"}
        answer = gateway.ask(f"servicerequestupdates.{form}", api_key=gateway.key, jurisdiction_id="140881", **window)
        polled += items(answer, "service_request_updates", UPDATE)
    assert polled == found
    paged = [gateway.ask(f"servicerequestupdates.{form}", page_size=4, page=page) for page in (1, 2)]
    assert [each for answer in paged for each in items(answer, "service_request_updates", UPDATE)] == found


def test_what_ended_without_result_is_not_told_as_mended(gateway: Gateway) -> None:
    rejected, merged, into = (gateway.report(address_id=VILLAGE) for _ in range(3))
    take(gateway, rejected, "rejection", Role.SUPERVISOR, reason="不在本市", kind="not_ours")
    take(gateway, merged, "merger", Role.SUPERVISOR, into=gateway.id_of(into))
    found = items(gateway.ask("servicerequestupdates.json"), "service_request_updates", UPDATE)
    assert [each["status"] for each in found] == ["no_further_action", "duplicate"]
    assert found[0]["description"].endswith("\n不属于本地管理范围。")
    listed = gateway.ask("requests.json", status="closed").get_json()
    assert {each["service_request_id"] for each in listed} == {rejected, merged}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_no_words_of_officers_or_clients_are_told_before_somebody_looked_at_them(gateway: Gateway, form: str) -> None:
    said, other = "王小明", gateway.world.key(Role.SUPERVISOR, name="Other")
    rejected, handled, withdrawn = (gateway.report(address_id=VILLAGE, description=said) for _ in range(3))
    take(gateway, rejected, "rejection", Role.SUPERVISOR, reason=said, kind="insulting")
    for number in (handled, withdrawn):
        take(gateway, number, "acceptance", Role.SUPERVISOR, severity="normal")
        take(gateway, number, "dispatch", Role.DISPATCHER)
        take(gateway, number, "acknowledgement", Role.HANDLER)
    for number, kind, more in ((handled, "postponement", {"due_on": "2026-06-20"}), (withdrawn, "withdrawal", {})):
        take(gateway, number, kind, Role.SUPERVISOR, reason=said, **more)
        path, decision = f"/reports/{gateway.id_of(number)}/{kind}/approval", {"decision": "approve", "note": said}
        assert gateway.world.post(path, decision, other).status_code == 201
    take(gateway, handled, "handling", Role.HANDLER, note=said)
    assert gateway.send(f"servicerequestupdates.{form}", platform_comment(gateway.key, handled, 1)).status_code == 201
    for path in ("requests", f"requests/{handled}", f"requests/{rejected}", "servicerequestupdates"):
        answer = gateway.ask(f"{path}.{form}")
        assert answer.status_code == 200
        assert said not in answer.text
    assert "将延至2026-06-20。" in gateway.ask(f"servicerequestupdates.{form}").text


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_somebody_said_is_attached_once_and_told_to_officers_only(gateway: Gateway, form: str) -> None:
    (made,) = gateway.send("requests.json", platform_report(gateway.key, 7, CATEGORY)).get_json()
    number = made["service_request_id"]
    answers = [gateway.send(f"servicerequestupdates.{form}", platform_comment(gateway.key, number, 9)) for _ in "12"]
    assert [each.status_code for each in answers] == [201, 201]
    (first,), (again,) = (items(each, "service_request_updates", UPDATED) for each in answers)
    assert first == again
    whole = gateway.world.get(f"/reports/{gateway.id_of(number)}", gateway.world.key(Role.SUPERVISOR)).get_json()
    assert [(each["text"], each["status"], each["said_at"]) for each in whole["comments"]] == [
        ("还没修", "OPEN", "2026-06-01T03:59:00Z")
    ]
    assert whole["status"] == "submitted"
    # Neither back to the client, who would show it twice, nor to anybody else.
    assert "还没修" not in gateway.ask("servicerequestupdates.json").text
    assert "还没修" not in gateway.ask("requests.json").text


def test_officers_read_on_their_page_whence_a_report_came_and_what_was_said_there(gateway: Gateway) -> None:
    number = gateway.report(description="井盖没了\n\n很危险")
    assert gateway.send("servicerequestupdates.json", platform_comment(gateway.key, number, 1)).status_code == 201
    officer = browser_of_person(gateway.world, Role.SUPERVISOR)
    page = officer.get(f"/office/reports/{gateway.id_of(number)}")
    assert page.status_code == 200
    for words in ("井盖没了\n\n很危险", "by another program", "还没修"):
        assert words in page.text


def test_a_client_comments_what_it_brought_and_nothing_else(gateway: Gateway) -> None:
    number = gateway.report()
    other = gateway.world.key(Role.OPEN311, name="Other platform")
    for key, named in ((other, number), (gateway.key, "260601000000"), (gateway.key, "junk%00")):
        assert errors(gateway.send("servicerequestupdates.xml", platform_comment(key, named, 1)))[0] == 404


def test_an_update_lacks_nothing_that_it_needs(gateway: Gateway) -> None:
    number = gateway.report()
    whole = {"api_key": gateway.key, "service_request_id": number, "status": "OPEN", "description": "x"}
    for missing in ("service_request_id", "status", "description"):
        body = "&".join(f"{name}={value}" for name, value in whole.items() if name != missing)
        status, words = errors(gateway.send("servicerequestupdates.json", body.encode()))
        assert (status, missing in words[0]) == (400, True)
    for wrong in ({"updated_datetime": "yesterday"}, {"description": "x" * 4_001}, {"status": "x" * 33}):
        body = "&".join(f"{name}={value}" for name, value in (whole | wrong).items())
        assert errors(gateway.send("servicerequestupdates.json", body.encode()))[0] == 400
