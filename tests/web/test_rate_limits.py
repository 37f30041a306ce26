"""How many requests a minute are answered."""

import dataclasses
from collections.abc import Iterator

import pytest

from people import Role
from tests.web.world import World, problem
from web import Settings, create_app
from web.extensions import db


@pytest.fixture
def strict(settings: Settings, world: World) -> Iterator[World]:
    """Return the community behind a second process that answers only a few requests a minute."""
    app = create_app(dataclasses.replace(settings, requests_a_minute=10, refused_keys_a_minute=5))
    yield World(app, world.clock)
    with app.app_context():
        db.engine.dispose()


def test_a_key_has_its_requests_of_a_minute_and_then_waits(strict: World) -> None:
    key, other = strict.auditor, strict.finance
    answers = [strict.get("/funds", key) for _ in range(12)]
    assert [each.status_code for each in answers] == [200] * 10 + [429] * 2
    assert problem(answers[-1]) == (429, "rate_limited")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert strict.get("/funds", other).status_code == 200
    strict.clock.pass_by(seconds=60)
    assert strict.get("/funds", key).status_code == 200


def test_a_key_with_a_rate_of_its_own_has_that(strict: World) -> None:
    key = strict.key(Role.AUDITOR, rate_a_minute=3)
    assert [strict.get("/funds", key).status_code for _ in range(4)] == [200] * 3 + [429]


def test_all_processes_count_together(strict: World, settings: Settings) -> None:
    key = strict.auditor
    other = World(create_app(dataclasses.replace(settings, requests_a_minute=10)), strict.clock)
    counts = [asked.get("/funds", key).status_code for _ in range(10) for asked in (strict, other)]
    assert counts.count(200) <= 10
    assert counts.count(429) >= 10
    with other.app.app_context():
        db.engine.dispose()


def test_an_address_shows_only_so_many_wrong_keys(strict: World) -> None:
    answers = [strict.get("/funds", "wrong") for _ in range(7)]
    assert [each.status_code for each in answers] == [401] * 5 + [429] * 2
    assert strict.get("/funds", strict.auditor).status_code == 200


def test_many_requests_are_not_stopped_by_default(world: World) -> None:
    key = world.auditor
    assert {world.get("/funds", key, limit=1).status_code for _ in range(620)} == {200}
