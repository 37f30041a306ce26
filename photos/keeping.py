"""Keeping photos of matters: the row in the database, the picture in the store, and neither without the other."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import new_id
from photos.cleaning import CleanPhoto
from photos.errors import PhotoUnknownError, TooManyPhotosError
from photos.model import Photo, PhotoKind
from photos.stores import PhotoStore, photo_key

PHOTOS_MAX = 6


def keep(
    session: Session,
    store: PhotoStore,
    *,
    matter_id: UUID,
    kind: PhotoKind,
    pictures: Sequence[CleanPhoto],
    now: datetime,
) -> list[Photo]:
    """Keep photos of a matter and return them in order; the same picture again is the photo that there is.

    `now` is all that is kept of when it was, in the ids too. The caller holds the matter's lock, and deletes what was
    put where this or the transaction fails.

    Raises:
        TooManyPhotosError: the matter would have more than 6 of this kind.
        PhotoStoreUnavailableError: the store is away.
    """
    known = {photo.sha256: photo for photo in photos_of(session, matter_id)}
    of_kind = sum(photo.kind is kind for photo in known.values())
    fresh = {picture.sha256: picture for picture in pictures if picture.sha256 not in known}
    if of_kind + len(fresh) > PHOTOS_MAX:
        raise TooManyPhotosError(PHOTOS_MAX)
    for sha256, picture in fresh.items():
        known[sha256] = Photo(
            id=new_id(now),
            matter_id=matter_id,
            kind=kind,
            width=picture.width,
            height=picture.height,
            bytes=len(picture.jpeg),
            sha256=sha256,
            kept_at=now,
        )
        session.add(known[sha256])
    session.flush()
    for sha256, picture in fresh.items():
        store.put(photo_key(known[sha256].id), picture.jpeg)
    return [known[picture.sha256] for picture in pictures]


def forget(session: Session, store: PhotoStore, photos: Sequence[Photo]) -> None:
    """Delete photos: first the pictures, then their rows, so that a picture without a row is never left.

    Where the transaction fails, the rows stay, and the same may be done again.

    Raises:
        PhotoStoreUnavailableError: the store is away; rows of what was not deleted stay.
    """
    for photo in photos:
        store.delete(photo_key(photo.id))
        session.delete(photo)
    session.flush()


def photos_of(session: Session, matter_id: UUID) -> list[Photo]:
    """Return the photos of a matter, the earliest first."""
    return list(session.scalars(select(Photo).where(Photo.matter_id == matter_id).order_by(Photo.kept_at, Photo.id)))


def get_photo(session: Session, photo_id: UUID) -> Photo:
    """Return the photo with this id.

    Raises:
        PhotoUnknownError: there is none.
    """
    found = session.get(Photo, photo_id)
    if found is None:
        raise PhotoUnknownError(photo_id)
    return found
