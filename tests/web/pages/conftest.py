"""Fixtures of the pages' tests: passwords are hashed cheaply."""

import pytest
from argon2 import PasswordHasher

from people import Passwords, Role
from tests.web.pages.browser import Browser, browser_of, browser_of_person
from tests.web.reporting import Desk
from tests.web.world import Shop, Somebody, World


@pytest.fixture
def world(world: World) -> World:
    """Return a community whose people log in quickly."""
    world.app.extensions["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return world


@pytest.fixture
def payer(world: World) -> Somebody:
    """Return a resident with 50.00 credits of one fund."""
    world.fund()
    return world.resident(5_000)


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a shop that is named for the whole year."""
    return world.shop()


@pytest.fixture
def phone(world: World, payer: Somebody) -> Browser:
    """Return the browser of the resident with 50.00 credits."""
    return browser_of(world, payer)


@pytest.fixture
def till(world: World, shop: Shop) -> Browser:
    """Return the browser of the shop's cashier."""
    return browser_of_person(world, Role.TILL, merchant_id=shop.id)


@pytest.fixture
def owner(world: World, shop: Shop) -> Browser:
    """Return the browser of the shop's owner."""
    return browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id)


@pytest.fixture
def mine(world: World, desk: Desk) -> Browser:
    """Return the browser of whose the reports are."""
    return browser_of(world, desk.reporter)
