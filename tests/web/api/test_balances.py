"""Balances and statements over HTTP."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from people import Role
from tests.web.world import OTHER_TOWN, TOWN, World, problem


def test_a_balance_says_what_ends_when(world: World) -> None:
    world.fund("peace")
    world.fund("forever", expiry_rule="never")
    resident = world.resident(balance=1_250)
    world.award(resident.id, 300, "forever")
    expected = {
        "items": [
            {
                "asset": "PAB",
                "available": 1_550,
                "held": 0,
                "expiring": [{"fund": "peace", "on": "2027-12-31", "amount": 1_250}],
            },
            {"asset": "MIN", "available": 0, "held": 0},
        ]
    }
    for key in (resident.key, world.administrator):
        assert world.get(f"/residents/{resident.id}/balances", key).get_json() == expected


def test_credits_past_their_day_are_not_available_swept_or_not(world: World) -> None:
    world.fund("peace", expiry_rule="on:2026-06-02")
    resident = world.resident(balance=500)
    assert world.available(resident) == 500
    world.clock.pass_by(days=2)
    pab = world.get(f"/residents/{resident.id}/balances", resident.key).get_json()["items"][0]
    assert pab["available"] == 0
    assert pab["expiring"] == []


def test_balances_of_an_instant_are_those_recorded_then(world: World) -> None:
    world.fund()
    resident = world.resident(balance=700)
    between = datetime.now(UTC)
    world.award(resident.id, 300)
    path = f"/residents/{resident.id}/balances"
    assert world.get(path, resident.key, at=between.isoformat()).get_json()["items"][0]["available"] == 700
    assert world.get(path, resident.key, at="2020-01-01T00:00:00Z").get_json()["items"][0]["available"] == 0
    assert world.available(resident) == 1_000


def test_an_instant_that_may_still_change_is_refused(world: World) -> None:
    resident = world.resident()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    answer = world.get(f"/residents/{resident.id}/balances", resident.key, at=tomorrow.isoformat())
    assert problem(answer) == (422, "instant_too_young")
    assert answer.get_json()["settled_until"].endswith("Z")


def test_balances_are_effective_by_what_had_happened(world: World) -> None:
    world.fund()
    resident = world.resident(balance=700)
    noon = world.clock.at
    world.clock.pass_by(days=-3)
    world.award(resident.id, 300)
    path = f"/residents/{resident.id}/balances"
    for key in (resident.key, world.administrator):
        for at, expected in ((noon - timedelta(4), 0), (noon - timedelta(1), 300), (noon, 1_000)):
            answer = world.get(path, key, effective_at=at.isoformat()).get_json()["items"]
            assert (answer[0]["available"], answer[0]["held"], answer[1]["available"]) == (expected, 0, 0)
    other = world.resident()
    assert problem(world.get(path, other.key, effective_at=noon.isoformat())) == (404, "not_found")


def test_a_balance_is_asked_for_as_recorded_or_as_effective(world: World) -> None:
    resident = world.resident()
    answer = world.get(
        f"/residents/{resident.id}/balances",
        resident.key,
        at="2026-01-01T00:00:00Z",
        effective_at="2026-01-01T00:00:00Z",
    )
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == ["effective_at"]


def test_an_instant_has_an_offset(world: World) -> None:
    resident = world.resident()
    for wrong in (
        "yesterday",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
    ):
        answer = world.get(f"/residents/{resident.id}/balances", resident.key, at=wrong)
        assert problem(answer) == (422, "invalid_fields")
        assert list(answer.get_json()["errors"]) == ["at"]


def test_a_statement_has_one_item_an_entry_newest_first(world: World) -> None:
    world.fund()
    resident = world.resident(balance=1_000)
    shop = world.shop("M01")
    paid = world.paid(shop, resident, 400)
    items = world.get(f"/residents/{resident.id}/statement", resident.key, asset="PAB").get_json()["items"]
    assert [(each["kind"], each["amount"], each["balance_after"]) for each in items] == [
        ("redemption", -400, 600),
        ("award", 1_000, 1_000),
    ]
    assert [each["counterparty"] for each in items] == ["merchant:M01", "fund:peace"]
    assert items[0]["entry_id"] == paid["entry_id"]
    assert items[1]["description"] == "A useful report"
    assert all(each["recorded_at"].endswith("Z") for each in items)


def test_a_statement_comes_in_parts(world: World) -> None:
    world.fund()
    resident = world.resident()
    for amount in range(1, 6):
        world.award(resident.id, amount)
    path = f"/residents/{resident.id}/statement"
    first = world.get(path, resident.key, limit=3).get_json()
    second = world.get(path, resident.key, limit=3, cursor=first["next_cursor"]).get_json()
    assert [each["amount"] for each in first["items"] + second["items"]] == [5, 4, 3, 2, 1]
    assert second["next_cursor"] is None


def test_a_cursor_is_one_that_was_given_out(world: World) -> None:
    resident = world.resident()
    answer = world.get(f"/residents/{resident.id}/statement", resident.key, cursor="x")
    assert problem(answer) == (422, "invalid_fields")
    for limit in (0, 201, "many"):
        assert problem(world.get(f"/residents/{resident.id}/statement", resident.key, limit=limit))[0] == 422


def test_minutes_have_a_statement_and_money_has_none(world: World) -> None:
    resident = world.resident()
    answer = world.get(f"/residents/{resident.id}/statement", resident.key, asset="MIN")
    assert answer.get_json() == {"items": [], "next_cursor": None}
    assert problem(world.get(f"/residents/{resident.id}/statement", resident.key, asset="CNY"))[0] == 422


def test_balances_are_private(world: World) -> None:
    one, other = world.resident(), world.resident(unit=OTHER_TOWN)
    officer = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    for path in (f"/residents/{other.id}/balances", f"/residents/{other.id}/statement"):
        assert problem(world.get(path)) == (401, "unauthenticated")
        assert problem(world.get(path, world.finance)) == (403, "forbidden")
        assert problem(world.get(path, one.key)) == (404, "not_found")
        assert problem(world.get(path, officer)) == (404, "not_found")
    assert problem(world.get(f"/residents/{uuid4()}/balances", world.administrator)) == (404, "resident_unknown")
