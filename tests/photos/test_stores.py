"""The stores of photos: what is put is there, whole or not at all; no key leads out; a store that is away is told."""

import errno
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger import new_id
from photos import FolderStore, PhotoStore, PhotoStoreUnavailableError, photo_key
from photos.s3_store import S3Store
from tests.photos.s3_server import ACCESS_KEY_ID, REGION, SECRET_KEY, S3Server, s3_server

KEY = photo_key(UUID("0123456789abcdef0123456789abcdef"))
OTHER = photo_key(UUID("0123456789abcdef0123456789abcdee"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "photos"


@pytest.fixture
def folder(root: Path) -> FolderStore:
    return FolderStore(root)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[S3Server]:
    # Neither what this machine tells Amazon's programs nor its proxy counts.
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with s3_server() as server:
        yield server


@pytest.fixture
def s3_of(server: S3Server) -> Iterator[Callable[..., S3Store]]:
    """Return what makes a store at the server, with other words where a test gives some."""
    made = []

    def s3(**words: Any) -> S3Store:
        usual: dict[str, Any] = {
            "bucket": "photos",
            "prefix": "",
            "access_key_id": ACCESS_KEY_ID,
            "secret_key": SECRET_KEY,
            "region": REGION,
            "endpoint_url": server.url,
            "path_style": True,
        }
        made.append(S3Store(**(usual | words)))
        return made[-1]

    yield s3
    for store in made:
        store.close()


@pytest.fixture
def s3(s3_of: Callable[..., S3Store]) -> S3Store:
    return s3_of(prefix="yongji/photos")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest) -> PhotoStore:
    """Return a store of each kind."""
    chosen: PhotoStore = request.getfixturevalue(request.param)
    return chosen


def files(folder: Path) -> list[str]:
    """Return the paths of all files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def acts(store: PhotoStore, key: str) -> list[tuple[str, Callable[[], object]]]:
    """Return all that can be done with a photo, by name."""
    return [
        ("put", lambda: store.put(key, b"x")),
        ("get", lambda: store.get(key)),
        ("delete", lambda: store.delete(key)),
    ]


# --- every store -----------------------------------------------------------------------------------------------------


def test_what_is_put_is_there_until_it_is_deleted(store: PhotoStore) -> None:
    assert store.get(KEY) is None
    store.put(KEY, b"one")
    store.put(OTHER, b"two")
    assert (store.get(KEY), store.get(OTHER)) == (b"one", b"two")
    store.delete(KEY)
    assert (store.get(KEY), store.get(OTHER)) == (None, b"two")


def test_a_photo_is_put_again_and_deleted_again(store: PhotoStore) -> None:
    store.put(KEY, b"one")
    store.put(KEY, b"another")
    assert store.get(KEY) == b"another"
    store.delete(KEY)
    store.delete(KEY)
    assert store.get(KEY) is None


def test_many_threads_share_a_store(store: PhotoStore) -> None:
    keys = [photo_key(new_id()) for _ in range(24)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: store.put(key, key.encode()), keys))
        assert list(threads.map(store.get, keys)) == [key.encode() for key in keys]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        f"../{KEY}",
        f"{KEY}\n",
        f"{KEY}/..",
        KEY.upper(),
        KEY.replace(".jpg", ".png"),
        KEY.removesuffix(".jpg"),
        f"0{KEY}",
        "１" * 32 + ".jpg",
    ],
)
def test_no_other_key_is_taken(store: PhotoStore, root: Path, key: str) -> None:
    for _, act in acts(store, key):
        with pytest.raises(ValueError, match="no key"):
            act()
    assert not root.exists()


# --- a folder --------------------------------------------------------------------------------------------------------


def test_only_we_read_the_files_of_a_folder(folder: FolderStore, root: Path) -> None:
    folder.put(KEY, b"one")
    assert files(root) == [f"ef/cd/{KEY}"]
    assert stat.S_IMODE((root / "ef" / "cd" / KEY).stat().st_mode) == 0o600
    for path in (root, root / "ef", root / "ef" / "cd"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_photos_of_one_moment_are_spread_over_the_folders(folder: FolderStore, root: Path) -> None:
    for _ in range(60):
        folder.put(photo_key(new_id()), b"x")
    assert len(list(root.iterdir())) > 20


@pytest.mark.parametrize("failing", ["fsync", "replace", "mkdir"])
def test_a_photo_that_cannot_be_kept_leaves_nothing(
    folder: FolderStore, root: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(root))

    folder.put(OTHER, b"whole")
    with monkeypatch.context() as patched:
        patched.setattr(*{"fsync": ("os.fsync", full)}.get(failing, (f"pathlib.Path.{failing}", full)))
        with pytest.raises(PhotoStoreUnavailableError) as refused:
            folder.put(KEY, b"x" * 100_000)
    assert (refused.value.action, refused.value.reason) == ("put", "ENOSPC")
    assert str(root) not in str(refused.value)
    assert files(root) == [f"ee/cd/{OTHER}"]
    folder.put(KEY, b"later")
    assert folder.get(KEY) == b"later"


def test_a_failed_second_put_keeps_the_first(folder: FolderStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    folder.put(KEY, b"first")
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", broken)
        with pytest.raises(PhotoStoreUnavailableError, match="EIO"):
            folder.put(KEY, b"second")
    assert folder.get(KEY) == b"first"
    assert files(root) == [f"ef/cd/{KEY}"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file")
    store = FolderStore(tmp_path / "photos")
    for action, act in acts(store, KEY):
        with pytest.raises(PhotoStoreUnavailableError) as refused:
            act()
        assert refused.value.action == action
        assert refused.value.reason in {"EEXIST", "ENOTDIR"}


def test_whoever_reads_while_a_photo_is_replaced_sees_one_or_the_other(folder: FolderStore) -> None:
    versions = [bytes([number]) * 200_000 for number in range(2)]
    folder.put(KEY, versions[0])
    done = threading.Event()

    def write() -> None:
        for number in range(40):
            folder.put(KEY, versions[number % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert folder.get(KEY) in versions
    writer.join()


# --- S3 --------------------------------------------------------------------------------------------------------------


def test_what_goes_over_the_wire_is_signed_and_nothing_more_than_the_photo(s3: S3Store, server: S3Server) -> None:
    s3.put(KEY, b"one")
    s3.get(KEY)
    s3.delete(KEY)
    path = f"/photos/yongji/photos/{KEY}"
    assert [(seen.method, urlpath(seen.path), seen.body) for seen in server.seen] == [
        ("PUT", path, b"one"),
        ("GET", path, b""),
        ("DELETE", path, b""),
    ]
    put = server.seen[0].headers
    assert put["Content-Type"] == "image/jpeg"
    # Other makers' stores know neither pieces with sums behind them nor the sums.
    assert put["Content-Encoding"] is None
    assert put["Transfer-Encoding"] is None
    for seen in server.seen:
        assert not any(name.lower().startswith("x-amz-checksum") for name in seen.headers)
        assert SECRET_KEY not in str(seen.headers)


def urlpath(path: str) -> str:
    """Return an address without its query, which names the operation for the log of the server."""
    return path.partition("?")[0]


def test_without_a_prefix_photos_lie_at_the_top_of_the_bucket(s3_of: Callable[..., S3Store], server: S3Server) -> None:
    s3_of().put(KEY, b"one")
    assert list(server.objects) == [f"/photos/{KEY}"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"secret_key": "another"}, "SignatureDoesNotMatch"),
        ({"access_key_id": "another"}, "SignatureDoesNotMatch"),
        ({"bucket": "nobodys"}, "NoSuchBucket"),
    ],
)
def test_a_store_that_refuses_us_is_told_with_its_reason(
    s3_of: Callable[..., S3Store], words: dict[str, str], reason: str
) -> None:
    store = s3_of(**words)
    for action, act in acts(store, KEY):
        with pytest.raises(PhotoStoreUnavailableError) as refused:
            act()
        assert (refused.value.action, refused.value.reason) == (action, reason)
        assert SECRET_KEY not in str(refused.value) + str(refused.value.__cause__)


def test_a_store_that_is_busy_is_asked_once_more(s3: S3Store, server: S3Server) -> None:
    server.refusal = (503, "SlowDown")
    with pytest.raises(PhotoStoreUnavailableError, match="SlowDown"):
        s3.put(KEY, b"x")
    assert len(server.seen) == 2


def test_a_store_that_is_not_there_is_told(s3_of: Callable[..., S3Store]) -> None:
    store = s3_of(endpoint_url="http://127.0.0.1:1")
    with pytest.raises(PhotoStoreUnavailableError) as refused:
        store.get(KEY)
    assert (refused.value.action, refused.value.reason) == ("get", "EndpointConnectionError")


def test_a_store_that_never_answers_is_not_waited_for(
    s3_of: Callable[..., S3Store], server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photos.s3_store._READ_TIMEOUT_S", 0.1)
    server.answers.clear()
    with pytest.raises(PhotoStoreUnavailableError, match="ReadTimeoutError"):
        s3_of().put(KEY, b"x")


def test_half_a_photo_is_none(s3: S3Store, server: S3Server) -> None:
    s3.put(KEY, b"x" * 100_000)
    server.cuts = True
    with pytest.raises(PhotoStoreUnavailableError) as refused:
        s3.get(KEY)
    assert refused.value.action == "get"


def test_a_bucket_may_stand_in_the_name_of_the_host(
    s3_of: Callable[..., S3Store], server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", lambda _host, *rest: lookup("127.0.0.1", *rest))
    # The path then begins with the key.
    server.buckets = {KEY}
    store = s3_of(endpoint_url=server.url.replace("127.0.0.1", "s3.test"), path_style=False)
    store.put(KEY, b"one")
    assert store.get(KEY) == b"one"
    assert {seen.headers["Host"].partition(":")[0] for seen in server.seen} == {"photos.s3.test"}


def test_whoever_keeps_photos_in_a_folder_loads_no_client_of_s3() -> None:
    asked = "import sys, web; print([name for name in ('boto3', 'photos.s3_store') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
