"""Awards, lists of awards and claw-backs over HTTP."""

from typing import Any
from uuid import uuid4

from people import Role
from tests.web.world import OTHER_TOWN, TOWN, Somebody, World, problem


def award_of(resident: Somebody, amount: int = 1_250, **more: Any) -> dict[str, Any]:
    return {"resident_id": str(resident.id), "fund": "peace", "amount": amount, "reason": "Found a leak", **more}


def batch_of(*lines: tuple[Somebody, int]) -> dict[str, Any]:
    items = [{"resident_id": str(resident.id), "amount": amount} for resident, amount in lines]
    return {"fund": "peace", "reason": "Night patrol", "items": items}


def test_an_award_is_posted_and_shown(world: World) -> None:
    world.fund()
    resident = world.resident()
    made = world.post("/awards", award_of(resident), world.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert (body["status"], body["amount"], body["fund"], body["expires_on"]) == (
        "posted",
        1_250,
        "peace",
        "2027-12-31",
    )
    assert body["entry_id"] is not None
    assert world.available(resident) == 1_250
    for key in (world.administrator, resident.key):
        assert world.get(f"/awards/{body['id']}", key).get_json() == body
        assert world.get("/awards", key).get_json() == {"items": [body], "next_cursor": None}


def test_an_award_tells_what_was_taken_back_of_it_or_that_it_was_reversed(world: World) -> None:
    world.fund()
    resident = world.resident()
    wrong, undone = (
        world.post("/awards", award_of(resident, amount), world.administrator).get_json() for amount in (300, 500)
    )
    assert (wrong["clawed_back"], undone["reversed_by"]) == (0, None)

    mirror = world.post(f"/books/entries/{undone['entry_id']}/reversal", {"reason": "Twice"}, world.finance).get_json()
    world.post(f"/awards/{wrong['id']}/claw-back", {"reason": "Not theirs"}, world.administrator)

    assert world.get(f"/awards/{undone['id']}", world.administrator).get_json()["reversed_by"] == mirror["id"]
    assert world.get(f"/awards/{wrong['id']}", world.administrator).get_json()["clawed_back"] == 300


def test_awards_are_listed_by_resident_fund_and_list(world: World) -> None:
    world.fund()
    one, other = world.resident(balance=1), world.resident(balance=2)
    batch = world.post("/awards/batches", batch_of((one, 3)), world.administrator).get_json()
    for query, amounts in (
        ({}, [3, 2, 1]),
        ({"resident_id": str(one.id)}, [3, 1]),
        ({"batch_id": batch["id"]}, [3]),
        ({"fund": "none"}, []),
    ):
        items = world.get("/awards", world.administrator, **query).get_json()["items"]
        assert [each["amount"] for each in items] == amounts
    assert [each["amount"] for each in world.get("/awards", other.key).get_json()["items"]] == [2]


def test_an_unfunded_award_is_refused(world: World) -> None:
    world.fund(money=1_000)
    resident = world.resident()
    answer = world.post("/awards", award_of(resident, 1_001), world.administrator)
    assert problem(answer) == (409, "fund_exhausted")
    assert answer.get_json()["available"] == 1_000
    assert world.available(resident) == 0


def test_a_list_is_awarded_all_or_nothing(world: World) -> None:
    world.fund(money=1_000)
    one, other = world.resident(), world.resident()
    made = world.post("/awards/batches", batch_of((one, 100), (other, 200)), world.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert (body["count"], body["total"]) == (2, 300)
    assert world.get(f"/awards/batches/{body['id']}", world.administrator).get_json() == body
    assert world.get("/awards/batches", world.administrator).get_json()["items"] == [body]
    answer = world.post("/awards/batches", batch_of((one, 400), (other, 400)), world.administrator)
    assert problem(answer) == (409, "fund_exhausted")
    assert (world.available(one), world.available(other)) == (100, 200)


def test_every_bad_line_of_a_list_is_named(world: World) -> None:
    world.fund()
    resident = world.resident()
    body = batch_of((resident, 100), (resident, 100), (resident, 100))
    body["items"][1]["resident_id"] = str(uuid4())
    answer = world.post("/awards/batches", body, world.administrator)
    assert problem(answer) == (422, "invalid_fields")
    assert {line: list(faults) for line, faults in answer.get_json()["errors"]["items"].items()} == {
        "1": ["resident_id"]
    }
    body["items"][2]["amount"] = 0
    answer = world.post("/awards/batches", body, world.administrator)
    assert {line: list(faults) for line, faults in answer.get_json()["errors"]["items"].items()} == {"2": ["amount"]}
    assert problem(world.post("/awards/batches", {**body, "items": []}, world.administrator))[0] == 422
    assert world.available(resident) == 0


def test_ten_thousand_awards_fit_in_one_call_and_no_more(world: World) -> None:
    world.fund(money=10_000)
    resident = world.resident()
    made = world.post("/awards/batches", batch_of(*[(resident, 1)] * 10_000), world.administrator)
    assert made.status_code == 201
    assert made.get_json()["total"] == 10_000
    assert world.available(resident) == 10_000
    answer = world.post("/awards/batches", batch_of(*[(resident, 1)] * 10_001), world.administrator)
    assert problem(answer) == (422, "invalid_fields")


def test_what_is_left_of_a_wrong_award_is_taken_back_once(world: World) -> None:
    world.fund(money=1_000)
    resident = world.resident()
    award = world.post("/awards", award_of(resident, 900), world.administrator).get_json()
    world.paid(world.shop(), resident, 300)
    path = f"/awards/{award['id']}/claw-back"
    assert problem(world.get(path, resident.key)) == (404, "not_found")
    made = world.post(path, {"reason": "Wrong person"}, world.administrator)
    assert made.status_code == 201
    assert made.get_json()["amount"] == 600
    assert world.available(resident) == 0
    assert world.get(path, resident.key).get_json() == made.get_json()
    again = world.post(path, {"reason": "Wrong person"}, world.administrator)
    assert problem(again) == (409, "already_clawed_back")
    assert again.get_json()["claw_back_id"] == made.get_json()["id"]


def test_nothing_is_taken_back_of_what_is_spent(world: World) -> None:
    world.fund()
    resident = world.resident()
    award = world.post("/awards", award_of(resident, 300), world.administrator).get_json()
    world.paid(world.shop(), resident, 300)
    answer = world.post(f"/awards/{award['id']}/claw-back", {"reason": "Wrong"}, world.administrator)
    assert problem(answer) == (409, "nothing_to_claw_back")


def test_nobody_and_the_wrong_role_are_refused(world: World) -> None:
    world.fund()
    resident = world.resident(balance=5)
    award_id = world.get("/awards", world.administrator).get_json()["items"][0]["id"]
    posts = (
        ("/awards", award_of(resident)),
        ("/awards/batches", batch_of((resident, 1))),
        (f"/awards/{award_id}/claw-back", {"reason": "x"}),
    )
    for path, body in posts:
        assert problem(world.post(path, body)) == (401, "unauthenticated")
        for key in (world.finance, world.auditor, resident.key):
            assert problem(world.post(path, body, key)) == (403, "forbidden")
    assert problem(world.get("/awards", world.finance)) == (403, "forbidden")


def test_awards_of_others_are_not_there(world: World) -> None:
    world.fund()
    far, other = world.resident(balance=5, unit=OTHER_TOWN), world.resident()
    award_id = world.get("/awards", world.administrator).get_json()["items"][0]["id"]
    officer = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    for key in (other.key, officer):
        assert problem(world.get(f"/awards/{award_id}", key)) == (404, "not_found")
        assert problem(world.get("/awards", key, resident_id=str(far.id))) == (404, "not_found")
    assert world.get("/awards", officer).get_json()["items"] == []
    assert problem(world.post("/awards", award_of(far), officer)) == (404, "not_found")
    assert problem(world.post(f"/awards/{award_id}/claw-back", {"reason": "x"}, officer)) == (404, "not_found")
    assert world.post("/awards", award_of(other), officer).status_code == 201
    assert [each["resident_id"] for each in world.get("/awards", officer).get_json()["items"]] == [str(other.id)]


def test_an_office_of_one_town_awards_lists_to_its_residents_and_sees_its_own_lists(world: World) -> None:
    world.fund()
    near, far = world.resident(), world.resident(unit=OTHER_TOWN)
    officer, colleague = (world.key(Role.ADMINISTRATOR, name=name, unit_code=TOWN) for name in ("Officer", "Colleague"))
    refused = world.post("/awards/batches", batch_of((near, 1), (far, 2)), officer)
    assert (problem(refused), list(refused.get_json()["errors"]["items"])) == ((422, "invalid_fields"), ["1"])
    own = world.post("/awards/batches", batch_of((near, 1)), officer)
    assert own.status_code == 201
    mixed = world.post("/awards/batches", batch_of((near, 2), (far, 3)), world.administrator).get_json()
    own_id = own.get_json()["id"]

    for key, seen in ((officer, [own_id]), (colleague, []), (world.administrator, [mixed["id"], own_id])):
        assert [each["id"] for each in world.get("/awards/batches", key).get_json()["items"]] == seen
    assert world.get(f"/awards/batches/{own_id}", officer).status_code == 200
    for key, batch_id in ((officer, mixed["id"]), (colleague, own_id)):
        assert problem(world.get(f"/awards/batches/{batch_id}", key)) == (404, "not_found")
    lines = world.get("/awards", officer, batch_id=mixed["id"]).get_json()["items"]
    assert [each["amount"] for each in lines] == [2]


def test_awards_are_listed_by_the_days_of_the_community(world: World) -> None:
    world.fund()
    resident = world.resident()
    first_day = world.clock.at.date()
    late = world.award(resident.id, 1)
    world.clock.pass_by(days=1)
    world.award(resident.id, 2)
    second_day = world.clock.at.date()
    for query, amounts in (
        ({"from": second_day}, [2]),
        ({"until": first_day}, [1]),
        ({"from": first_day, "until": second_day}, [2, 1]),
        ({"from": second_day, "until": first_day}, []),
        ({"from": "0001-01-01", "until": "9999-12-31"}, [2, 1]),
    ):
        for key in (world.administrator, resident.key):
            items = world.get("/awards", key, **query).get_json()["items"]
            assert [each["amount"] for each in items] == amounts, query
    assert late.amount == 1
    answer = world.get("/awards", world.administrator, **{"from": "yesterday"})
    assert (problem(answer), list(answer.get_json()["errors"])) == ((422, "invalid_fields"), ["from"])


def test_what_is_not_there_is_not_found(world: World) -> None:
    world.fund()
    resident = world.resident()
    unknown = str(uuid4())
    for key, path, code in (
        (world.administrator, f"/awards/{unknown}", "award_unknown"),
        (world.administrator, f"/awards/batches/{unknown}", "batch_unknown"),
        (resident.key, f"/awards/{unknown}", "award_unknown"),
    ):
        assert problem(world.get(path, key)) == (404, code)
    for body, code in (
        (award_of(resident, fund="none"), "fund_unknown"),
        (award_of(resident, resident_id=unknown), "resident_unknown"),
    ):
        assert problem(world.post("/awards", body, world.administrator)) == (404, code)


def test_wrong_fields_are_named(world: World) -> None:
    world.fund()
    resident = world.resident()
    for wrong, at in (
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": "5"}, "amount"),
        ({"amount": True}, "amount"),
        ({"reason": "r" * 501}, "reason"),
        ({"reason": None}, "reason"),
        ({"resident_id": "me"}, "resident_id"),
        ({"note": "x"}, "note"),
    ):
        answer = world.post("/awards", award_of(resident, **wrong), world.administrator)
        assert problem(answer) == (422, "invalid_fields"), wrong
        assert list(answer.get_json()["errors"]) == [at]
    assert world.available(resident) == 0


def test_the_same_call_again_awards_nothing_new(world: World) -> None:
    world.fund()
    resident = world.resident()
    award: dict[str, Any] = {}
    for path, body in (
        ("/awards", award_of(resident, 100)),
        ("/awards/batches", batch_of((resident, 10), (resident, 1))),
    ):
        first = world.post(path, body, world.administrator, call="same")
        again = world.post(path, body, world.administrator, call="same")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.get_json() == first.get_json()
        assert again.headers["Idempotency-Replayed"] == "true"
        award = award or first.get_json()
    assert world.available(resident) == 111
    path = f"/awards/{award['id']}/claw-back"
    first = world.post(path, {"reason": "x"}, world.administrator, call="same")
    again = world.post(path, {"reason": "x"}, world.administrator, call="same")
    assert again.get_json() == first.get_json()
    assert world.available(resident) == 11


def test_a_key_belongs_to_one_request(world: World) -> None:
    world.fund()
    resident = world.resident()
    world.post("/awards", award_of(resident, 100), world.administrator, call="a")
    answer = world.post("/awards", award_of(resident, 101), world.administrator, call="a")
    assert problem(answer) == (422, "idempotency_key_reused")
    answer = world.post("/awards", award_of(resident, 100), world.administrator, call=None)
    assert problem(answer) == (400, "idempotency_key_missing")
    assert world.available(resident) == 100
