"""Photos that come with a request: each cleaned before it is kept, and nothing left where something fails."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from photos import (
    PHOTO_BYTES_MAX,
    PHOTOS_MAX,
    CleanPhoto,
    Photo,
    PhotoStore,
    PhotoStoreUnavailableError,
    TooManyPhotosError,
    clean_photo,
)
from web.extensions import csrf
from web.photo_storage import photo_store
from web.problems import ProblemError
from web.problems.requests import PHOTOS_TOO_LARGE
from web.unit_of_work import DatabaseUnavailableError, in_transaction

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

# What the parts of a form are told apart by, and its other fields.
_BESIDE_BYTES = 1024 * 1024


def let_photos_come() -> None:
    """Let the present request bring six photos: other requests bring little. Call it before its body is read."""
    request.max_content_length = PHOTOS_MAX * PHOTO_BYTES_MAX + _BESIDE_BYTES


def brings_photos(view: View) -> View:
    """Let the form of a page bring six photos, to whoever the route admits.

    The check of the form's token reads the body, so it waits until the body may be as large as photos are.
    """

    @wraps(view)
    def with_photos(*args: Any, **kwargs: Any) -> Any:
        let_photos_come()
        csrf.protect()
        return view(*args, **kwargs)

    return csrf.exempt(with_photos)  # type: ignore[no-any-return]  # Flask-WTF has no types


def uploaded_photos(field: str) -> list[CleanPhoto]:
    """Return the photos in a field of the present request's form, cleaned; fields that were left empty are none.

    Raises:
        ProblemError: a photo, or the request, is too large.
        TooManyPhotosError: there are more than six.
        PhotoRefusedError: one is no photo.
    """
    try:
        files = [file for file in request.files.getlist(field) if file.filename]
    except RequestEntityTooLarge as error:
        raise ProblemError(PHOTOS_TOO_LARGE) from error
    if len(files) > PHOTOS_MAX:
        raise TooManyPhotosError(PHOTOS_MAX)
    cleaned = []
    for file in files:
        # One byte more than may be tells that there is more.
        data = file.stream.read(PHOTO_BYTES_MAX + 1)
        if len(data) > PHOTO_BYTES_MAX:
            raise ProblemError(PHOTOS_TOO_LARGE)
        cleaned.append(clean_photo(data))
    return cleaned


class _NotedStore:
    """The store, with a note of what was put there."""

    def __init__(self, store: PhotoStore) -> None:
        self._store = store
        self._put: list[str] = []

    def put(self, key: str, data: bytes) -> None:
        self._put.append(key)
        self._store.put(key, data)

    def get(self, key: str) -> bytes | None:
        return self._store.get(key)

    def delete(self, key: str) -> None:
        self._store.delete(key)

    def undo(self) -> None:
        """Delete what was put, as far as the store lets us: what stays belongs to no row, and nobody can ask for it."""
        for key in self._put:
            with suppress(PhotoStoreUnavailableError):
                self._store.delete(key)
        self._put.clear()


def keeping(work: Callable[[Session, PhotoStore], list[Photo]]) -> list[UUID]:
    """Run work that keeps photos in a transaction and return their ids; what is undone leaves no picture behind."""
    return keeping_with(lambda session, store: [photo.id for photo in work(session, store)])


def keeping_with(work: Callable[[Session, PhotoStore], T]) -> T:
    """Run work that keeps photos among other things in a transaction, as `keeping`, and return what it returned."""
    store = _NotedStore(photo_store())

    def attempt(session: Session) -> T:
        # An attempt before this one lost a race, and its rows are gone.
        store.undo()
        return work(session, store)

    try:
        return in_transaction(attempt)
    except DatabaseUnavailableError:
        # The commit may have happened: a picture too many is nobody's, a missing one would be a hole in a report.
        raise
    except BaseException:
        store.undo()
        raise
