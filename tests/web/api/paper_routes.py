"""The POSTs about codes on paper, each with a body that is right, and somebody who has a card and a sheet."""

from typing import Any

from tests.web.world import World

REASON = {"reason": "x"}
# Paths, who may, bodies, and what of them may be left out, as `tests.web.api.community.Route` has them.
ON_PAPER: tuple[tuple[str, str, dict[str, Any], frozenset[str]], ...] = (
    ("/residents/RESIDENT/cards", "administrator", {"per_day": 900}, frozenset({"per_day"})),
    ("/cards/CARD/blocking", "administrator", REASON, frozenset()),
    ("/cards/CARD/unblocking", "administrator", REASON, frozenset()),
    ("/cards/CARD/replacement", "administrator", REASON, frozenset()),
    (
        "/residents/RESIDENT/code-sheets",
        "administrator",
        {"count": 2, "worth": 10, "until": "2026-12-31"},
        frozenset({"until"}),
    ),
    ("/code-sheets/SHEET/revocation", "administrator", REASON, frozenset()),
    ("/assistance-caps", "administrator", {"per_officer": 900, "per_resident": 900}, frozenset()),
    ("/orders/WAITS/assisted-payment", "administrator", {"resident_id": "RESIDENT", "pin": "1"}, frozenset()),
)


def papers_of_somebody(world: World) -> dict[str, str]:
    """Return the ids of a card and a sheet of a new resident, by their names in the routes."""
    somebody = world.resident(balance=100)
    issued: tuple[tuple[str, str, dict[str, int]], ...] = (
        ("CARD", "cards", {}),
        ("SHEET", "code-sheets", {"count": 2, "worth": 10}),
    )
    return {
        name: str(world.post(f"/residents/{somebody.id}/{what}", body, world.administrator).get_json()["id"])
        for name, what, body in issued
    }
