"""Fixtures of the office's tests: officers of several roles and places, each with a browser."""

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of_person
from tests.web.world import TOWN, Somebody, World


@pytest.fixture
def officer(world: World) -> Browser:
    """Return the browser of an administrator of the whole tree."""
    return browser_of_person(world, Role.ADMINISTRATOR, handle="li.guan")


@pytest.fixture
def town_officer(world: World) -> Browser:
    """Return the browser of an administrator of one town."""
    return browser_of_person(world, Role.ADMINISTRATOR, unit_code=TOWN)


@pytest.fixture
def finance(world: World) -> Browser:
    """Return the browser of somebody in finance."""
    return browser_of_person(world, Role.FINANCE)


@pytest.fixture
def auditor(world: World) -> Browser:
    """Return the browser of an auditor."""
    return browser_of_person(world, Role.AUDITOR)


@pytest.fixture
def wang(world: World) -> Somebody:
    """Return a resident of the town, without credits; there is a fund with 1,000.00 yuan."""
    world.fund()
    return world.resident()
