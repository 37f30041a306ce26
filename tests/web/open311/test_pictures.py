"""Photos that reports from outside name: kept like others, or missed without costing the report."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from people import Role
from photos import FolderStore, PhotoStoreUnavailableError
from reports import ReportStatus
from tests.photos.uploads import MARK, encoded, exif, quarters, segment, with_segments
from tests.web.open311.clients import Gateway, platform_comment, platform_report
from tests.web.open311.georeport import CREATED, items
from tests.web.open311.media_server import MediaServer, dripping, media_server, picture, saying
from tests.web.reporting import CATEGORY, WAY
from tests.web.world import VILLAGE
from web.open311 import pictures

JPEG = encoded(quarters(), "JPEG")


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """Let the protocol ask this machine for photos."""
    extensions = gateway.world.app.extensions
    extensions["settings"] = replace(extensions["settings"], open311_media_loopback=True)
    return gateway


@pytest.fixture
def server() -> Iterator[MediaServer]:
    """Run a server with a picture that knows where it was taken."""
    with media_server(picture(with_segments(JPEG, segment(0xE1, exif(6))))) as running:
        yield running


def photos_of(gateway: Gateway, number: str) -> list[dict[str, Any]]:
    answer = gateway.world.get(f"/reports/{gateway.id_of(number)}/photos", gateway.world.administrator)
    return list(answer.get_json()["items"])


def missing(gateway: Gateway) -> list[int]:
    query = text("SELECT photos_missing FROM outside_reports ORDER BY report_id")
    return gateway.world.seen(lambda session: list(session.scalars(query)))


def brought(gateway: Gateway, *urls: str, number: int = 1) -> dict[str, Any]:
    answer = gateway.send("requests.xml", platform_report(gateway.key, number, CATEGORY, *urls))
    assert answer.status_code in (200, 201), answer.text
    (made,) = items(answer, "service_requests", CREATED)
    return made


def test_named_photos_are_fetched_cleaned_and_kept(gateway: Gateway, server: MediaServer) -> None:
    made = brought(gateway, server.url("/1.jpg"), server.url("/2.jpg"))
    assert made["service_notice"] is None
    # Both are the same picture.
    (photo,) = photos_of(gateway, made["service_request_id"])
    assert (photo["kind"], photo["width"], photo["height"]) == ("seen", 48, 64)
    path = f"/reports/{gateway.id_of(made['service_request_id'])}/photos/{photo['id']}"
    shown = gateway.world.get(path, gateway.world.administrator).data
    assert Image.open(BytesIO(shown)).size == (48, 64)
    assert MARK not in shown
    assert sorted(head.split()[1] for head in server.heads) == [b"/1.jpg", b"/2.jpg"]
    assert missing(gateway) == [0]
    # Nobody has looked at it yet.
    assert gateway.ask("requests.json").get_json()[0]["media_url"] is None


def test_without_the_setting_this_machine_is_not_asked(gateway: Gateway, server: MediaServer) -> None:
    extensions = gateway.world.app.extensions
    extensions["settings"] = replace(extensions["settings"], open311_media_loopback=False)
    urls = [server.url(), server.url(scheme="https"), server.url(host="localhost", scheme="https")]
    assert "3" in brought(gateway, *urls)["service_notice"]
    assert server.heads == []
    assert missing(gateway) == [3]


@pytest.mark.parametrize(
    "behaviour",
    [
        picture(b"<html>"),
        picture(JPEG[:200]),
        picture(b"", "Location: /there", status="302 X"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n"),
        dripping(),
        saying(b""),
    ],
    ids=["page", "broken", "redirect", "huge", "slow", "nothing"],
)
def test_a_photo_that_cannot_be_had_does_not_cost_the_report(
    gateway: Gateway, behaviour: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pictures, "_TIME_S_EACH", 0.5)
    with media_server(behaviour) as server, caplog.at_level("INFO"):
        made = brought(gateway, server.url("/of-li-si.jpg"))
    assert "1" in made["service_notice"]
    assert photos_of(gateway, made["service_request_id"]) == []
    assert missing(gateway) == [1]
    assert "photos of a report are missing" in caplog.text
    assert "of-li-si" not in caplog.text


def test_those_that_can_be_had_are_kept_beside_those_that_cannot(gateway: Gateway, server: MediaServer) -> None:
    made = brought(gateway, "https://10.0.0.1/x.jpg", server.url(), "nonsense")
    assert "2" in made["service_notice"]
    assert len(photos_of(gateway, made["service_request_id"])) == 1
    assert missing(gateway) == [2]
    many = brought(gateway, *(server.url(f"/{number}") for number in range(50)), number=2)
    assert "44" in many["service_notice"]
    assert len(server.heads) == 1 + 6


def test_a_client_that_repeats_itself_brings_the_photos_that_were_missed(gateway: Gateway, server: MediaServer) -> None:
    honest, server.behaviour = server.behaviour, saying(b"")
    first = brought(gateway, server.url())
    server.behaviour = honest
    again = brought(gateway, server.url())
    assert again == {**first, "service_notice": None}
    assert len(photos_of(gateway, first["service_request_id"])) == 1
    assert missing(gateway) == [0]
    # What is there is not fetched again.
    brought(gateway, server.url())
    assert len(server.heads) == 2


def test_a_store_that_is_away_does_not_cost_the_report(
    gateway: Gateway, server: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_put: object) -> None:
        raise PhotoStoreUnavailableError("put", "away")

    monkeypatch.setattr(FolderStore, "put", away)
    made = brought(gateway, server.url())
    assert "1" in made["service_notice"]
    assert photos_of(gateway, made["service_request_id"]) == []


def test_a_comment_may_bring_photos_alone_while_the_report_takes_any(gateway: Gateway, server: MediaServer) -> None:
    number = gateway.report(address_id=VILLAGE)
    with_photo = b"&media_url=" + server.url().encode()
    answer = gateway.send("servicerequestupdates.json", platform_comment(gateway.key, number, 1, "") + with_photo)
    assert answer.status_code == 201
    assert len(photos_of(gateway, number)) == 1
    lost = platform_comment(gateway.key, number, 3) + b"&media_url=https%3A%2F%2F10.0.0.1%2Fx.jpg"
    assert gateway.send("servicerequestupdates.json", lost).status_code == 201
    # What came with the report is counted, and nothing else.
    assert missing(gateway) == [0]
    for reached, (role, kind, body) in WAY.items():
        key = gateway.world.key(Role(role), **({"unit_code": "140881"} if role == "handler" else {}))
        gateway.world.post(f"/reports/{gateway.id_of(number)}/{kind}", body, key)
        if reached is ReportStatus.CLOSED:
            late = gateway.send("servicerequestupdates.json", platform_comment(gateway.key, number, 2) + with_photo)
            assert late.status_code == 201
    assert len(photos_of(gateway, number)) == 1
