"""Fixtures of listening: an office that works."""

import pytest
from sqlalchemy.orm import Session

from tests.listening.builders import Listening


@pytest.fixture
def office(session: Session) -> Listening:
    """Return an office with its list and nothing reported."""
    return Listening(session)
