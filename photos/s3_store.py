"""Photos in an S3-compatible store. Loaded by name, and only where an installation keeps its photos there."""

from contextlib import closing

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from photos.errors import PhotoStoreUnavailableError
from photos.stores import checked_key

_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 20
# The first try included. All three calls may be repeated.
_TRIES = 2


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
        """Take a place in a store, as `photos.open_s3_store` says."""
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
        return self._prefix + checked_key(key)


def _unreachable(action: str, error: BotoCoreError | ClientError) -> PhotoStoreUnavailableError:
    reason = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    return PhotoStoreUnavailableError(action, str(reason or type(error).__name__))
