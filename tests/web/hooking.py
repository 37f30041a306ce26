"""Shops with webhooks on this machine, and what is sent there."""

from dataclasses import replace
from typing import Any

from tests.web.world import Shop, World
from webhooks import EVENTS


def posting_here(world: World) -> World:
    """Let webhooks go to this machine."""
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], webhooks_loopback=True)
    return world


def hooked(world: World, shop: Shop, url: str) -> dict[str, Any]:
    """Have everything that happens at a shop sent to an address; return the answer, with the secret."""
    asked = {"url": url, "events": [each.value for each in EVENTS]}
    answer = world.post(f"/merchants/{shop.code}/webhooks", asked, shop.owner)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def messages(world: World, shop: Shop, hook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the messages of an endpoint, the newest first."""
    answer = world.get(f"/merchants/{shop.code}/webhooks/{hook['id']}/messages", shop.owner)
    return list(answer.get_json()["items"])


def sent(world: World, *more: str, command: str = "webhooks send") -> str:
    """Run the command that sends, and return the line in which it says what it did."""
    done = world.app.test_cli_runner().invoke(args=[*command.split(), *more])
    assert done.exit_code == 0, done.output
    return next(line for line in done.stdout.splitlines() if line.startswith("messages to shops: ") and "new" in line)
