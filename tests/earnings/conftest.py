"""Fixtures of earnings: an office with a fund and a tariff."""

import pytest
from sqlalchemy.orm import Session

from tests.earnings.builders import Purse


@pytest.fixture
def purse(session: Session) -> Purse:
    """Return an office whose reports of missing manhole covers earn 10.00, 40 % of it on acceptance."""
    return Purse(session)
