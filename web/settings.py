"""What an installation may choose, read once from environment variables."""

import base64
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from earnings import new_claim_keys
from ledger import GRACE_DAYS
from people import new_phone_keys
from seals import new_seal_keys, new_seal_salts
from web.key_files import kept_secret, new_secret_key

CHECKOUT = Path(__file__).resolve().parents[1]
_NOTICE_SENDERS = ("off", "file", "webhook")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]+")
_S3_PLACE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*", re.ASCII)


class SettingError(Exception):
    """A setting cannot be used; the message names the variable and says what it must be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one installation. Every field but the clock has an environment variable of its name."""

    database_url: str
    secret_key: bytes = field(repr=False)
    phone_keys: bytes = field(repr=False)
    seal_keys: bytes = field(repr=False)
    seal_salts: bytes = field(repr=False)
    claim_keys: bytes = field(repr=False)
    instance_dir: Path = CHECKOUT / "instance"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    # Shown where no unit stands at the top of the tree yet.
    community_name: str = "永济市"
    # Printed on paper cards, for whoever loses one; empty: a line to write it on.
    office_phone: str = ""
    # Where people reach us, without a slash at its end; empty: as the request says.
    public_url: str = ""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    # How long credits that come back past their day may still be spent.
    grace_days: int = GRACE_DAYS
    requests_a_minute: int = 6_000
    refused_keys_a_minute: int = 600
    # A folder, or s3://BUCKET/PREFIX; empty: the folder `photos` in the instance folder.
    photo_store: str = ""
    # Empty: Amazon's.
    s3_endpoint_url: str = ""
    s3_region: str = "us-east-1"
    s3_path_style: bool = True
    s3_access_key_id: str = ""
    s3_secret_key: str = field(default="", repr=False)
    # What Open311 clients call this community; empty: the code of the unit at the top of the tree.
    open311_jurisdiction_id: str = ""
    # For tests only: photos that reports from Open311 name are fetched from this machine too, by http as well.
    open311_media_loopback: bool = False
    # For development and tests only: webhooks may go to this machine, by http as well.
    webhooks_loopback: bool = False
    # off, file (for development) or webhook: what passes notices on.
    notice_sender: str = "off"
    notice_webhook_url: str = ""
    notice_webhook_secret: bytes = field(default=b"", repr=False)
    notice_webhook_loopback: bool = False
    # {z}, {x} and {y} stand for a tile; empty: maps are a plain grid, and no address outside is touched.
    map_tiles: str = ""
    map_attribution: str = ""
    # Where maps begin: degrees (WGS 84), north and east.
    map_centre: tuple[float, float] = (34.867, 110.448)
    workers: int = 2
    threads: int = 16
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = True
    # Empty where nobody asked for one: what is usual depends on what the process does.
    log_level: str = ""
    testing: bool = False
    # Tests set the time; everything else reads it.
    clock: Callable[[ZoneInfo], datetime] = datetime.now

    @property
    def is_sqlite(self) -> bool:
        """Say whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")


def current_settings() -> Settings:
    """Return the settings of the running application."""
    return cast("Settings", current_app.extensions["settings"])


def settings_from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; make the key files that are not there yet, readable by their owner only.

    Raises:
        SettingError: a variable cannot be used.
    """
    instance_dir = Path(environ.get("INSTANCE_DIR") or CHECKOUT / "instance")
    photo_store = _photo_store(environ.get("PHOTO_STORE", ""))
    return Settings(
        database_url=_database_url(environ.get("DATABASE_URL") or f"sqlite:///{instance_dir / 'ledger.db'}"),
        secret_key=_secret_key(environ, instance_dir),
        phone_keys=_kept(environ, "PHONE_KEY_FILE", instance_dir / "phone.keys", new_phone_keys),
        seal_keys=_kept(environ, "SEAL_KEY_FILE", instance_dir / "seal.keys", new_seal_keys),
        seal_salts=_kept(environ, "SEAL_SALT_FILE", instance_dir / "seal.salts", new_seal_salts),
        claim_keys=_kept(environ, "CLAIM_KEY_FILE", instance_dir / "claim.keys", new_claim_keys),
        instance_dir=instance_dir,
        time_zone=_time_zone(environ.get("COMMUNITY_TIME_ZONE") or "Asia/Shanghai"),
        community_name=environ.get("COMMUNITY_NAME") or "永济市",
        office_phone=environ.get("OFFICE_PHONE", "").strip(),
        public_url=_address(environ, "PUBLIC_URL", example="https://pingan.example"),
        trusted_proxies=_networks(environ.get("TRUSTED_PROXIES", "")),
        grace_days=_number(environ, "GRACE_DAYS", GRACE_DAYS, most=366),
        requests_a_minute=_number(environ, "REQUESTS_A_MINUTE", 6_000, most=1_000_000),
        refused_keys_a_minute=_number(environ, "REFUSED_KEYS_A_MINUTE", 600, most=1_000_000),
        photo_store=photo_store,
        s3_endpoint_url=_address(environ, "S3_ENDPOINT_URL", example="https://s3.example"),
        s3_region=environ.get("S3_REGION") or "us-east-1",
        s3_path_style=environ.get("S3_PATH_STYLE", "1") != "0",
        s3_access_key_id=_for_s3(photo_store, "S3_ACCESS_KEY_ID", environ.get("S3_ACCESS_KEY_ID", "")),
        s3_secret_key=_for_s3(photo_store, "S3_SECRET_KEY", _given_secret(environ, "S3_SECRET_KEY")),
        open311_jurisdiction_id=environ.get("OPEN311_JURISDICTION_ID", "").strip(),
        open311_media_loopback=environ.get("OPEN311_MEDIA_LOOPBACK", "") == "1",
        webhooks_loopback=environ.get("WEBHOOKS_LOOPBACK", "") == "1",
        **_notices(environ),
        map_tiles=_tiles(environ.get("MAP_TILES", "").strip()),
        map_attribution=environ.get("MAP_ATTRIBUTION", "").strip(),
        map_centre=_position("MAP_CENTRE", environ.get("MAP_CENTRE") or "34.867,110.448"),
        workers=_number(environ, "WORKERS", 2, most=64),
        threads=_number(environ, "THREADS", 16, most=256),
        host=environ.get("HOST") or "127.0.0.1",
        port=_number(environ, "PORT", 8000, most=65_535),
        demo=environ.get("DEMO", "1") != "0",
        log_level=_log_level(environ.get("LOG_LEVEL", "")),
    )


def _database_url(text: str) -> str:
    """Return the URL with the driver we use; a SQLite file's path is made absolute and its folder made."""
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1) if text.startswith("postgres://") else text)
    except ArgumentError as error:
        raise SettingError("DATABASE_URL is no address of a database") from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend != "sqlite" or not url.database or url.database == ":memory:":
        raise SettingError("DATABASE_URL must be sqlite:///FILE or postgresql://…")
    path = Path(url.database).absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return url.set(database=str(path)).render_as_string(hide_password=False)


def _secret_key(environ: Mapping[str, str], instance_dir: Path) -> bytes:
    if given := environ.get("SECRET_KEY"):
        if len(given) < 32:
            raise SettingError("SECRET_KEY needs at least 32 characters")
        return given.encode()
    return _kept(environ, "SECRET_KEY_FILE", instance_dir / "secret.key", new_secret_key).strip()


def _kept(environ: Mapping[str, str], variable: str, default: Path, new: Callable[[], bytes]) -> bytes:
    return kept_secret(Path(environ.get(variable) or default), new)


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingError("COMMUNITY_TIME_ZONE is no time zone, such as Asia/Shanghai") from error


def _address(environ: Mapping[str, str], name: str, *, example: str, with_query: bool = False) -> str:
    text = environ.get(name, "").rstrip("/")
    parts = urlsplit(text)
    more = parts.fragment or (parts.query and not with_query)
    if text and (parts.scheme not in {"http", "https"} or not parts.netloc or more):
        raise SettingError(f"{name} must be an address such as {example}")
    return text


def _photo_store(text: str) -> str:
    if "://" not in text:
        return text and str(Path(text).absolute())
    if not _S3_PLACE.fullmatch(text):
        raise SettingError("PHOTO_STORE must be a folder or s3://BUCKET/PREFIX")
    return text


def _for_s3(photo_store: str, name: str, text: str) -> str:
    if photo_store.startswith("s3://") and not text:
        raise SettingError(f"{name} must be set where PHOTO_STORE is s3://…")
    return text


def _notices(environ: Mapping[str, str]) -> dict[str, Any]:
    sender = environ.get("NOTICE_SENDER") or "off"
    if sender not in _NOTICE_SENDERS:
        raise SettingError(f"NOTICE_SENDER must be one of {', '.join(_NOTICE_SENDERS)}")
    if sender != "webhook":
        return {"notice_sender": sender}
    url = _address(environ, "NOTICE_WEBHOOK_URL", example="https://sms.example/notices", with_query=True)
    parts, to_loopback = urlsplit(url), environ.get("NOTICE_WEBHOOK_LOOPBACK", "0") == "1"
    if parts.username or not (parts.scheme == "https" or (to_loopback and parts.hostname in _LOOPBACK)):
        raise SettingError("NOTICE_WEBHOOK_URL must be an address such as https://sms.example/notices")
    return {
        "notice_sender": sender,
        "notice_webhook_url": url,
        "notice_webhook_secret": _webhook_secret(_given_secret(environ, "NOTICE_WEBHOOK_SECRET")),
        "notice_webhook_loopback": to_loopback,
    }


def _tiles(text: str) -> str:
    # Its origin goes into a header: nothing may stand there that ends a part of it.
    places_named = all(text.count(each) == 1 for each in ("{z}", "{x}", "{y}"))
    if text and not (_TILES.fullmatch(text) and places_named):
        raise SettingError("MAP_TILES must be an address such as https://tiles.example/{z}/{x}/{y}.png")
    return text


def _position(name: str, text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = math.inf
    if not (abs(latitude) <= 85 and abs(longitude) <= 180):
        raise SettingError(f"{name} must be degrees north and east, such as 34.867,110.448")
    return latitude, longitude


def _webhook_secret(text: str) -> bytes:
    """Return the bytes of a secret as Standard Webhooks writes it."""
    try:
        secret = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        # The cause would quote the secret, so it is dropped.
        secret = b""
    if not text.startswith("whsec_") or not 24 <= len(secret) <= 64:
        raise SettingError("NOTICE_WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64")
    return secret


def _given_secret(environ: Mapping[str, str], name: str) -> str:
    """Return a secret that somebody else made: from the variable, or from the file that NAME_FILE names."""
    if text := environ.get(name, ""):
        return text
    if not (path := environ.get(f"{name}_FILE")):
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SettingError(f"{name}_FILE must be a file that can be read") from error


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingError("TRUSTED_PROXIES must be addresses or networks, separated by commas") from error


def _log_level(text: str) -> str:
    level = text.strip().upper()
    if level and level not in _LOG_LEVELS:
        raise SettingError(f"LOG_LEVEL must be one of {', '.join(_LOG_LEVELS)}")
    return level


def _number(environ: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        raise SettingError(f"{name} must be a number from 1 to {most}")
    return int(text)
