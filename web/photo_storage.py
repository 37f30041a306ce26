"""The store of photos that the installation's settings choose."""

from pathlib import Path
from typing import cast

from flask import current_app

from photos import FolderStore, PhotoStore, open_s3_store
from web.settings import Settings, current_settings


def photo_store() -> PhotoStore:
    """Return where the running application keeps photos.

    A client of S3 costs a third of a second, so it is made when the first photo comes, once for a process.
    """
    known = current_app.extensions.get("photo_store")
    return cast(
        "PhotoStore", known or current_app.extensions.setdefault("photo_store", chosen_store(current_settings()))
    )


def chosen_store(settings: Settings) -> PhotoStore:
    """Return the store that settings name; nothing is written or asked yet."""
    if not settings.photo_store.startswith("s3://"):
        return FolderStore(Path(settings.photo_store or settings.instance_dir / "photos"))
    bucket, _, prefix = settings.photo_store.removeprefix("s3://").partition("/")
    return open_s3_store(
        bucket=bucket,
        prefix=prefix,
        access_key_id=settings.s3_access_key_id,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
        endpoint_url=settings.s3_endpoint_url or None,
        path_style=settings.s3_path_style,
    )
