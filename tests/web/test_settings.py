"""Settings from the environment, and the key files they make."""

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from web.key_files import kept_secret, new_secret_key
from web.settings import CHECKOUT, SettingError, settings_from_environment


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    settings = settings_from_environment({"INSTANCE_DIR": str(tmp_path / "instance")})
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/ledger.db"
    assert settings.is_sqlite
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8000, True)
    assert settings.time_zone.key == "Asia/Shanghai"
    assert settings.requests_a_minute >= 600
    assert settings.grace_days == 30
    assert settings.photo_store == ""
    for name in ("secret.key", "phone.keys", "seal.keys", "seal.salts"):
        mode = (tmp_path / "instance" / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_keys_stay_the_same_from_start_to_start(tmp_path: Path) -> None:
    environment = {"INSTANCE_DIR": str(tmp_path)}
    first, second = settings_from_environment(environment), settings_from_environment(environment)
    assert first.secret_key == second.secret_key
    assert first.phone_keys == second.phone_keys
    assert (first.seal_keys, first.seal_salts) == (second.seal_keys, second.seal_salts)
    assert "secret_key" not in repr(first)


def test_processes_that_start_side_by_side_agree_on_a_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(8) as threads:
        read = set(threads.map(lambda _: kept_secret(path, new_secret_key), range(8)))
    assert len(read) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgresql://u:p@db/ledger", "postgresql+psycopg://u:p@db/ledger"),
        ("postgres://u:p@db/ledger", "postgresql+psycopg://u:p@db/ledger"),
        ("postgresql+psycopg://u:p@db:5433/ledger", "postgresql+psycopg://u:p@db:5433/ledger"),
    ],
)
def test_postgresql_is_spoken_to_by_one_driver(tmp_path: Path, given: str, meant: str) -> None:
    settings = settings_from_environment({"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": given})
    assert settings.database_url == meant
    assert not settings.is_sqlite


def test_what_is_set_counts(tmp_path: Path) -> None:
    settings = settings_from_environment(
        {
            "INSTANCE_DIR": str(tmp_path),
            "SECRET_KEY": "x" * 32,
            "COMMUNITY_TIME_ZONE": "Europe/Berlin",
            "PUBLIC_URL": "https://pingan.example/",
            "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "GRACE_DAYS": "7",
            "REQUESTS_A_MINUTE": "900",
            "PORT": "9000",
            "DEMO": "0",
            "LOG_LEVEL": "debug",
        }
    )
    assert settings.log_level == "DEBUG"
    assert settings.secret_key == b"x" * 32
    assert settings.time_zone.key == "Europe/Berlin"
    assert settings.public_url == "https://pingan.example"
    assert [str(each) for each in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.grace_days == 7
    assert (settings.requests_a_minute, settings.port, settings.demo) == (900, 9000, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "no address"),
        ("DATABASE_URL", "mysql://u@db/x"),
        ("DATABASE_URL", "sqlite://"),
        ("SECRET_KEY", "short"),
        ("COMMUNITY_TIME_ZONE", "Mars/Olympus"),
        ("COMMUNITY_TIME_ZONE", "../etc/passwd"),
        ("PUBLIC_URL", "pingan.example"),
        ("PUBLIC_URL", "https://pingan.example/?a=b"),
        ("TRUSTED_PROXIES", "everybody"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_LEVEL", "10"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PHOTO_STORE", "s3://"),
        ("PHOTO_STORE", "s3://No_Bucket/photos"),
        ("PHOTO_STORE", "s3://photos/"),
        ("PHOTO_STORE", "s3://photos/?x"),
        ("PHOTO_STORE", "https://photos.example"),
        ("S3_ENDPOINT_URL", "s3.example"),
        ("S3_SECRET_KEY_FILE", "no such file"),
        ("NOTICE_SENDER", "pigeon"),
        ("WORKERS", "-1"),
        ("GRACE_DAYS", "367"),
        ("REQUESTS_A_MINUTE", "9" * 100),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        settings_from_environment({"INSTANCE_DIR": str(tmp_path), name: value})


def test_photos_may_lie_in_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = settings_from_environment({"INSTANCE_DIR": str(tmp_path), "PHOTO_STORE": "disk/photos"})
    assert settings.photo_store == f"{tmp_path}/disk/photos"


def test_photos_may_lie_in_an_s3_store(tmp_path: Path) -> None:
    secret_file = tmp_path / "s3.secret"
    secret_file.write_text("from a file\n")
    environment = {
        "INSTANCE_DIR": str(tmp_path),
        "PHOTO_STORE": "s3://pingan.yongji/photos/2026",
        "S3_ENDPOINT_URL": "https://oss.example/",
        "S3_REGION": "cn-hangzhou",
        "S3_PATH_STYLE": "0",
        "S3_ACCESS_KEY_ID": "an id",
        "S3_SECRET_KEY_FILE": str(secret_file),
    }
    settings = settings_from_environment(environment)
    assert settings.photo_store == "s3://pingan.yongji/photos/2026"
    assert (settings.s3_endpoint_url, settings.s3_region) == ("https://oss.example", "cn-hangzhou")
    assert (settings.s3_access_key_id, settings.s3_secret_key) == ("an id", "from a file")
    assert not settings.s3_path_style
    assert "from a file" not in repr(settings)
    assert settings_from_environment(environment | {"S3_SECRET_KEY": "given"}).s3_secret_key == "given"


@pytest.mark.parametrize("missing", ["S3_ACCESS_KEY_ID", "S3_SECRET_KEY"])
def test_an_s3_store_needs_a_key(tmp_path: Path, missing: str) -> None:
    environment = {
        "INSTANCE_DIR": str(tmp_path),
        "PHOTO_STORE": "s3://photos",
        "S3_ACCESS_KEY_ID": "an id",
        "S3_SECRET_KEY": "a secret",
    }
    del environment[missing]
    with pytest.raises(SettingError, match=missing):
        settings_from_environment(environment)


WEBHOOK = {
    "NOTICE_SENDER": "webhook",
    "NOTICE_WEBHOOK_URL": "https://sms.example/notices?account=7",
    "NOTICE_WEBHOOK_SECRET": "whsec_" + base64.b64encode(bytes(range(32))).decode(),
}


def test_notices_may_leave_by_a_webhook(tmp_path: Path) -> None:
    environment = {"INSTANCE_DIR": str(tmp_path), **WEBHOOK}
    settings = settings_from_environment(environment)
    assert (settings.notice_sender, settings.notice_webhook_url) == ("webhook", WEBHOOK["NOTICE_WEBHOOK_URL"])
    assert settings.notice_webhook_secret == bytes(range(32))
    assert not settings.notice_webhook_loopback
    assert "notice_webhook_secret" not in repr(settings)
    here = {"NOTICE_WEBHOOK_URL": "http://127.0.0.1:8025", "NOTICE_WEBHOOK_LOOPBACK": "1"}
    assert settings_from_environment(environment | here).notice_webhook_loopback
    unset = settings_from_environment({"INSTANCE_DIR": str(tmp_path)})
    assert (unset.notice_sender, unset.notice_webhook_secret) == ("off", b"")
    assert not unset.webhooks_loopback
    assert settings_from_environment({"INSTANCE_DIR": str(tmp_path), "WEBHOOKS_LOOPBACK": "1"}).webhooks_loopback


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTICE_WEBHOOK_URL", ""),
        ("NOTICE_WEBHOOK_URL", "http://sms.example/"),
        ("NOTICE_WEBHOOK_URL", "http://127.0.0.1:8025"),
        ("NOTICE_WEBHOOK_URL", "https://user:word@sms.example/"),
        ("NOTICE_WEBHOOK_URL", "https://sms.example/#part"),
        ("NOTICE_WEBHOOK_SECRET", ""),
        ("NOTICE_WEBHOOK_SECRET", "whsec_"),
        ("NOTICE_WEBHOOK_SECRET", "whsec_c2hvcnQ="),
        ("NOTICE_WEBHOOK_SECRET", "whsec_no base64"),
        ("NOTICE_WEBHOOK_SECRET", WEBHOOK["NOTICE_WEBHOOK_SECRET"].removeprefix("whsec_")),
    ],
)
def test_a_webhook_needs_an_address_over_https_and_a_secret(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        settings_from_environment({"INSTANCE_DIR": str(tmp_path), **WEBHOOK, name: value})
    assert value.removeprefix("whsec_") not in str(refused.value) or not value.removeprefix("whsec_")


@pytest.mark.parametrize("name", ["LOG_LEVEL", "PORT"])
def test_a_command_tells_a_wrong_setting_in_one_line(tmp_path: Path, name: str) -> None:
    environment = os.environ | {"INSTANCE_DIR": str(tmp_path), name: "wrong"}
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "keys", "list"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith(f"{name} must be ")
    assert told.stderr.count("\n") == 1
