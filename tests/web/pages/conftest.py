"""Fixtures of the pages' tests: templates that name something unknown fail, and passwords are hashed cheaply."""

import jinja2
import pytest
from argon2 import PasswordHasher

from people import Passwords, Role
from tests.web.pages.browser import Browser, browser_of, browser_of_person
from tests.web.world import Shop, Somebody, World


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> jinja2.FileSystemBytecodeCache:
    """Return where templates are kept compiled, so that not every test's application does it anew."""
    return jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def world(world: World, compiled_templates: jinja2.FileSystemBytecodeCache) -> World:
    """Return a community whose pages are looked at closely."""
    world.app.jinja_env.undefined = jinja2.StrictUndefined
    world.app.jinja_env.bytecode_cache = compiled_templates
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
