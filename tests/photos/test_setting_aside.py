"""Photos of forms that are not done yet: given back to whoever names them, and forgotten after a day or two."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from photos import (
    CleanPhoto,
    FolderStore,
    PhotoStoreUnavailableError,
    forget_set_aside,
    photo_key,
    photos_set_aside,
    set_aside,
)

TODAY, TOMORROW = date(2026, 6, 1), date(2026, 6, 2)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """Return an empty store."""
    return FolderStore(tmp_path)


def picture(number: int) -> CleanPhoto:
    """Return one of many photos."""
    return CleanPhoto(jpeg=b"jpeg %d" % number, width=10, height=20, sha256=f"{number:064x}")


def test_photos_come_back_as_they_were_in_the_order_they_are_asked_for(session: Session, store: FolderStore) -> None:
    pictures = [picture(1), picture(2)]
    one, two = set_aside(session, store, pictures=pictures, today=TODAY)

    assert photos_set_aside(session, store, [two, one]) == [picture(2), picture(1)]
    assert photos_set_aside(session, store, [uuid4(), one]) == [picture(1)]
    assert photos_set_aside(session, store, []) == []


def test_an_id_tells_no_time(session: Session, store: FolderStore) -> None:
    [made] = set_aside(session, store, pictures=[picture(1)], today=TODAY)

    assert made.version == 4


def test_what_is_old_is_forgotten_with_its_picture(session: Session, store: FolderStore) -> None:
    [old] = set_aside(session, store, pictures=[picture(1)], today=TODAY)
    [new] = set_aside(session, store, pictures=[picture(1)], today=TOMORROW)

    assert forget_set_aside(session, store, before=TODAY) == 0
    assert forget_set_aside(session, store, before=TOMORROW) == 1
    assert forget_set_aside(session, store, before=TOMORROW) == 0

    assert store.get(photo_key(old)) is None
    assert photos_set_aside(session, store, [old, new]) == [picture(1)]


def test_a_picture_that_is_gone_from_the_store_is_no_photo(session: Session, store: FolderStore) -> None:
    [made] = set_aside(session, store, pictures=[picture(1)], today=TODAY)
    store.delete(photo_key(made))

    assert photos_set_aside(session, store, [made]) == []


def test_what_the_store_does_not_delete_is_not_forgotten(
    session: Session, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    [made] = set_aside(session, store, pictures=[picture(1)], today=TODAY)
    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "delete", away)
        with pytest.raises(PhotoStoreUnavailableError):
            forget_set_aside(session, store, before=TOMORROW)

    assert photos_set_aside(session, store, [made]) == [picture(1)]


def away(*_facts: object) -> None:
    """Stand for a store that cannot be reached."""
    raise PhotoStoreUnavailableError("delete", "away")
