"""Payments that are held back, for tests over HTTP: three in a row by one resident, and the rule that says so."""

from collections.abc import Mapping
from typing import Any

from settlements import look_at_shops
from suspicions import RULE_NAMES
from tests.web.world import Shop, World

OFF: dict[str, Any] = dict.fromkeys(RULE_NAMES)
BURST = {**OFF, "burst_payments": 2, "burst_minutes": 10, "burst_residents": 1}
CLEARED, UPHELD = {"decision": "cleared", "reason": "一家人聚餐"}, {"decision": "upheld", "reason": "小票不符"}
# What these addresses name is a payment that waits to be looked at, one that was upheld, and one with an appeal.
SUSPICION_POSTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("/suspicion-rules", "administrator", BURST),
    ("/suspicions/TO-LOOK/decision", "finance", CLEARED),
    ("/suspicions/STAYS-OUT/appeal", "owner", {"text": "x"}),
    ("/suspicions/DISPUTED-ONE/appeal/decision", "colleague", CLEARED),
)
_NAMES = ("TO-LOOK", "STAYS-OUT", "DISPUTED-ONE")


def held_back(world: World, shop: Shop, *amounts: int) -> list[str]:
    """Let a resident pay in a row, and look as the job does; return the ids of what is held back, the largest first."""
    assert world.post("/suspicion-rules", BURST, world.administrator).status_code == 201
    payer = world.resident(balance=sum(amounts))
    for amount in amounts:
        world.paid(shop, payer, amount)
    look(world)
    found = world.get("/suspicions", shop.owner).get_json()["items"]
    return [each["id"] for each in sorted(found, key=lambda one: -one["amount"])]


def look(world: World) -> int:
    """Look at all payments as the job does, and return how many were held back."""
    count, swept = 0, world.done(lambda session: look_at_shops(session, now=world.clock.at))
    while swept.next_after is not None:
        count, after = count + swept.count, swept.next_after
        swept = world.done(lambda session: look_at_shops(session, now=world.clock.at, after=after))  # noqa: B023 - called at once
    return count


def suspicions_named(
    world: World, shop: Shop, keys: Mapping[str, str], text: str, known: Mapping[str, str]
) -> dict[str, str]:
    """Return the ids of payments that a text names, if nobody made them yet: all three are made at once."""
    if not any(name in text for name in _NAMES) or _NAMES[0] in known:
        return {}
    ids = held_back(world, shop, 10, 10, 10)
    for each in ids[1:]:
        assert world.post(f"/suspicions/{each}/decision", UPHELD, keys["finance"]).status_code == 201
    assert world.post(f"/suspicions/{ids[2]}/appeal", {"text": "x"}, shop.owner).status_code == 201
    return dict(zip(_NAMES, ids, strict=True))
