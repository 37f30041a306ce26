"""A shop's own affairs for the tests of all routes: each POST with a body that is right, and what it names."""

from collections.abc import Mapping
from typing import Any

from tests.web.world import World

WHY = {"reason": "x"}
SOMETHING = "0197a0f0-0000-4000-8000-000000000002"
# The path, who may, the body, and which of its fields may be left out. BEGUN is a shift, CONTESTED a disputed line.
TILL_POSTS: tuple[tuple[str, str, dict[str, Any], frozenset[str]], ...] = (
    ("/merchants/M01/shift-uses", "owner", {"used": True}, frozenset()),
    (
        "/merchants/M01/till-shifts",
        "till",
        {"opening_cash": 0, "takes_over": SOMETHING, "remark": "x"},
        frozenset({"takes_over", "remark"}),
    ),
    ("/till-shifts/BEGUN/end", "till", {"counted_cash": 0, "remark": "x"}, frozenset({"remark"})),
    ("/merchants/M01/day-closes", "till", {"day": "2026-05-31", "remark": "x"}, frozenset({"remark"})),
    ("/merchants/M01/disputes", "till", {"entry_id": SOMETHING, **WHY}, frozenset()),
    (
        "/disputes/CONTESTED/answer",
        "finance",
        {"decision": "upheld", "remedy": "refund", "note": "n"},
        frozenset({"remedy"}),
    ),
)


def tills_named(world: World, text: str, keys: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of a shift and a disputed line that a text names and nobody made yet."""
    made = {}
    if "BEGUN" in text and "BEGUN" not in known:
        assert world.post("/merchants/M01/shift-uses", {"used": True}, keys["owner"]).status_code == 201
        made["BEGUN"] = world.post("/merchants/M01/till-shifts", {"opening_cash": 0}, keys["till"]).get_json()["id"]
    if "CONTESTED" in text and "CONTESTED" not in known:
        line = world.get("/merchants/M01/day-lines", keys["till"]).get_json()["items"][0]
        body = {"entry_id": line["entry_id"], **WHY}
        made["CONTESTED"] = world.post("/merchants/M01/disputes", body, keys["till"]).get_json()["id"]
    return made
