"""Keeping photos in a transaction: what is undone leaves no picture behind."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

import ledger
from photos import CleanPhoto, Photo, PhotoKind, PhotoStore, PhotoStoreUnavailableError, keep, photo_key
from tests.clock import NOON
from tests.web.world import World
from web.photo_storage import photo_store
from web.photo_uploads import keeping
from web.unit_of_work import DatabaseUnavailableError

PICTURE = CleanPhoto(jpeg=b"jpeg", width=10, height=10, sha256="0" * 64)


def files(world: World) -> list[Path]:
    folder = world.app.extensions["settings"].instance_dir / "photos"
    return [path for path in folder.rglob("*") if path.is_file()]


def kept_after(world: World, what_happens: Callable[[], None]) -> list[UUID]:
    """Keep a photo, and let something happen before the commit."""
    matter_id = uuid4()

    def work(session: Session, store: PhotoStore) -> list[Photo]:
        made = keep(session, store, matter_id=matter_id, kind=PhotoKind.SEEN, pictures=[PICTURE], now=NOON)
        assert store.get(photo_key(made[0].id)) == PICTURE.jpeg
        what_happens()
        return made

    with world.app.app_context():
        return keeping(work)


def test_a_lost_race_leaves_one_picture(world: World) -> None:
    races = [ledger.LostRaceError(), ledger.LostRaceError()]

    def lose() -> None:
        if races:
            raise races.pop()

    (photo_id,) = kept_after(world, lose)
    assert [path.name for path in files(world)] == [f"{photo_id.hex}.jpg"]


def test_what_fails_leaves_none(world: World) -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        kept_after(world, fail)
    assert files(world) == []


def test_where_nobody_knows_whether_it_happened_the_picture_stays(world: World) -> None:
    def vanish() -> None:
        raise DatabaseUnavailableError

    with pytest.raises(DatabaseUnavailableError):
        kept_after(world, vanish)
    assert len(files(world)) == 1


def test_what_cannot_be_deleted_stays_and_is_nobodys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise LookupError

    def cannot(_key: str) -> None:
        raise PhotoStoreUnavailableError("delete", "EACCES")

    with world.app.app_context():
        monkeypatch.setattr(photo_store(), "delete", cannot)
    with pytest.raises(LookupError):
        kept_after(world, fail)
    assert len(files(world)) == 1
