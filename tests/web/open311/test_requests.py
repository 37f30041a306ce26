"""Reports by Open311: as clients send them, as anybody sees them, and what nobody sees."""

import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

import people
import responsibilities
from people import Role
from reports import ReportStatus
from tests.web.open311.clients import PEOPLE, Gateway, app_report, platform_report
from tests.web.open311.georeport import CREATED, REQUEST, TOKEN, errors, items
from tests.web.reporting import CATEGORY, WAY
from tests.web.world import TOWN, VILLAGE
from web.extensions import db

DEPARTMENT_CODE = "140881-D01"
WORDS = '井盖没了\n\n电机厂门口, "危险" & <深>\n\nhttps://reports.example/report/77'


def one(gateway: Gateway, number: str, form: str = "json") -> dict[str, Any]:
    (found,) = items(gateway.ask(f"requests/{number}.{form}"), "service_requests", REQUEST)
    return found


def kept_words(gateway: Gateway, number: str) -> str:
    """Return the description of a report as its officers read it."""
    report = gateway.world.get(f"/reports/{gateway.id_of(number)}", gateway.world.administrator).get_json()
    return str(report["description"])


def step(gateway: Gateway, number: str, kind: str, role: Role, body: dict[str, Any], **place: Any) -> None:
    path = f"/reports/{gateway.id_of(number)}/{kind}"
    answer = gateway.world.post(path, body, gateway.world.key(role, **place))
    assert answer.status_code == 201, answer.text


def bring_to(gateway: Gateway, number: str, status: ReportStatus) -> None:
    for reached, (role, kind, body) in WAY.items():
        place = {"unit_code": "140881"} if role == "handler" else {}
        step(gateway, number, kind, Role(role), body, **place)
        if reached == status:
            return


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_platforms_report_is_taken_in_byte_for_byte_and_found_again(gateway: Gateway, form: str) -> None:
    answer = gateway.send(f"requests.{form}", platform_report(gateway.key, 77, CATEGORY))
    assert answer.status_code == 201, answer.text
    (made,) = items(answer, "service_requests", CREATED)
    number = made["service_request_id"]
    found = one(gateway, number, form)
    assert kept_words(gateway, number) == WORDS
    # Nobody has looked at the words yet.
    assert found["description"] == found["service_name"]
    assert (float(found["lat"]), float(found["long"])) == (34.867123, 110.44789)
    assert (found["status"], found["service_code"], found["address_id"]) == ("open", CATEGORY, "140881")
    assert found["requested_datetime"] == "2026-06-01T04:00:00Z"
    report = gateway.world.get(f"/reports/{gateway.id_of(number)}", gateway.world.administrator).get_json()
    assert (report["channel"], report["resident_id"], report["unit"]) == ("open311", None, "140881")
    assert items(gateway.ask(f"tokens/{number}.{form}"), "service_requests", TOKEN)[0]["service_request_id"] == number


def test_the_protocols_own_example_is_taken_in(gateway: Gateway) -> None:
    answer = gateway.send("requests.xml", app_report(gateway.key, CATEGORY))
    (made,) = items(answer, "service_requests", CREATED)
    found = one(gateway, made["service_request_id"])
    assert found["address"] == "1234 5th street"
    assert kept_words(gateway, made["service_request_id"]) == "A large sinkhole is destroying the street"


def test_nothing_of_the_person_is_kept_or_logged(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for body in (platform_report(gateway.key, 1, CATEGORY), app_report(gateway.key, CATEGORY)):
            assert gateway.send("requests.xml", body).status_code == 201
    with gateway.world.app.app_context(), db.engine.connect() as connection:
        stored = [
            str(tuple(row))
            for table in db.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608 - our own tables' names
            if table.name not in {"units", "report_categories"}
        ]
    assert len(stored) > 4
    for private in PEOPLE:
        quoted = f"'{private}'"
        assert not [row for row in stored if quoted in row or (len(private) > 2 and private in row)], private
        assert len(private) == 2 or private not in caplog.text
    assert gateway.key not in caplog.text


def test_the_same_number_of_one_client_is_one_report(gateway: Gateway) -> None:
    first = gateway.send("requests.json", platform_report(gateway.key, 5, CATEGORY))
    again = gateway.send("requests.json", platform_report(gateway.key, 5, "C0101"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    # Another client counts for itself; a further key under one name is the same client.
    other = gateway.world.key(Role.OPEN311, name="Other platform")
    further = gateway.world.key(Role.OPEN311, name="Platform")
    assert gateway.send("requests.json", platform_report(other, 5, CATEGORY)).status_code == 201
    assert gateway.send("requests.json", platform_report(further, 5, CATEGORY)).get_json() == first.get_json()
    assert len(gateway.ask("requests.json").get_json()) == 2
    for name in ("attribute[external_id]", "service_request_id_ext"):
        assert gateway.report(**{name: "A-1"}) == gateway.report(**{name: "A-1"})
    assert gateway.report() != gateway.report()


@pytest.mark.parametrize(
    ("fields", "unit"),
    [
        ({"address_id": VILLAGE}, VILLAGE),
        ({"attribute[unit]": TOWN}, TOWN),
        ({"address_id": VILLAGE, "attribute[unit]": TOWN}, VILLAGE),
        ({"address_id": "#NOTPINPOINTED#", "attribute[unit]": TOWN}, TOWN),
        ({"address_id": "#NOTPINPOINTED#"}, "140881"),
        ({"address_id": DEPARTMENT_CODE}, "140881"),
        ({"address_id": "\x00", "attribute[unit]": "no such unit"}, "140881"),
    ],
)
def test_a_place_is_the_unit_that_is_named_or_else_the_county(
    gateway: Gateway, fields: dict[str, str], unit: str
) -> None:
    assert one(gateway, gateway.report(**fields))["address_id"] == unit


def test_a_place_may_be_told_in_three_ways_and_must_be_told(gateway: Gateway) -> None:
    none = {"lat": "", "long": ""}
    assert one(gateway, gateway.report(**none, address_string="电机厂门口"))["address"] == "电机厂门口"
    assert one(gateway, gateway.report(**none, address_id=VILLAGE))["address_id"] == VILLAGE
    long_one = one(gateway, gateway.report(**none, address_string="门口\r\n" + "很" * 400))["address"]
    assert (long_one[:5], len(long_one), long_one[-1]) == ("门口, 很", 100, "…")
    body = urlencode({"api_key": gateway.key, "service_code": CATEGORY, "address_id": "unknown", "description": "x"})
    assert errors(gateway.send("requests.json", body.encode()))[0] == 400


def test_a_description_is_kept_whole_or_made_of_what_there_is(gateway: Gateway) -> None:
    assert kept_words(gateway, gateway.report(description="很" * 4_000)) == "很" * 4_000
    of_parts = gateway.report(description="", **{"attribute[title]": "井盖", "attribute[description]": "没了"})
    assert kept_words(gateway, of_parts) == "井盖\n\n没了"
    assert kept_words(gateway, gateway.report(description="")) == one(gateway, of_parts)["service_name"]
    strange = gateway.report(description="a\x00b\x1b[31m\tc\u202ed\ufffe\U0001f389\r\ne")
    assert kept_words(gateway, strange) == "a b [31m c d\ufffe\U0001f389\ne"


def test_a_description_is_told_once_an_officer_has_published_it(gateway: Gateway) -> None:
    number = gateway.report(description="张三 13800001234")
    bring_to(gateway, number, ReportStatus.ACCEPTED)
    whole = {"text": "很" * 3_990 + "d\ufffe\U0001f389\ne", "photos": []}
    step(gateway, number, "publications", Role.SUPERVISOR, whole)
    assert one(gateway, number)["description"] == whole["text"]
    assert one(gateway, number, "xml")["description"] == str(whole["text"]).replace("\ufffe", "\ufffd")
    step(gateway, number, "takedown", Role.SUPERVISOR, {"reason": "x"})
    assert one(gateway, number)["description"] == one(gateway, number)["service_name"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_departments_words_are_told_as_an_officer_published_them(gateway: Gateway, form: str) -> None:
    number = gateway.report(address_id=VILLAGE)
    bring_to(gateway, number, ReportStatus.HANDLED)
    before = one(gateway, number, form)["status_notes"]
    step(gateway, number, "publications", Role.SUPERVISOR, {"text": "x", "answer": "换了\n井盖", "photos": []})
    assert one(gateway, number, form)["status_notes"] == f"{before}\n换了\n井盖"
    withheld: dict[str, Any] = {"text": "x", "answer": None, "photos": [], "reason": "写了姓名"}
    step(gateway, number, "publications", Role.SUPERVISOR, withheld)
    assert one(gateway, number, form)["status_notes"] == before
    step(gateway, number, "publications", Role.SUPERVISOR, {"text": "x", "answer": "换了", "photos": []})
    step(gateway, number, "takedown", Role.SUPERVISOR, {"reason": "x"})
    assert one(gateway, number, form)["status_notes"] == before


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "xml"])
def test_only_a_key_of_the_role_brings(gateway: Gateway, form: str) -> None:
    for wrong in ("", "nonsense", gateway.key[:-1], "%00", "x" * 5_000):
        status, words = errors(gateway.send(f"requests.{form}", platform_report(wrong, 1, CATEGORY)))
        assert status == 403
        assert "api_key" in words[0]
    for role in (Role.ADMINISTRATOR, Role.SUPERVISOR):
        assert errors(gateway.send(f"requests.{form}", platform_report(gateway.world.key(role), 1, CATEGORY)))[0] == 403
    resident = gateway.world.resident()
    assert errors(gateway.send(f"servicerequestupdates.{form}", f"api_key={resident.key}".encode()))[0] == 403
    assert gateway.ask("requests.json").get_json() == []


def test_a_key_of_the_role_opens_nothing_else(gateway: Gateway) -> None:
    assert gateway.world.get("/reports", gateway.key).status_code == 403
    # In the API a key is a header's, and no field's.
    assert gateway.world.get("/reports", api_key=gateway.world.administrator).status_code == 401


def test_a_revoked_key_brings_nothing(gateway: Gateway) -> None:
    key_id = gateway.world.seen(people.list_keys)[0].id
    gateway.world.done(lambda session: people.revoke_key(session, key_id=key_id, now=gateway.world.clock.at))
    assert errors(gateway.send("requests.xml", platform_report(gateway.key, 1, CATEGORY)))[0] == 403


def test_a_key_may_be_shown_in_the_address_or_the_header_too(gateway: Gateway) -> None:
    body = urlencode({"service_code": CATEGORY, "lat": 34.8, "long": 110.4}).encode()
    assert gateway.send(f"requests.json?api_key={gateway.key}", body).status_code == 201
    client = gateway.world.app.test_client()
    headers = {"Authorization": f"Bearer {gateway.key}", "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/open311/v2/requests.json", data=body, headers=headers).status_code == 201


def test_a_keys_rate_is_its_own(gateway: Gateway) -> None:
    slow = gateway.world.key(Role.OPEN311, name="Slow", rate_a_minute=3)
    answers = [gateway.send("requests.xml", platform_report(slow, number, CATEGORY)) for number in range(4)]
    assert [each.status_code for each in answers] == [201, 201, 201, 429]
    assert errors(answers[-1])[0] == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert gateway.send("requests.xml", platform_report(gateway.key, 1, CATEGORY)).status_code == 201
    gateway.world.clock.pass_by(seconds=60)
    assert gateway.send("requests.xml", platform_report(slow, 9, CATEGORY)).status_code == 201


# --- what anybody sees -----------------------------------------------------------------------------------------------


def test_a_report_is_open_until_its_end_and_says_who_and_until_when(gateway: Gateway) -> None:
    number = gateway.report(address_id=VILLAGE)
    assert one(gateway, number)["expected_datetime"] is None
    for status in (ReportStatus.ACCEPTED, *list(WAY)[1:]):
        role, kind, body = WAY[status]
        step(gateway, number, kind, Role(role), body, **({"unit_code": "140881"} if role == "handler" else {}))
        found = one(gateway, number)
        assert found["status"] == ("closed" if status is ReportStatus.CLOSED else "open")
        assert found["status_notes"]
        has_duty = status not in {ReportStatus.VERIFIED, ReportStatus.CLOSED}
        assert (found["expected_datetime"] is not None) == has_duty
        if has_duty:
            # The last second of a day in Shanghai.
            assert found["expected_datetime"].endswith("T15:59:59Z")
        # What the department wrote is told once an officer has published it.
        assert "换了新井盖" not in found["status_notes"]
    assert one(gateway, number)["agency_responsible"]
    award = gateway.world.get(f"/reports/{gateway.id_of(number)}", gateway.world.administrator).get_json()["award"]
    assert award is None or (award["paid"], award["parts"]) == (0, [])


def test_a_report_from_outside_earns_nothing_under_a_tariff(gateway: Gateway) -> None:
    world = gateway.world
    world.fund("peace", money=5_000)
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    number = gateway.report(address_id=VILLAGE)
    bring_to(gateway, number, ReportStatus.CLOSED)
    award = world.get(f"/reports/{gateway.id_of(number)}", world.administrator).get_json()["award"]
    assert award is None or (award["paid"], award["parts"]) == (0, [])
    assert world.get("/funds/peace", world.administrator).get_json()["available"] == 5_000


def test_of_residents_reports_nothing_that_they_wrote_is_told(gateway: Gateway) -> None:
    world = gateway.world
    body = {"category": CATEGORY, "description": "王小明家门口", "unit": VILLAGE, "address": "王小明家"}
    made = world.post("/reports", {**body, "lat": 34.867123, "long": 110.447890}, world.resident().key).get_json()
    step(gateway, made["number"], "rejection", Role.SUPERVISOR, {"reason": "王小明自己的事"})
    answers = [
        gateway.ask(f"{path}.{form}") for path in ("requests", "servicerequestupdates") for form in ("json", "xml")
    ]
    assert all(made["number"] in answer.text for answer in answers)
    assert not [answer.text for answer in answers if "王小明" in answer.text]
    found = one(gateway, made["number"])
    assert found["description"] == found["service_name"]
    assert (found["lat"], found["long"], found["status"]) == (34.867, 110.448, "closed")


def test_what_is_private_is_nowhere(gateway: Gateway) -> None:
    private = next(each for each in gateway.world.seen(responsibilities.categories) if each.is_private)
    number = gateway.report(service_code=private.code)
    step(gateway, number, "acceptance", Role.SUPERVISOR, {"severity": "normal"})
    for form in ("json", "xml"):
        unknown = errors(gateway.ask(f"requests/260601000000.{form}"))
        assert errors(gateway.ask(f"requests/{number}.{form}")) == unknown
        assert errors(gateway.ask(f"tokens/{number}.{form}")) == unknown
    for query in ({}, {"service_request_id": number}, {"service_code": private.code}):
        assert gateway.ask("requests.json", **query).get_json() == []
    assert gateway.ask("servicerequestupdates.json").get_json() == []


def test_of_whom_hides_nothing_is_listed(gateway: Gateway) -> None:
    body = {"category": CATEGORY, "description": "x", "unit": VILLAGE}
    resident = gateway.world.resident()
    made = [
        gateway.world.post("/reports", {**body, hidden: True}, resident.key).get_json()["number"]
        for hidden in ("anonymous", "confidential")
    ]
    assert gateway.ask("requests.json").get_json() == []
    for number in made:
        assert errors(gateway.ask(f"requests/{number}.json"))[0] == 404


def test_lists_are_asked_for_by_number_service_time_and_status_in_pages(gateway: Gateway) -> None:
    def numbers(**query: Any) -> list[str]:
        answer = gateway.ask("requests.json", **query)
        return [each["service_request_id"] for each in items(answer, "service_requests", REQUEST)]

    made = []
    for service in (CATEGORY, CATEGORY, "C0101"):
        made.append(gateway.report(service_code=service, address_id=VILLAGE))
        gateway.world.clock.pass_by(days=1)
    bring_to(gateway, made[1], ReportStatus.CLOSED)
    assert numbers() == made[::-1]
    assert numbers(service_request_id=f"{made[0]},{made[2]},260601000000,junk\x00") == [made[2], made[0]]
    assert numbers(service_request_id=made[0], status="closed", start_date="2030-01-01T00:00:00Z") == [made[0]]
    assert numbers(service_code="C0101") == [made[2]]
    assert numbers(service_code=[CATEGORY, "C0101"]) == numbers(service_code=f"{CATEGORY},C0101,\x00") == made[::-1]
    assert numbers(status="closed") == [made[1]]
    assert numbers(status="open") == [made[2], made[0]]
    assert numbers(status="open,CLOSED") == made[::-1]
    assert numbers(start_date="2026-06-02T04:00:00Z") == made[:0:-1]
    assert numbers(end_date="2026-06-02T12:00:00+08:00") == made[1::-1]
    assert numbers(start_date="2026-06-02", end_date="2026-06-03") == [made[1]]
    assert numbers(page_size=2) == made[:0:-1]
    assert numbers(page_size=2, page=2) == [made[0]]
    assert numbers(page_size=100_000) == made[::-1]
    gateway.world.clock.pass_by(days=89)
    assert numbers() == [made[2]]
    for wrong in (
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "2026-06-02T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        *({"start_date": each} for each in ("yesterday", "0001-01-01T00:00:00+08:00", "9999-12-31", "\x00", "2026-13")),
        *({"page": each} for each in ("0", "-1", "x", "9" * 50, "²")),
        *({"page_size": each} for each in ("0", "1.5")),
        {"status": "gone"},
        {"service_request_id": "1," * 1_100},
    ):
        assert errors(gateway.ask("requests.json", **wrong))[0] == 400, wrong
