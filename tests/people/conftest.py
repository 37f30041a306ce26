"""Fixtures of people: the real tree, a vault of phones, and passwords that are cheap to hash."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from people import Passwords, PhoneVault, load_units, new_phone_keys, packaged_units


@pytest.fixture
def tree(session: Session) -> Session:
    """Return a session whose database knows the units of 永济市."""
    load_units(session, rows=packaged_units())
    return session


@pytest.fixture(scope="session")
def vault() -> PhoneVault:
    """Return a vault with keys of its own."""
    return PhoneVault(new_phone_keys())


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Return passwords hashed with the least that argon2 allows."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
