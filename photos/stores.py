"""Where cleaned photos lie: in a folder of this machine, or in an S3-compatible store. Neither is the database."""

import errno
import importlib
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import UUID

from photos.errors import PhotoStoreUnavailableError

_KEY = re.compile(r"[0-9a-f]{32}\.jpg", re.ASCII)


def photo_key(photo_id: UUID) -> str:
    """Return the key of a photo, alike in every store; it tells nothing about the photo."""
    return f"{photo_id.hex}.jpg"


class PhotoStore(Protocol):
    """Keeps photos by key, as `photo_key` makes it; safe to share between threads.

    Every other key is a ValueError, so none can lead out of the store.
    """

    def put(self, key: str, data: bytes) -> None:
        """Keep a photo's bytes, all of them or, where it raises, none; the same key again takes the place of the first.

        Raises:
            PhotoStoreUnavailableError: the store is away, full, or refuses.
        """

    def get(self, key: str) -> bytes | None:
        """Return a photo's bytes; None where there is no such photo.

        Raises:
            PhotoStoreUnavailableError: the store is away, or refuses.
        """

    def delete(self, key: str) -> None:
        """Forget a photo; what is not there stays away.

        Raises:
            PhotoStoreUnavailableError: the store is away, or refuses.
        """


class FolderStore:
    """Photos as files below one folder that only we read: `root/a5/3c/…3ca5.jpg`."""

    def __init__(self, root: Path) -> None:
        """Take a folder; it is made when the first photo comes."""
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Keep a photo: written, on the disk, and only then given its name."""
        path = self._path(key)
        draft = self._root / f".{key}.{secrets.token_hex(8)}"
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(draft, data)
                _make_folders(path.parent, self._root)
                draft.replace(path)
                _tell_no_time(path, self._root)
                _keep_names(path.parent)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise _unwilling("put", error) from error

    def get(self, key: str) -> bytes | None:
        """Return a photo's bytes, or None."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unwilling("get", error) from error

    def delete(self, key: str) -> None:
        """Forget a photo."""
        path = self._path(key)
        try:
            with suppress(FileNotFoundError):
                path.unlink()
                _keep_names(path.parent)
        except OSError as error:
            raise _unwilling("delete", error) from error

    def _path(self, key: str) -> Path:
        # Ids begin with their time and end with chance, which spreads photos over the folders evenly.
        stem = checked_key(key).removesuffix(".jpg")
        return self._root / stem[-2:] / stem[-4:-2] / key


def open_s3_store(
    *,
    bucket: str,
    prefix: str,
    access_key_id: str,
    secret_key: str,
    region: str,
    endpoint_url: str | None,
    path_style: bool,
) -> PhotoStore:
    """Return a place in an S3-compatible store; nothing is asked of it yet.

    `prefix`, if it is not empty, stands before every key with a slash between; without an `endpoint_url` it is
    Amazon's store. `path_style` says that the bucket stands in the path of addresses, not in the host's name. Its
    client takes 25 MB of every process, so only who keeps photos there loads it.
    """
    store: PhotoStore = importlib.import_module("photos.s3_store").S3Store(
        bucket=bucket,
        prefix=prefix,
        access_key_id=access_key_id,
        secret_key=secret_key,
        region=region,
        endpoint_url=endpoint_url,
        path_style=path_style,
    )
    return store


def checked_key(key: str) -> str:
    """Return a key as it is.

    Raises:
        ValueError: it is none that `photo_key` makes.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("no key of a photo")
    return key


def _write(path: Path, data: bytes) -> None:
    """Write a new file that only its owner reads; when this returns, it is on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _make_folders(folder: Path, root: Path) -> None:
    """Make a folder and those between it and the root, so that they outlive a loss of power."""
    if folder == root or folder.is_dir():
        return
    _make_folders(folder.parent, root)
    folder.mkdir(mode=0o700, exist_ok=True)
    _keep_names(folder.parent)


def _tell_no_time(path: Path, root: Path) -> None:
    """Take from a file, and from the folders above it, when it came: the photo may be of somebody without a name."""
    for each in (path, *path.parents):
        os.utime(each, (0, 0))
        if each == root:
            return


def _keep_names(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwilling(action: str, error: OSError) -> PhotoStoreUnavailableError:
    # The words of the error hold a path, which is nobody's business.
    return PhotoStoreUnavailableError(action, errno.errorcode.get(error.errno or 0, type(error).__name__))
