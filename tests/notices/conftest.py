"""Fixtures of notices: a village where nobody was told anything."""

import pytest
from sqlalchemy.orm import Session

from tests.notices.builders import Village


@pytest.fixture
def village(session: Session) -> Village:
    """Return a village."""
    return Village(session)
