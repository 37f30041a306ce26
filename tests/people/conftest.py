"""Fixtures of people: the real tree, a vault of phones, and passwords that are cheap to hash."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from people import Passwords, Person, PhoneVault, Resident, load_units, new_phone_keys, packaged_units
from tests.people.builders import officer, resident


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


@pytest.fixture
def zhang(tree: Session, vault: PhoneVault) -> Resident:
    """Return a resident without a log-in yet."""
    return resident(tree, vault)


@pytest.fixture
def guan(tree: Session) -> Person:
    """Return an officer without a log-in yet."""
    return officer(tree, handle="li.guan")
