"""The town on a database of each kind: settled once, and every sequence begins there."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.sequences.settling import settle
from tests.sequences.town import Base


@pytest.fixture
def base(engine: Engine) -> Base:
    """Return who and what is in the town before anything happens."""
    with Session(engine) as session:
        base = settle(session)
        session.commit()
    return base
