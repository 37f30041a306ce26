"""The store of photos that an installation's settings choose."""

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from photos import FolderStore, photo_key
from photos.s3_store import S3Store
from tests.photos.s3_server import ACCESS_KEY_ID, REGION, SECRET_KEY, s3_server
from tests.web.world import World
from web import Settings, settings_from_environment
from web.logs import configure_logging
from web.photo_storage import chosen_store, photo_store

KEY = photo_key(UUID(int=7))


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Put the loggers back as they were."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def test_photos_lie_in_the_instance_folder_unless_told_otherwise(world: World, settings: Settings) -> None:
    with world.app.app_context():
        photo_store().put(KEY, b"one")
        assert photo_store() is photo_store()
    assert [path.name for path in (settings.instance_dir / "photos").rglob("*.jpg")] == [KEY]


def test_photos_lie_in_the_folder_that_is_set(tmp_path: Path) -> None:
    settings = settings_from_environment({"INSTANCE_DIR": str(tmp_path), "PHOTO_STORE": str(tmp_path / "disk")})
    store = chosen_store(settings)
    assert isinstance(store, FolderStore)
    store.put(KEY, b"one")
    assert len(list((tmp_path / "disk").rglob(KEY))) == 1


@pytest.mark.usefixtures("logs_as_before")
def test_photos_lie_in_the_s3_store_that_is_set_and_no_log_tells_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    configure_logging("DEBUG")
    caplog.set_level("DEBUG")
    logging.getLogger().addHandler(caplog.handler)
    with s3_server() as server:
        store = chosen_store(
            settings_from_environment(
                {
                    "INSTANCE_DIR": str(tmp_path),
                    "PHOTO_STORE": "s3://photos/yongji",
                    "S3_ENDPOINT_URL": server.url,
                    "S3_REGION": REGION,
                    "S3_ACCESS_KEY_ID": ACCESS_KEY_ID,
                    "S3_SECRET_KEY": SECRET_KEY,
                }
            )
        )
        assert isinstance(store, S3Store)
        store.put(KEY, b"the pixels")
        store.close()
        assert server.objects == {f"/photos/yongji/{KEY}": b"the pixels"}
    for secret in (SECRET_KEY, "the pixels", KEY, "Signature="):
        assert secret not in caplog.text
