"""Settlements for the tests of all routes: each POST of theirs with a body that is right, and what it names."""

from collections.abc import Mapping
from typing import Any

from tests.web.world import World

OPENING = {"merchant": "M01", "until": "2026-06-01T04:00:00Z"}
WHY, PROOF = {"reason": "x"}, {"document": "d"}
# What these addresses name is an open settlement, or one that is paid.
SETTLEMENT_POSTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/settlements", OPENING),
    ("/settlements/TO-PAY/payment", PROOF),
    ("/settlements/TO-PAY/failure", WHY),
    ("/settlements/TO-PAY/cancellation", WHY),
    ("/settlements/PAID-OUT/return", WHY),
)


def settlements_named(world: World, text: str, keys: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of settlements that a text names and nobody made yet: a colleague opens, finance pays."""
    return {
        name: _settlement(world, keys, paid=name == "PAID-OUT")
        for name in ("TO-PAY", "PAID-OUT")
        if name in text and name not in known
    }


def _settlement(world: World, keys: Mapping[str, str], *, paid: bool) -> str:
    shop = world.shop("S-PAID" if paid else "S-OPEN")
    world.paid(shop, world.resident(balance=50), 50)
    made = world.post("/settlements", {**OPENING, "merchant": shop.code}, keys["colleague"]).get_json()
    if paid:
        world.post(f"/settlements/{made['id']}/payment", PROOF, keys["finance"])
    return str(made["id"])
