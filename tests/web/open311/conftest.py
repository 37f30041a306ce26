"""Fixtures of the protocol's tests."""

import pytest

from tests.web.open311.clients import Gateway
from tests.web.world import World


@pytest.fixture
def gateway(world: World) -> Gateway:
    """Return the protocol where nothing was brought yet."""
    return Gateway(world)
