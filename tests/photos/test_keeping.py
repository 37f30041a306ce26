"""Keeping photos: the row and the picture, and neither without the other."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from photos import (
    PHOTOS_MAX,
    CleanPhoto,
    FolderStore,
    PhotoKind,
    PhotoUnknownError,
    TooManyPhotosError,
    get_photo,
    keep,
    photo_key,
    photos_of,
)
from tests.clock import NOON

MATTER = uuid4()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """Return an empty store."""
    return FolderStore(tmp_path)


def picture(number: int) -> CleanPhoto:
    return CleanPhoto(jpeg=b"jpeg %d" % number, width=10, height=20, sha256=f"{number:064x}")


def kept(session: Session, store: FolderStore, *numbers: int, kind: PhotoKind = PhotoKind.SEEN) -> list[int]:
    made = keep(session, store, matter_id=MATTER, kind=kind, pictures=[picture(each) for each in numbers], now=NOON)
    return [int(photo.sha256, 16) for photo in made]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_photo_is_kept_once_however_often_it_comes(session: Session, store: FolderStore, tmp_path: Path) -> None:
    assert kept(session, store, 1, 2, 1) == [1, 2, 1]
    assert kept(session, store, 2, 3) == [2, 3]
    found = photos_of(session, MATTER)
    assert sorted(int(photo.sha256, 16) for photo in found) == [1, 2, 3]
    assert len(files(tmp_path)) == 3
    photo = get_photo(session, found[0].id)
    assert store.get(photo_key(photo.id)) == picture(int(photo.sha256, 16)).jpeg
    assert (photo.width, photo.height, photo.bytes) == (10, 20, 6)
    with pytest.raises(PhotoUnknownError):
        get_photo(session, uuid4())


def test_a_matter_has_six_photos_of_each_kind(session: Session, store: FolderStore, tmp_path: Path) -> None:
    kept(session, store, *range(PHOTOS_MAX))
    with pytest.raises(TooManyPhotosError):
        kept(session, store, 99)
    kept(session, store, 100, kind=PhotoKind.HANDLED)
    assert len(files(tmp_path)) == PHOTOS_MAX + 1
