"""Fixtures of publishing: an office that works, and a folder for photos."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from photos import FolderStore
from tests.publishing.builders import Newsroom


@pytest.fixture
def office(session: Session, tmp_path: Path) -> Newsroom:
    """Return an office with its list and nothing reported."""
    return Newsroom(session, store=FolderStore(tmp_path))
