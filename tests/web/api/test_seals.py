"""Heads for everybody and receipts for those whom an entry concerns, over HTTP."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

import people
from people import Role
from seals.merkle import proves_consistency, proves_inclusion
from tests.web.conftest import SEAL_KEYS, SEAL_SALTS
from tests.web.world import Shop, Somebody, World, problem
from web.sealing import seal_everything
from web.secret_keys import seal_keys

HASHES = ("root", "previous", "signature", "public_key", "hash")


def sealed(world: World) -> int:
    """Seal what was booked, and return how many entries that were."""
    with world.app.app_context():
        return seal_everything(world.clock.at)


def payment(world: World) -> tuple[Shop, Somebody, str]:
    """Let a resident pay at a shop, and return both and the entry's id; nothing is sealed."""
    world.fund()
    shop, resident = world.shop("M01"), world.resident(balance=500)
    return shop, resident, str(world.paid(shop, resident, 200)["entry_id"])


def receipt(world: World, entry_id: str, key: str) -> dict[str, Any]:
    answer = world.get(f"/books/entries/{entry_id}/receipt", key)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def accounts(shown: dict[str, Any]) -> set[str]:
    return {posting["account"] for posting in shown["entry"]["postings"]}


def many_heads(world: World) -> list[dict[str, Any]]:
    """Make five heads, and return them, oldest first."""
    world.fund()
    resident = world.resident()
    for amount in range(1, 6):
        world.award(resident.id, amount)
        world.clock.pass_by(minutes=1)
        sealed(world)
    items: list[dict[str, Any]] = world.get("/books/seals").get_json()["items"]
    return items[::-1]


def test_the_books_own_people_see_every_part_of_an_entry(world: World) -> None:
    _, resident, entry_id = payment(world)
    assert sealed(world) == 3
    shown = receipt(world, entry_id, world.auditor)
    assert accounts(shown) == {f"resident:{resident.id.hex}:available", "merchant:M01:payable"}
    assert shown["entry"]["kind"] == "redemption"
    assert shown["entry"]["actor"].startswith("person:")
    assert all(part.keys() == {"text", "salt"} for part in shown["parts"])
    assert shown["other_parties"] == []


def test_payer_and_shop_each_see_their_own_side_only(world: World) -> None:
    shop, resident, entry_id = payment(world)
    sealed(world)
    of_payer = receipt(world, entry_id, resident.key)
    assert accounts(of_payer) == {f"resident:{resident.id.hex}:available"}
    assert of_payer["other_parties"] == ["Shop M01"]
    assert of_payer["entry"]["actor"] is None
    for key in (shop.owner, shop.till):
        of_shop = receipt(world, entry_id, key)
        assert accounts(of_shop) == {"merchant:M01:payable"}
        assert of_shop["other_parties"] == [people.masked_name("王小明")]
        assert resident.id.hex not in str(of_shop)
        assert of_shop["proof"] == of_payer["proof"]
    # The till itself made the payment.
    assert receipt(world, entry_id, shop.till)["entry"]["actor"] is not None
    assert receipt(world, entry_id, shop.owner)["entry"]["actor"] is None


def test_what_concerns_a_fund_is_named_by_its_account(world: World) -> None:
    world.fund()
    resident = world.resident()
    entry_id = str(world.award(resident.id, 10).entry_id)
    assert receipt(world, entry_id, resident.key)["other_parties"] == ["fund:peace:available"]


def test_the_proof_leads_to_the_newest_head(world: World) -> None:
    _, resident, entry_id = payment(world)
    waiting = receipt(world, entry_id, resident.key)
    assert (waiting["proof"], waiting["head"]) == (None, None)
    sealed(world)
    world.award(resident.id, 5)
    world.clock.pass_by(hours=1)
    sealed(world)
    shown = receipt(world, entry_id, resident.key)
    assert shown["head"] == world.get("/books/seals/4").get_json()
    proof = shown["proof"]
    path = [bytes.fromhex(part) for part in proof["path"]]
    root = bytes.fromhex(shown["head"]["root"])
    assert proves_inclusion(bytes.fromhex(proof["leaf"]), proof["leaf_index"], proof["tree_size"], path, root)
    assert shown["parts"] == waiting["parts"]


def test_anothers_receipt_is_not_found(world: World) -> None:
    _, _, entry_id = payment(world)
    sealed(world)
    path = f"/books/entries/{entry_id}/receipt"
    stranger, other_shop = world.resident(), world.shop("M011")
    for key in (stranger.key, other_shop.owner, other_shop.till):
        assert problem(world.get(path, key)) == (404, "entry_unknown")
    assert problem(world.get(path)) == (401, "unauthenticated")
    assert problem(world.get(path, world.key(Role.APPROVER))) == (403, "forbidden")
    for key in (world.auditor, stranger.key):
        assert problem(world.get(f"/books/entries/{uuid4()}/receipt", key)) == (404, "entry_unknown")


def test_anybody_sees_the_heads_newest_first_and_page_by_page(world: World) -> None:
    assert world.get("/books/seals").get_json() == {"items": [], "next_cursor": None}
    heads = many_heads(world)
    assert [head["size"] for head in heads] == [2, 3, 4, 5, 6]
    assert heads[0]["previous"] is None
    for older, newer in pairwise(heads):
        assert newer["previous"] == older["hash"]
    first = world.get("/books/seals", limit=2).get_json()
    assert first == {"items": [heads[4], heads[3]], "next_cursor": "5"}
    rest = world.get("/books/seals", limit=3, cursor="5").get_json()
    assert rest == {"items": [heads[2], heads[1], heads[0]], "next_cursor": None}
    assert all(bytes.fromhex(heads[1][name]) for name in HASHES)


def test_a_head_is_found_by_its_size(world: World) -> None:
    heads = many_heads(world)
    assert world.get("/books/seals/3").get_json() == heads[1]
    for size in (1, 7, 0, 2**62, 2**63, 10**40):
        assert problem(world.get(f"/books/seals/{size}")) == (404, "head_unknown")


def test_every_newer_head_is_proved_to_only_add_to_every_older_one(world: World) -> None:
    heads = many_heads(world)
    for older in heads:
        for newer in heads[heads.index(older) :]:
            query = {"from": older["size"], "to": newer["size"]}
            body = world.get("/books/seals/consistency", **query).get_json()
            assert (body["from"], body["to"]) == (older, newer)
            path, roots = [bytes.fromhex(part) for part in body["path"]], [older["root"], newer["root"]]
            assert proves_consistency(older["size"], newer["size"], path, *map(bytes.fromhex, roots))


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ({}, (422, "invalid_fields")),
        ({"from": 2}, (422, "invalid_fields")),
        ({"from": "x", "to": 3}, (422, "invalid_fields")),
        ({"from": 0, "to": 3}, (422, "invalid_fields")),
        ({"from": 2, "to": 2**70}, (422, "invalid_fields")),
        ({"from": 3, "to": 2}, (422, "invalid_fields")),
        ({"from": 1, "to": 3}, (404, "head_unknown")),
        ({"from": 2, "to": 7}, (404, "head_unknown")),
    ],
)
def test_heads_that_make_no_proof_are_refused(world: World, query: dict[str, Any], refused: tuple[int, str]) -> None:
    many_heads(world)
    assert problem(world.get("/books/seals/consistency", **query)) == refused


def test_a_wrong_cursor_is_named(world: World) -> None:
    for cursor in ("x", "-1", "9" * 19):
        assert problem(world.get("/books/seals", cursor=cursor)) == (422, "invalid_fields")


def test_the_keys_are_told_before_and_after_they_sign(world: World) -> None:
    with world.app.app_context():
        keys = seal_keys()
    unused = {
        "key": keys.key_id,
        "public_key": keys.public_keys[keys.key_id].hex(),
        "first_size": None,
        "first_sealed_at": None,
    }
    assert world.get("/books/seals/keys").get_json() == {"items": [unused]}
    heads = many_heads(world)
    used = unused | {"first_size": 2, "first_sealed_at": heads[0]["sealed_at"]}
    assert world.get("/books/seals/keys").get_json() == {"items": [used]}
    assert SEAL_KEYS.decode().split()[-1] not in world.get("/books/seals/keys").text
    assert SEAL_SALTS.decode().split()[-1] not in world.get("/books/seals/keys").text


def test_a_key_whose_file_is_gone_is_still_named(world: World) -> None:
    many_heads(world)
    with world.app.app_context():
        seal_keys().public_keys.clear()
    (shown,) = world.get("/books/seals/keys").get_json()["items"]
    assert (shown["public_key"], shown["first_size"]) == (None, 2)
    assert world.get("/books/seals/2").get_json()["public_key"] is None
