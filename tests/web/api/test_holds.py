"""What is set aside, over HTTP."""

import dataclasses
from uuid import uuid4

import people
from people import Role
from tests.web.world import OTHER_TOWN, TOWN, Clock, World, problem
from web import Settings, create_app
from web.extensions import db


def test_what_is_set_aside_is_listed_with_what_became_of_it(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=1_000), world.shop()
    first = world.hold(resident, 300, hours=1)
    second = world.hold(resident, 200)
    world.captured(first, shop, 120)
    for key in (resident.key, world.administrator):
        items = world.get(f"/residents/{resident.id}/holds", key).get_json()["items"]
        assert [each["id"] for each in items] == sorted([str(first.id), str(second.id)], reverse=True)
        shown = next(each for each in items if each["id"] == str(first.id))
        assert shown == {
            "id": str(first.id),
            "state": "open",
            "amount": 300,
            "left": 180,
            "captured": 120,
            "returned": 0,
            "purpose": "voucher",
            "placed_at": "2026-06-01T04:00:00Z",
            "expires_at": "2026-06-01T05:00:00Z",
            "ended_at": None,
            "entry_id": str(first.entry_id),
        }


def test_a_balance_says_what_is_set_aside_and_a_statement_how_it_came_there(world: World) -> None:
    world.fund()
    resident = world.resident(balance=1_000)
    world.hold(resident, 300, hours=1)
    world.clock.pass_by(hours=2)
    path = f"/residents/{resident.id}/balances"
    pab = world.get(path, resident.key).get_json()["items"][0]
    assert (pab["available"], pab["held"]) == (700, 300)
    told = world.app.test_cli_runner().invoke(args=["jobs", "run"]).stdout
    assert told.startswith("holds expired: 1, 300 minor units\n")
    pab = world.get(path, resident.key).get_json()["items"][0]
    assert (pab["available"], pab["held"]) == (1_000, 0)
    [hold] = world.get(f"/residents/{resident.id}/holds", resident.key).get_json()["items"]
    assert (hold["state"], hold["left"], hold["returned"]) == ("expired", 0, 300)
    assert hold["ended_at"] == "2026-06-01T06:00:00Z"
    items = world.get(f"/residents/{resident.id}/statement", resident.key).get_json()["items"]
    assert [(each["kind"], each["amount"]) for each in items] == [
        ("hold_expired", 300),
        ("hold", -300),
        ("award", 1_000),
    ]


def test_what_is_set_aside_comes_in_parts(world: World) -> None:
    world.fund()
    resident = world.resident(balance=1_000)
    made = {str(world.hold(resident, 1).id) for _ in range(5)}
    path = f"/residents/{resident.id}/holds"
    first = world.get(path, resident.key, limit=3).get_json()
    second = world.get(path, resident.key, limit=3, cursor=first["next_cursor"]).get_json()
    assert {each["id"] for each in first["items"] + second["items"]} == made
    assert second["next_cursor"] is None
    assert problem(world.get(path, resident.key, cursor="x")) == (422, "invalid_fields")


def test_what_is_set_aside_is_private(world: World) -> None:
    one, other = world.resident(), world.resident(unit=OTHER_TOWN)
    officer = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    path = f"/residents/{other.id}/holds"
    assert problem(world.get(path)) == (401, "unauthenticated")
    assert problem(world.get(path, world.finance)) == (403, "forbidden")
    assert problem(world.get(path, one.key)) == (404, "not_found")
    assert problem(world.get(path, officer)) == (404, "not_found")
    assert problem(world.get(f"/residents/{uuid4()}/holds", world.administrator)) == (404, "resident_unknown")


def test_what_comes_back_past_its_day_has_the_grace_that_is_set(settings: Settings) -> None:
    clock = Clock()
    app = create_app(dataclasses.replace(settings, grace_days=5, clock=clock))
    world = World(app, clock)
    world.done(lambda session: people.load_units(session, rows=people.packaged_units()))
    world.fund("peace", expiry_rule="on:2026-06-02")
    resident, shop = world.resident(balance=500), world.shop()
    paid = world.paid(shop, resident, 200)
    world.hold(resident, 100, hours=48)
    clock.pass_by(days=3)
    world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 200, "reason": "Sold out"}, shop.owner)
    app.test_cli_runner().invoke(args=["jobs", "run"])
    [pab, _] = world.get(f"/residents/{resident.id}/balances", resident.key).get_json()["items"]
    assert pab["expiring"] == [{"fund": "peace", "on": "2026-06-09", "amount": 300}]
    with app.app_context():
        db.engine.dispose()
