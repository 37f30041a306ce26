"""Fixtures of oversight: an office whose reports are overseen."""

import pytest
from sqlalchemy.orm import Session

from tests.reports.builders import Office


@pytest.fixture
def office(session: Session) -> Office:
    """Return an office with its list and nothing reported."""
    return Office(session)
