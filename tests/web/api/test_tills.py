"""Shifts, closed days and disputed lines over the API."""

from uuid import uuid4

import pytest

import ledger
import tills
from people import Role
from tests.web.world import Shop, World, problem

DAY = {"day": "2026-06-01"}


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a shop that works in shifts, in a community with a fund."""
    world.fund()
    made = world.shop()
    assert world.post(f"/merchants/{made.code}/shift-uses", {"used": True}, made.owner).status_code == 201
    return made


def proved(world: World) -> None:
    results = world.seen(lambda session: list(ledger.audit(session, tills.CHECKS)))
    assert [result.name for result in results if not result.ok] == []


def test_a_shift_is_begun_ended_and_taken_over(world: World, shop: Shop) -> None:
    path = f"/merchants/{shop.code}/till-shifts"
    before = {"opening_cash": 1_000}
    made = world.post(path, before, shop.till, call="k").get_json()
    assert world.post(path, before, shop.till, call="k").headers["Idempotency-Replayed"] == "true"
    assert problem(world.post(path, before, shop.till)) == (409, "shift_open")
    world.paid(shop, world.resident(balance=500), 300)
    world.clock.pass_by(seconds=1)
    wrong = world.post(f"/till-shifts/{made['id']}/end", {"counted_cash": 900}, shop.till)
    assert problem(wrong) == (422, "cash_differs")
    assert (wrong.get_json()["counted"], wrong.get_json()["expected"]) == (900, 1_000)
    assert list(wrong.get_json()["errors"]) == ["remark"]
    ended = world.post(f"/till-shifts/{made['id']}/end", {"counted_cash": 900, "remark": "x"}, shop.till).get_json()
    assert (ended["payments"], ended["paid_total"], ended["difference"]) == (1, 300, -100)
    second = world.post(path, {"opening_cash": 900, "takes_over": made["id"]}, shop.owner).get_json()
    assert second["handed_over"] == 900
    found = [world.get(path, key, limit=1).get_json() for key in (shop.owner, shop.till)]
    assert [each["items"][0]["id"] for each in found] == [second["id"], made["id"]]
    assert [each["next_cursor"] for each in found] == [second["id"], None]
    assert problem(world.get(f"/till-shifts/{second['id']}", shop.till))[0] == 404
    assert problem(world.get(f"/till-shifts/{uuid4()}", shop.till)) == (404, "shift_unknown")
    assert world.get(f"/till-shifts/{made['id']}", shop.owner).get_json() == ended
    uses = world.get(f"/merchants/{shop.code}/shift-uses", shop.owner).get_json()["items"]
    assert [each["used"] for each in uses] == [True]
    proved(world)


def test_a_day_is_told_apart_closed_once_and_read_by_the_office(world: World, shop: Shop) -> None:
    path = f"/merchants/{shop.code}"
    paid = world.paid(shop, world.resident(balance=500), 300)
    world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 100, "reason": "x"}, shop.owner)
    told = world.get(f"{path}/day-statement", shop.till).get_json()
    assert (told["payments"], told["paid_total"], told["refunds"], told["net_total"]) == (1, 300, 1, 200)
    assert [(each["of"], each["net_total"]) for each in told["by_fund"]] == [("peace", 200)]
    assert [each["of"] for each in told["by_channel"]] == ["code"]
    assert (told["outside_shifts"]["payments"], told["close"]) == (1, None)
    assert problem(world.post(f"{path}/day-closes", DAY, shop.till)) == (409, "day_not_over")
    world.clock.pass_by(hours=13)
    made = world.post(f"{path}/day-closes", {**DAY, "remark": "ok"}, shop.till, call="k").get_json()
    assert (made["number"], made["net_total"], made["remark"]) == (1, 200, "ok")
    assert world.post(f"{path}/day-closes", {**DAY, "remark": "ok"}, shop.till, call="k").get_json() == made
    again = world.post(f"{path}/day-closes", DAY, shop.owner)
    assert problem(again) == (409, "day_closed")
    assert again.get_json()["day_close_id"] == made["id"]
    assert world.get(f"{path}/day-closes", world.auditor).get_json()["items"] == [made]
    assert world.get(f"/day-closes/{made['id']}", shop.owner).get_json() == made
    lines = world.get(f"{path}/day-lines", world.auditor, on="2026-06-01", limit=1).get_json()
    rest = world.get(f"{path}/day-lines", world.auditor, on="2026-06-01", cursor=lines["next_cursor"]).get_json()
    assert [each["amount"] for each in (*lines["items"], *rest["items"])] == [-100, 300]
    for day, code in (("2026-05-31", 422), ("2026-07-01", 409)):
        assert world.get(f"{path}/day-statement", shop.till, on=day).status_code == code
    other = world.shop("M02")
    for where in (f"{path}/day-statement", f"{path}/day-closes", f"/day-closes/{made['id']}"):
        assert problem(world.get(where, other.owner))[0] == 404
    assert problem(world.post(f"{path}/day-closes", DAY, world.auditor)) == (403, "forbidden")
    proved(world)


def test_a_line_is_disputed_by_the_shop_and_answered_by_another(world: World, shop: Shop) -> None:
    world.paid(shop, world.resident(balance=500), 300)
    line = world.get(f"/merchants/{shop.code}/day-lines", shop.till).get_json()["items"][0]
    body = {"entry_id": line["entry_id"], "reason": "taken twice"}
    made = world.post(f"/merchants/{shop.code}/disputes", body, shop.till).get_json()
    assert (made["amount"], made["answer"]) == (300, None)
    waits = world.post(f"/merchants/{shop.code}/disputes", body, shop.owner)
    assert problem(waits) == (409, "dispute_waits")
    assert waits.get_json()["dispute_id"] == made["id"]
    other = world.shop("M02")
    assert problem(world.post("/merchants/M02/disputes", body, other.till)) == (404, "line_unknown")
    assert problem(world.get(f"/disputes/{made['id']}", other.owner))[0] == 404
    assert world.get("/disputes", other.owner).get_json()["items"] == []
    path, upheld = f"/disputes/{made['id']}/answer", {"decision": "upheld", "remedy": "refund", "note": "n"}
    assert problem(world.post(path, {**upheld, "remedy": None}, world.finance)) == (422, "invalid_fields")
    assert problem(world.post(path, upheld, world.auditor)) == (403, "forbidden")
    both = world.key(Role.FINANCE, name="both")
    world.key(Role.TILL, name="both", merchant_id=shop.id)
    assert problem(world.post(path, upheld, both)) == (403, "same_person")
    answered = world.post(path, upheld, world.finance).get_json()
    assert (answered["answer"]["decision"], answered["answer"]["remedy"]) == ("upheld", "refund")
    assert problem(world.post(path, upheld, world.finance)) == (409, "dispute_answered")
    assert world.get("/disputes", shop.owner, status="answered").get_json()["items"] == [answered]
    assert world.get("/disputes", world.auditor, merchant=shop.code, status="waiting").get_json()["items"] == []
    proved(world)
