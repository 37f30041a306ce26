"""Fixtures of the pages' tests: a shop, its people, and a resident who pays there."""

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of, browser_of_person
from tests.web.reporting import Desk
from tests.web.world import Shop, Somebody, World


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
