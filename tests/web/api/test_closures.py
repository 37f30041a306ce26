"""Closing residents and merchants over HTTP, and the report of what went where."""

from people import Role
from tests.web.world import OTHER_TOWN, World, problem

REASON = {"reason": "Moved away"}


def test_a_resident_who_leaves_is_closed_with_a_report(world: World) -> None:
    world.fund()
    resident = world.resident(balance=700)
    path = f"/residents/{resident.id}/closure"
    assert problem(world.get(path, world.administrator))[0] == 404
    world.payment_code(resident)
    made = world.post(path, REASON, world.administrator, call="k")
    assert made.status_code == 201
    body = made.get_json()
    assert (body["status"], body["resident_id"], body["merchant"], body["left"]) == (
        "closed",
        str(resident.id),
        None,
        [],
    )
    (line,) = body["lines"]
    assert (line["amount"], line["lot"], line["where_to"], line["destination"]) == (
        700,
        "2027-12-31:peace",
        "fund",
        "fund:peace:available",
    )
    assert world.get(path, world.auditor).get_json() == body
    assert world.get(f"/closures/{body['id']}", world.auditor).get_json() == body
    (item,) = world.get("/closures", world.auditor).get_json()["items"]
    assert item == {name: value for name, value in body.items() if name not in {"lines", "left"}}
    again = world.post(path, REASON, world.administrator, call="k")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (body, "true")
    assert problem(world.post(path, REASON, world.administrator)) == (409, "owner_closed")
    assert problem(world.get(f"/residents/{resident.id}", resident.key))[0] == 401
    assert world.get(f"/residents/{resident.id}", world.administrator).get_json()["left_at"] is not None
    refused = world.post(
        "/awards", {"resident_id": str(resident.id), "fund": "peace", "amount": 1, "reason": "x"}, world.administrator
    )
    assert problem(refused)[0] == 409


def test_what_is_owed_is_left_in_the_report(world: World) -> None:
    world.fund()
    resident, shop = world.resident(), world.shop()
    award = world.award(resident.id, 300)
    world.paid(shop, resident, 300)
    matter = world.post(f"/awards/{award.id}/forced-corrections", REASON, world.administrator).get_json()
    world.post(f"/forced-corrections/{matter['id']}/approval", {"decision": "approve"}, world.finance)
    body = world.post(f"/residents/{resident.id}/closure", REASON, world.administrator).get_json()
    assert (body["status"], body["left"]) == ("closing", [{"what": "owed", "fund": "peace", "amount": 300}])


def test_of_two_records_one_goes_on(world: World) -> None:
    world.fund()
    twice, resident = world.resident(balance=700), world.resident(balance=1)
    path = f"/residents/{twice.id}/merger"
    body = {"into": resident.number, "reason": "Registered twice"}
    made = world.post(path, body, world.administrator)
    assert (made.status_code, made.get_json()["merged_into_id"]) == (201, str(resident.id))
    assert world.available(resident) == 701
    assert problem(world.post(path, {**body, "into": twice.number}, world.administrator))[0] == 409


def test_a_shop_is_closed_when_nothing_is_left(world: World) -> None:
    world.fund()
    shop = world.shop()
    world.paid(shop, world.resident(balance=700), 200)
    path = "/merchants/M01/closure"
    assert problem(world.get(path, world.auditor))[0] == 404
    body = world.post(path, REASON, world.administrator).get_json()
    assert (body["status"], body["merchant"]) == ("closing", "M01")
    assert body["left"] == [{"what": "payable", "fund": "peace", "amount": 200}]
    assert world.get(path, world.auditor).get_json() == body
    world.shop("M02")
    assert world.post("/merchants/M02/closure", REASON, world.administrator).get_json()["status"] == "closed"


def test_only_administrators_of_the_place_close(world: World) -> None:
    resident, shop = world.resident(), world.shop()
    for path in (f"/residents/{resident.id}/closure", f"/merchants/{shop.code}/closure"):
        assert problem(world.post(path, REASON, world.finance))[0] == 403
        assert problem(world.post(path, REASON))[0] == 401
        assert problem(world.post(path, {}, world.administrator)) == (422, "invalid_fields")
    elsewhere = world.key(Role.ADMINISTRATOR, unit_code=OTHER_TOWN)
    assert problem(world.post(f"/residents/{resident.id}/closure", REASON, elsewhere))[0] == 404
