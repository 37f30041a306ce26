"""Payment codes, their QR images and the residents' block over HTTP."""

import io
import re
from uuid import uuid4

import zxingcpp
from PIL import Image

from tests.web.world import World, problem

CODE = re.compile(r"[A-HJ-NP-Z2-9]{12}")


def test_a_code_is_told_when_it_is_made_and_good_for_a_minute(world: World) -> None:
    resident = world.resident()
    made = world.post("/payment-codes", {}, resident.key, call=None)
    assert made.status_code == 201
    body = made.get_json()
    assert CODE.fullmatch(body["code"])
    assert body["expires_at"] == "2026-06-01T04:01:00Z"
    shown = world.get(f"/payment-codes/{body['id']}", resident.key).get_json()
    assert shown == {"id": body["id"], "expires_at": body["expires_at"], "used_at": None}


def test_each_code_is_another_one_and_earlier_ones_stay_good(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=100), world.shop()
    codes = [world.post("/payment-codes", {}, resident.key).get_json()["code"] for _ in range(3)]
    assert len(set(codes)) == 3
    for number, code in enumerate(codes):
        paid = world.post("/redemptions", {"code": code, "amount": 10, "order_no": str(number)}, shop.till)
        assert paid.status_code == 201


def test_ones_own_codes_are_listed_but_not_told(world: World) -> None:
    resident, other = world.resident(), world.resident()
    made = [world.post("/payment-codes", {}, resident.key).get_json() for _ in range(3)]
    first = world.get("/payment-codes", resident.key, limit=2).get_json()
    rest = world.get("/payment-codes", resident.key, limit=2, cursor=first["next_cursor"]).get_json()
    listed = first["items"] + rest["items"]
    assert [each["id"] for each in listed] == [each["id"] for each in reversed(made)]
    assert all("code" not in each for each in listed)
    assert world.get("/payment-codes", other.key).get_json() == {"items": [], "next_cursor": None}


def test_the_images_hold_exactly_the_code(world: World) -> None:
    resident = world.resident()
    made = world.post("/payment-codes", {}, resident.key).get_json()
    png = world.get(f"/payment-codes/{made['id']}/qr.png", resident.key)
    assert png.content_type == "image/png"
    read = zxingcpp.read_barcode(Image.open(io.BytesIO(png.data)))
    assert read is not None
    assert read.text == made["code"]
    svg = world.get(f"/payment-codes/{made['id']}/qr.svg", resident.key)
    assert svg.content_type == "image/svg+xml"
    assert svg.headers["Cache-Control"] == "no-store"
    assert svg.data.startswith(b"<?xml")


def test_an_image_of_a_code_that_is_over_is_refused(world: World) -> None:
    resident = world.resident()
    made = world.post("/payment-codes", {}, resident.key).get_json()
    world.clock.pass_by(seconds=61)
    assert problem(world.get(f"/payment-codes/{made['id']}/qr.svg", resident.key)) == (409, "code_expired")


def test_a_code_is_its_residents_only(world: World) -> None:
    one, other = world.resident(), world.resident()
    code_id = world.post("/payment-codes", {}, one.key).get_json()["id"]
    for path in (f"/payment-codes/{code_id}", f"/payment-codes/{code_id}/qr.svg", f"/payment-codes/{code_id}/qr.png"):
        assert problem(world.get(path)) == (401, "unauthenticated")
        assert problem(world.get(path, world.administrator)) == (403, "forbidden")
        assert problem(world.get(path, other.key)) == (404, "payment_code_unknown")
    assert problem(world.get(f"/payment-codes/{uuid4()}", one.key)) == (404, "payment_code_unknown")


def test_only_residents_make_codes(world: World) -> None:
    assert problem(world.post("/payment-codes", {})) == (401, "unauthenticated")
    for key in (world.administrator, world.finance, world.shop().till):
        assert problem(world.post("/payment-codes", {}, key)) == (403, "forbidden")


def test_at_most_sixty_codes_live_at_once(world: World) -> None:
    resident = world.resident()
    for _ in range(60):
        world.payment_code(resident)
    answer = world.post("/payment-codes", {}, resident.key)
    assert problem(answer) == (429, "too_many_codes")
    assert int(answer.headers["Retry-After"]) > 0
    world.clock.pass_by(seconds=61)
    assert world.post("/payment-codes", {}, resident.key).status_code == 201


def test_the_same_call_again_tells_the_same_code_while_it_is_good(world: World) -> None:
    resident = world.resident()
    first = world.post("/payment-codes", {}, resident.key, call="a")
    again = world.post("/payment-codes", {}, resident.key, call="a")
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    world.clock.pass_by(seconds=61)
    late = world.post("/payment-codes", {}, resident.key, call="a").get_json()
    assert late == {name: value for name, value in first.get_json().items() if name != "code"}


def test_a_pin_is_taken_and_other_fields_are_not(world: World) -> None:
    resident = world.resident()
    assert world.post("/payment-codes", {"pin": "1234"}, resident.key).status_code == 201
    answer = world.post("/payment-codes", {"colour": "red"}, resident.key)
    assert problem(answer) == (422, "invalid_fields")


def test_a_resident_blocks_their_own_codes_and_lifts_the_block(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=100), world.shop()
    shown = world.payment_code(resident)
    made = world.post("/code-blocks", {}, resident.key)
    assert made.status_code == 201
    assert made.get_json()["lifted_at"] is None
    assert world.get("/code-blocks", resident.key).get_json()["items"] == [made.get_json()]
    assert world.get(f"/code-blocks/{made.get_json()['id']}", resident.key).get_json() == made.get_json()
    assert problem(world.post("/payment-codes", {}, resident.key)) == (409, "codes_blocked")
    order = {"code": shown, "amount": 10, "order_no": "1"}
    assert problem(world.post("/redemptions", order, shop.till)) == (409, "codes_blocked")
    lifted = world.post("/code-blocks/lift", {}, resident.key)
    assert lifted.status_code == 200
    assert lifted.get_json()["lifted_at"] is not None
    assert world.get("/code-blocks", resident.key).get_json()["items"] == []
    assert world.paid(shop, resident, 10)["status"] == "completed"
    assert problem(world.post("/code-blocks/lift", {}, resident.key)) == (404, "not_found")


def test_a_block_is_its_residents_only_and_a_call_is_answered_once(world: World) -> None:
    one, other = world.resident(), world.resident()
    for path in ("/code-blocks", "/code-blocks/lift"):
        assert problem(world.post(path, {})) == (401, "unauthenticated")
        assert problem(world.post(path, {}, world.administrator)) == (403, "forbidden")
        assert problem(world.post(path, {}, one.key, call=None)) == (400, "idempotency_key_missing")
    first = world.post("/code-blocks", {}, one.key, call="a")
    assert world.post("/code-blocks", {}, one.key, call="a").get_json() == first.get_json()
    assert problem(world.get(f"/code-blocks/{first.get_json()['id']}", other.key)) == (404, "not_found")
    lifted = world.post("/code-blocks/lift", {}, one.key, call="b")
    again = world.post("/code-blocks/lift", {}, one.key, call="b")
    assert again.get_json() == lifted.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
