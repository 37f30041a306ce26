"""Photos of forms that are not done yet, set aside for a day or two: a browser forgets what files were chosen."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from photos.cleaning import CleanPhoto
from photos.model import PhotoSetAside
from photos.stores import PhotoStore, photo_key

_FORGOTTEN_AT_ONCE = 200


def set_aside(session: Session, store: PhotoStore, *, pictures: Sequence[CleanPhoto], today: date) -> list[UUID]:
    """Set photos aside and return the ids, in order, by which whoever has them gets the photos back.

    The caller deletes what was put where this or the transaction fails.

    Raises:
        PhotoStoreUnavailableError: the store is away.
    """
    # Random ones: others tell the time, which may be that of somebody who wants no name.
    made = [
        PhotoSetAside(id=uuid4(), width=picture.width, height=picture.height, sha256=picture.sha256, set_aside_on=today)
        for picture in pictures
    ]
    session.add_all(made)
    session.flush()
    for kept, picture in zip(made, pictures, strict=True):
        store.put(photo_key(kept.id), picture.jpeg)
    return [kept.id for kept in made]


def photos_set_aside(session: Session, store: PhotoStore, ids: Sequence[UUID]) -> list[CleanPhoto]:
    """Return photos that were set aside, in order, without those that are forgotten by now.

    Raises:
        PhotoStoreUnavailableError: the store is away.
    """
    found = {each.id: each for each in session.scalars(select(PhotoSetAside).where(PhotoSetAside.id.in_(ids)))}
    pictures = []
    for kept in (found[each] for each in ids if each in found):
        jpeg = store.get(photo_key(kept.id))
        if jpeg is not None:
            pictures.append(CleanPhoto(jpeg=jpeg, width=kept.width, height=kept.height, sha256=kept.sha256))
    return pictures


def forget_set_aside(session: Session, store: PhotoStore, *, before: date) -> int:
    """Delete up to 200 photos that were set aside before a day, and return how many; 0 where there are none left.

    Raises:
        PhotoStoreUnavailableError: the store is away; nothing is forgotten of which the picture may still be there.
    """
    due = select(PhotoSetAside.id).where(PhotoSetAside.set_aside_on < before).limit(_FORGOTTEN_AT_ONCE)
    ids = list(session.scalars(due))
    for each in ids:
        store.delete(photo_key(each))
    session.execute(delete(PhotoSetAside).where(PhotoSetAside.id.in_(ids)))
    return len(ids)
