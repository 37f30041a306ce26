"""Fixtures of the tests of seals."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from ledger import prepare_engine
from tests.ledger.builders import Books, tell_a_story
from tests.ledger.conftest import lasting_database
from tests.ledger.tampering import take_the_guards_away
from tests.seals.builders import post_minutes, seal


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unguarded(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return an engine on sealed books, under several heads, in which nothing guards the rows any more."""
    with lasting_database(request) as url:
        guarded = prepare_engine(create_engine(url))
        with Session(guarded) as session:
            books = tell_a_story(session)
            seal(session, limit=3)
            # Beyond the first node that is kept.
            post_minutes(session, books, 300)
            seal(session, limit=100)
            session.commit()
            take_the_guards_away(session)
        guarded.dispose()
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def broken(unguarded: Engine) -> Iterator[Session]:
    """Return a session on those books; what it changes is rolled back."""
    with Session(unguarded) as session:
        yield session


@pytest.fixture
def books(session: Session) -> Books:
    """Return books with a little of everything, not sealed."""
    return tell_a_story(session)
