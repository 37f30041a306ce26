"""Where cleaned photos lie: in a folder of this machine, or in an S3-compatible store. Neither is the database."""

import errno
import os
import re
import secrets
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from photos.errors import PhotoStoreUnavailableError

_KEY = re.compile(r"[0-9a-f]{32}\.jpg", re.ASCII)
_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 20
# The first try included. All three calls may be repeated.
_TRIES = 2


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
        stem = _checked(key).removesuffix(".jpg")
        return self._root / stem[-2:] / stem[-4:-2] / key


class S3Store:
    """Photos as objects of one bucket of an S3-compatible store, private as the bucket is."""

    def __init__(
        self,
        *,
        bucket: str,
        prefix: str,
        access_key_id: str,
        secret_key: str,
        region: str,
        endpoint_url: str | None,
        path_style: bool,
    ) -> None:
        """Take a place in a store; nothing is asked of it yet.

        `prefix`, if it is not empty, stands before every key with a slash between; without an `endpoint_url` it is
        Amazon's store. `path_style` says that the bucket stands in the path of addresses, not in the host's name.
        """
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = boto3.Session(
            aws_access_key_id=access_key_id, aws_secret_access_key=secret_key, region_name=region
        ).client(
            "s3",
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=_CONNECT_TIMEOUT_S,
                read_timeout=_READ_TIMEOUT_S,
                retries={"mode": "standard", "total_max_attempts": _TRIES},
                s3={"addressing_style": "path" if path_style else "virtual"},
                # Checksums in trailers, which only Amazon's store and the newest others know.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, data: bytes) -> None:
        """Keep a photo."""
        name = self._name(key)
        try:
            self._client.put_object(Bucket=self._bucket, Key=name, Body=data, ContentType="image/jpeg")
        except (BotoCoreError, ClientError) as error:
            raise _unreachable("put", error) from error

    def get(self, key: str) -> bytes | None:
        """Return a photo's bytes, or None."""
        name = self._name(key)
        try:
            # Entered by itself, a body gives its bare stream, whose errors are not botocore's.
            with closing(self._client.get_object(Bucket=self._bucket, Key=name)["Body"]) as body:
                return bytes(body.read())
        except (BotoCoreError, ClientError) as error:
            unreachable = _unreachable("get", error)
            if unreachable.reason == "NoSuchKey":
                return None
            raise unreachable from error

    def delete(self, key: str) -> None:
        """Forget a photo."""
        name = self._name(key)
        try:
            self._client.delete_object(Bucket=self._bucket, Key=name)
        except (BotoCoreError, ClientError) as error:
            raise _unreachable("delete", error) from error

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _name(self, key: str) -> str:
        return self._prefix + _checked(key)


def _checked(key: str) -> str:
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


def _unreachable(action: str, error: BotoCoreError | ClientError) -> PhotoStoreUnavailableError:
    reason = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    return PhotoStoreUnavailableError(action, str(reason or type(error).__name__))
