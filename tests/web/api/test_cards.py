"""Paper cards and sheets of codes over the API: who may do what, what is told once, and how tills take them."""

from typing import Any

import pytest

from people import Role
from tests.web.world import TOWN, VILLAGE, Shop, Somebody, World, problem

PIN, WRONG_PIN = "204060", "111213"


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a shop that takes credits."""
    world.fund()
    return world.shop()


@pytest.fixture
def owner(world: World, shop: Shop) -> Somebody:
    """Return a resident with a PIN."""
    assert shop.code
    made = world.resident(balance=5_000, name="李大爷")
    assert world.post("/pin", {"pin": PIN}, made.key).status_code == 201
    return made


def issued(world: World, owner: Somebody, **body: Any) -> dict[str, Any]:
    """Issue a card, and return the answer."""
    answer = world.post(f"/residents/{owner.id}/cards", body, world.administrator)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def sheet_of(world: World, owner: Somebody, **body: Any) -> dict[str, Any]:
    """Issue a sheet of two slips of 5.00 unless said otherwise, and return the answer."""
    asked = {"count": 2, "worth": 500, **body}
    answer = world.post(f"/residents/{owner.id}/code-sheets", asked, world.administrator)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def pay(world: World, shop: Shop, code: str, amount: int, **body: Any) -> Any:
    """Let the till take a code."""
    order_no = f"card-{next(world.counter)}"
    return world.post("/redemptions", {"code": code, "amount": amount, "order_no": order_no, **body}, shop.till)


def test_a_card_is_issued_and_pays_with_the_pin(world: World, shop: Shop, owner: Somebody) -> None:
    made = issued(world, owner, per_day=1_000)

    assert (made["state"], made["per_day"], made["replaces_id"]) == ("active", 1_000, None)
    assert len(made["number"]) == 8
    assert len(made["code"]) == 12
    assert problem(pay(world, shop, made["code"], 300)) == (409, "pin_required")
    assert problem(pay(world, shop, made["code"], 300, pin=WRONG_PIN)) == (409, "pin_wrong")
    paid = pay(world, shop, made["code"], 300, pin=PIN)
    assert paid.status_code == 201
    assert (paid.get_json()["channel"], paid.get_json()["resident"]) == ("card", "李*爷")
    assert problem(pay(world, shop, made["code"], 701, pin=PIN)) == (409, "limit_exceeded")
    # Told once: not with the card, not in the list.
    shown = world.get(f"/cards/{made['id']}", owner.key).get_json()
    assert shown == {name: value for name, value in made.items() if name != "code"}
    listed = world.get(f"/residents/{owner.id}/cards", owner.key).get_json()["items"]
    assert listed == [shown]


def test_a_card_is_blocked_by_its_owner_and_unblocked_by_the_office(world: World, shop: Shop, owner: Somebody) -> None:
    made = issued(world, owner)
    answer = world.post(f"/cards/{made['id']}/blocking", {"reason": "Lost"}, owner.key)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "blocked")
    assert problem(pay(world, shop, made["code"], 1, pin=PIN)) == (409, "codes_blocked")
    assert problem(world.post(f"/cards/{made['id']}/unblocking", {"reason": "x"}, owner.key)) == (403, "forbidden")
    again = world.post(f"/cards/{made['id']}/unblocking", {"reason": "Found"}, world.administrator)
    assert again.get_json()["state"] == "active"
    assert pay(world, shop, made["code"], 1, pin=PIN).status_code == 201


def test_a_replaced_card_is_dead_and_the_new_one_told_once(world: World, shop: Shop, owner: Somebody) -> None:
    old = issued(world, owner, per_day=900)
    call = {"call": "once"}
    path = f"/cards/{old['id']}/replacement"
    new = world.post(path, {"reason": "Lost"}, world.administrator, **call)
    again = world.post(path, {"reason": "Lost"}, world.administrator, **call)

    assert new.status_code == again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "code" not in again.get_json()
    assert (new.get_json()["replaces_id"], new.get_json()["per_day"]) == (old["id"], 900)
    assert problem(pay(world, shop, old["code"], 1, pin=PIN)) == (409, "codes_blocked")
    assert pay(world, shop, new.get_json()["code"], 1, pin=PIN).status_code == 201
    assert problem(world.post(path, {"reason": "x"}, world.administrator)) == (409, "card_state")
    answer = world.post(f"/residents/{owner.id}/cards", {}, world.administrator)
    assert problem(answer) == (409, "card_stands")
    assert answer.get_json()["number"] == new.get_json()["number"]


def test_a_slip_pays_once_up_to_its_worth(world: World, shop: Shop, owner: Somebody) -> None:
    made = sheet_of(world, owner)
    first, second = (slip["code"] for slip in made["slips"])
    assert world.available(owner) == 4_000

    refused = pay(world, shop, first, 501)
    assert problem(refused) == (409, "insufficient_balance")
    assert refused.get_json()["worth"] == 500
    paid = pay(world, shop, first, 320)
    assert (paid.status_code, paid.get_json()["channel"]) == (201, "sheet")
    assert problem(pay(world, shop, first, 1)) == (409, "code_used")
    assert world.available(owner) == 4_180

    shown = world.get(f"/code-sheets/{made['id']}", owner.key).get_json()
    assert [(slip["state"], slip["paid"]) for slip in shown["slips"]] == [("captured", 320), ("open", 0)]
    assert all("code" not in slip for slip in shown["slips"])
    assert pay(world, shop, second, 500).status_code == 201
    refund = world.post(f"/redemptions/{paid.get_json()['id']}/refunds", {"amount": 320, "reason": "x"}, shop.owner)
    assert refund.status_code == 201
    assert world.available(owner) == 4_500


def test_a_lost_sheet_is_revoked_and_its_credits_return(world: World, shop: Shop, owner: Somebody) -> None:
    made = sheet_of(world, owner, until="2026-06-30")
    assert made["until"] == "2026-06-30"
    call = {"call": "once"}
    path, why = f"/code-sheets/{made['id']}/revocation", {"reason": "Lost"}
    answer, again = world.post(path, why, owner.key, **call), world.post(path, why, owner.key, **call)
    assert answer.status_code == again.status_code == 200
    assert answer.get_json()["revoked_at"] is not None
    assert world.available(owner) == 5_000
    assert problem(pay(world, shop, made["slips"][0]["code"], 1)) == (409, "codes_blocked")
    assert world.get(f"/residents/{owner.id}/code-sheets", owner.key).get_json()["items"] == [answer.get_json()]


def test_one_call_is_one_sheet(world: World, owner: Somebody) -> None:
    path, body = f"/residents/{owner.id}/code-sheets", {"count": 2, "worth": 500}
    first, second = (world.post(path, body, world.administrator, call="once") for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]
    assert world.available(owner) == 4_000
    other = world.post(path, {**body, "count": 3}, world.administrator, call="once")
    assert problem(other) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"count": 0, "worth": 5}, "count"),
        ({"count": 25, "worth": 5}, "count"),
        ({"count": 1, "worth": 0}, "worth"),
        ({"count": 1, "worth": 5, "until": "2026-05-31"}, "until"),
        ({"count": 1, "worth": 5, "until": "2027-06-02"}, "until"),
    ],
)
def test_what_cannot_be_on_a_sheet_is_said_so(world: World, owner: Somebody, body: dict[str, Any], field: str) -> None:
    answer = world.post(f"/residents/{owner.id}/code-sheets", body, world.administrator)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_more_than_somebody_has_makes_no_sheet(world: World, owner: Somebody) -> None:
    body = {"count": 2, "worth": 2_501}
    answer = world.post(f"/residents/{owner.id}/code-sheets", body, world.administrator)
    assert problem(answer) == (409, "insufficient_balance")


def test_codes_on_paper_are_their_owner_s_and_the_office_s_of_the_place(
    world: World, shop: Shop, owner: Somebody
) -> None:
    card, sheet, other = issued(world, owner), sheet_of(world, owner), world.resident()
    elsewhere = world.key(Role.ADMINISTRATOR, unit_code="140881002")
    here = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    assert VILLAGE.startswith(TOWN)
    for path in (f"/cards/{card['id']}", f"/code-sheets/{sheet['id']}"):
        assert world.get(path, here).status_code == world.get(path, owner.key).status_code == 200
        for key in (other.key, elsewhere):
            assert problem(world.get(path, key))[0] == 404
        assert problem(world.get(path, shop.till))[0] == 403
        assert problem(world.get(path))[0] == 401
    posts: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"/residents/{owner.id}/cards", {}),
        (f"/residents/{owner.id}/code-sheets", {"count": 1, "worth": 1}),
        (f"/cards/{card['id']}/blocking", {"reason": "x"}),
        (f"/cards/{card['id']}/replacement", {"reason": "x"}),
        (f"/code-sheets/{sheet['id']}/revocation", {"reason": "x"}),
    )
    for path, body in posts:
        assert problem(world.post(path, body, elsewhere))[0] == 404, path
        assert problem(world.post(path, body, other.key))[0] in {403, 404}, path
        assert problem(world.post(path, body, world.finance))[0] == 403, path
    nobody = "00000000-0000-0000-0000-000000000000"
    assert problem(world.get(f"/cards/{nobody}", here)) == (404, "card_unknown")
    assert problem(world.get(f"/code-sheets/{nobody}", here)) == (404, "sheet_unknown")


def test_an_officer_issues_nothing_for_their_own_household(world: World, owner: Somebody) -> None:
    key = world.key(Role.ADMINISTRATOR, name="Officer Li")
    world.key(Role.RESIDENT, name="Officer Li", resident_id=owner.id)
    assert problem(world.post(f"/residents/{owner.id}/cards", {}, key)) == (403, "same_person")
    sheet = {"count": 1, "worth": 1}
    assert problem(world.post(f"/residents/{owner.id}/code-sheets", sheet, key)) == (403, "same_person")


def test_while_codes_are_blocked_nothing_is_issued(world: World, owner: Somebody) -> None:
    world.post("/code-blocks", {}, owner.key)
    assert problem(world.post(f"/residents/{owner.id}/cards", {}, world.administrator)) == (409, "codes_blocked")
