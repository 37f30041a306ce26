"""Applications of shops: anybody sends one, the office decides; and renewals of namings."""

from typing import Any

import pytest

from people import Role
from tests.web.applying import APPLICATION, applied, send_licence, with_code
from tests.web.world import World, problem

REASON = {"reason": "照片不清"}
FALSE = {"false_count": None, "false_days": None}
PATH = "/merchant-applications"


def looked_at(world: World, path: str, code: str) -> Any:
    """Ask for something as the applicant."""
    return world.app.test_client().get(f"/api/v1{path}", headers=with_code(code))


def test_an_application_is_sent_followed_returned_amended_and_accepted(world: World) -> None:
    made = applied(world)
    path = f"{PATH}/{made['id']}"
    assert (made["state"], made["phone"], made["merchant"]) == ("submitted", "139****0001", None)
    assert world.get(PATH, world.administrator, state="submitted").get_json()["items"][0]["number"] == made["number"]
    assert send_licence(world, made).status_code == 201

    returned = world.post(f"{path}/return", REASON, world.administrator).get_json()
    assert (returned["state"], returned["steps"][-1]["reason"]) == ("returned", "照片不清")
    said = {name: value for name, value in APPLICATION.items() if name not in {"contact_name", "phone"}}
    amendment = {**said, "name": "如意大饭店"}
    amended = world.post(f"{path}/amendment", amendment, None, **with_code(made["claim_code"])).get_json()
    assert (amended["state"], amended["version"], amended["name"]) == ("submitted", 2, "如意大饭店")

    accepted = world.post(f"{path}/acceptance", {"code": "ruyi"}, world.administrator).get_json()
    assert (accepted["state"], accepted["merchant"]) == ("accepted", "ruyi")
    assert world.get("/merchants/ruyi", world.administrator).get_json()["name"] == "如意大饭店"
    seen = looked_at(world, path, made["claim_code"]).get_json()
    assert [step["kind"] for step in seen["steps"]] == ["submission", "return", "amendment", "acceptance"]
    assert "claim_code" not in seen
    history = world.get("/merchants/ruyi/history", world.auditor).get_json()["items"]
    assert [event["kind"] for event in history] == ["acceptance", "amendment", "return", "submission"]


def test_the_same_call_is_one_application_and_shows_its_code_once(world: World) -> None:
    first = world.post(PATH, APPLICATION, call="k")
    again = world.post(PATH, APPLICATION, call="k")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json()["id"] == first.get_json()["id"]
    assert "claim_code" not in again.get_json()
    # Of two who choose the same key by chance, both are heard.
    assert world.post(PATH, {**APPLICATION, "name": "别家"}, call="k").get_json()["id"] != first.get_json()["id"]


def test_what_is_wrong_about_an_application_is_said_by_its_field(world: World) -> None:
    for field, value in (("credit_code", "91140881MA0AAAA01X"), ("phone", "12"), ("name", "\u202e"), ("class", "")):
        answer = world.post(PATH, {**APPLICATION, field: value})
        assert problem(answer) == (422, "invalid_fields"), field
        assert list(answer.get_json()["errors"]) == [field]
    assert problem(world.post(PATH, {**APPLICATION, "unit": "nowhere"})) == (404, "unit_unknown")
    assert problem(world.post(PATH, APPLICATION, call=None)) == (400, "idempotency_key_missing")
    assert problem(world.post(PATH, APPLICATION, "no key")) == (401, "unauthenticated")


def test_a_licence_is_seen_by_the_office_and_by_who_has_the_code_and_by_nobody_else(world: World) -> None:
    made, other = applied(world), applied(world)
    [photo] = send_licence(world, made).get_json()["items"]
    path = f"{PATH}/{made['id']}/licence/{photo['id']}"
    assert world.get(path, world.administrator).content_type == "image/jpeg"
    assert looked_at(world, path, made["claim_code"]).content_type == "image/jpeg"
    for code, refusal in ((other["claim_code"], (404, "application_unknown")), ("x", (401, "unauthenticated"))):
        assert problem(looked_at(world, path, code)) == refusal
        assert problem(looked_at(world, f"{PATH}/{made['id']}", code)) == refusal
    assert problem(looked_at(world, PATH, made["claim_code"])) == (401, "unauthenticated")
    crossed = f"{PATH}/{other['id']}/licence/{photo['id']}"
    assert problem(world.get(crossed, world.administrator)) == (404, "photo_unknown")
    assert problem(world.get(path, world.auditor)) == (403, "forbidden")


def test_what_the_office_may_not_do_is_refused(world: World) -> None:
    own = applied(world, world.administrator)
    path = f"{PATH}/{own['id']}"
    assert problem(world.post(f"{path}/refusal", REASON, world.administrator)) == (403, "same_person")
    colleague = world.key(Role.ADMINISTRATOR, name="Colleague")
    assert problem(world.post(f"{path}/acceptance", {"code": "ruyi"}, colleague)) == (409, "licence_missing")
    assert problem(world.post(f"{path}/amendment", APPLICATION, world.administrator)) == (409, "application_state")
    half = {**APPLICATION, "phone": None}
    assert list(world.post(f"{path}/amendment", half, world.administrator).get_json()["errors"]) == ["phone"]
    send_licence(world, own)
    assert world.post(f"{path}/acceptance", {"code": "ruyi"}, colleague).status_code == 201
    naming = {"class": "平安饭店", "from": "2026-06-01", "until": "2026-12-31", "document": "d"}
    assert problem(world.post("/merchants/ruyi/namings", naming, colleague)) == (403, "same_person")
    assert world.post("/merchants/ruyi/namings", naming, world.administrator).status_code == 201


def test_nobody_sends_more_applications_than_anybody_has_shops_but_who_is_known_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.nameless_limits.APPLICATIONS_PER_HOUR", 1)
    assert world.post(PATH, APPLICATION).status_code == 201
    answer = world.post(PATH, APPLICATION)
    assert problem(answer) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) > 0
    applied(world, world.administrator)
    # What the office sets for reports without a name holds for applications too.
    limits = {**dict.fromkeys(("per_day", "waiting", "on_behalf_per_month", "on_behalf_per_resident")), **FALSE}
    world.post("/report-limits", {**limits, "nameless_per_hour": 2}, world.administrator)
    assert [world.post(PATH, APPLICATION).status_code for _ in range(2)] == [201, 429]


def test_a_naming_is_renewed_as_its_owner_asked(world: World) -> None:
    shop = world.shop()
    [naming] = world.get("/merchants/M01/namings", shop.owner).get_json()["items"]
    path = f"/merchants/M01/namings/{naming['id']}"
    other = world.shop("M02")
    assert problem(world.post(f"{path}/renewal-requests", {}, other.owner)) == (404, "not_found")
    assert world.post(f"{path}/renewal-requests", {"words": "x"}, shop.owner, call="k").status_code == 201
    assert world.post(f"{path}/renewal-requests", {"words": "x"}, shop.owner, call="k").headers["Idempotency-Replayed"]
    assert problem(world.post(f"{path}/renewal-requests", {}, shop.owner)) == (409, "renewal_state")
    assert world.post(f"{path}/renewal-refusal", REASON, world.administrator).get_json()["kind"] == "refusal"
    asked = {"until": "2027-12-31", "document": "2号"}
    renewed = world.post(f"{path}/renewal", asked, world.administrator).get_json()
    assert (renewed["from"], renewed["renews"], renewed["class"]) == ("2027-01-01", naming["id"], "A")
    steps = world.get("/merchants/M01/namings/renewal-steps", shop.owner).get_json()["items"]
    assert [(step["kind"], step["words"]) for step in steps] == [("refusal", "照片不清"), ("request", "x")]
    history = world.get("/merchants/M01/history", shop.owner, limit=1).get_json()
    assert (history["items"][0]["kind"], history["items"][0]["document"]) == ("renewal", "2号")
    assert history["next_cursor"]
