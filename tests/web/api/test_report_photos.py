"""Photos of reports over HTTP: cleaned, kept once, given out as nothing but pictures, and nothing left of the rest."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from photos import PhotoStoreUnavailableError
from reports import ReportStatus
from tests.photos.uploads import MARK, as_archive, encoded, exif, png_of_size, quarters, segment, with_segments
from tests.web.reporting import Desk
from tests.web.world import problem
from web.photo_storage import photo_store

JPEG = encoded(quarters(), "JPEG")
MIB = 1024 * 1024


def send(desk: Desk, report_id: str, key: str, *photos: bytes, name: str = "photo.jpg") -> TestResponse:
    data: dict[str, Any] = {"photos": [(io.BytesIO(each), name) for each in photos]}
    return desk.world.app.test_client().post(
        f"/api/v1/reports/{report_id}/photos",
        data=data,
        headers={"Authorization": f"Bearer {key}"},
        content_type="multipart/form-data",
    )


def stored(desk: Desk) -> list[Path]:
    """Return all files below the folder of the store."""
    folder = desk.world.app.extensions["settings"].instance_dir / "photos"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_photo_is_kept_and_given_out_without_what_the_camera_wrote(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    with_position = with_segments(JPEG, segment(0xE1, exif(6)))
    assert MARK in with_position
    answer = send(desk, report_id, desk.reporter.key, with_position)
    assert answer.status_code == 201, answer.text
    (made,) = answer.get_json()["items"]
    assert (made["kind"], made["width"], made["height"]) == ("seen", 48, 64)
    path = f"/reports/{report_id}/photos"
    assert desk.world.get(path, desk.reporter.key).get_json()["items"] == [made]
    shown = desk.world.get(f"{path}/{made['id']}", desk.keys["supervisor"])
    assert (shown.content_type, shown.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["Cache-Control"].startswith("private")
    assert Image.open(io.BytesIO(shown.data)).size == (48, 64)
    assert MARK not in shown.data


def test_the_same_picture_again_is_the_one_that_there_is(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    first = send(desk, report_id, desk.reporter.key, JPEG).get_json()
    again = send(desk, report_id, desk.reporter.key, JPEG).get_json()
    assert again == first
    assert len(stored(desk)) == 1


@pytest.mark.parametrize(
    ("upload", "fault"),
    [
        (b"", "empty"),
        (JPEG[:400], "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_a_picture"),
        (b"<!doctype html><script>alert(1)</script>", "not_a_picture"),
        (encoded(quarters(), "GIF"), "other_format"),
        (png_of_size(10_000, 6_000), "too_many_pixels"),
    ],
)
def test_what_is_no_photo_is_refused_with_the_reason_and_nothing_is_left(desk: Desk, upload: bytes, fault: str) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    answer = send(desk, report_id, desk.reporter.key, JPEG, upload)
    assert problem(answer) == (422, "photo_refused")
    assert answer.get_json()["fault"] == fault
    assert answer.get_json()["errors"]["photos"]
    assert stored(desk) == []
    assert desk.world.get(f"/reports/{report_id}/photos", desk.reporter.key).get_json()["items"] == []


def test_a_polyglot_is_kept_as_a_picture_alone(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    assert send(desk, report_id, desk.reporter.key, as_archive(JPEG), name="photo.html").status_code == 201
    (file,) = stored(desk)
    assert file.suffix == ".jpg"
    assert b"PK\x03\x04" not in file.read_bytes()


def test_more_than_ten_mebibytes_a_photo_or_six_photos_are_refused(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    key = desk.reporter.key
    large = send(desk, report_id, key, JPEG + b"x" * (10 * MIB))
    assert problem(large) == (413, "too_large")
    # Not the 1 MiB that other requests may have.
    assert "10 MiB" in large.get_json()["detail"]
    assert problem(send(desk, report_id, key, *[JPEG] * 7)) == (409, "too_many_photos")
    assert problem(send(desk, report_id, key, *[b"x" * (9 * MIB)] * 7)) == (413, "too_large")
    pictures = [encoded(quarters(16 + 16 * number), "JPEG") for number in range(7)]
    assert send(desk, report_id, key, *pictures[:6]).status_code == 201
    assert problem(send(desk, report_id, key, pictures[6])) == (409, "too_many_photos")
    assert len(stored(desk)) == 6
    assert problem(send(desk, report_id, key)) == (422, "invalid_fields")


def test_a_department_shows_what_it_did_while_it_has_the_report(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACKNOWLEDGED)
    made = send(desk, report_id, desk.keys["handler"], JPEG)
    assert made.get_json()["items"][0]["kind"] == "handled"
    desk.bring_on(report_id, ReportStatus.VERIFIED)
    other = encoded(quarters(32), "JPEG")
    assert problem(send(desk, report_id, desk.keys["handler"], other)) == (409, "step_not_now")
    assert problem(send(desk, report_id, desk.keys["supervisor"], other)) == (404, "report_unknown")
    assert send(desk, report_id, desk.reporter.key, other).status_code == 201
    desk.step(report_id, "closure", "supervisor")
    last = encoded(quarters(48), "JPEG")
    assert problem(send(desk, report_id, desk.reporter.key, last)) == (409, "step_not_now")


def test_nobody_adds_to_or_sees_what_is_not_theirs(desk: Desk) -> None:
    report_id, other = desk.brought_to(ReportStatus.SUBMITTED), desk.brought_to(ReportStatus.SUBMITTED)
    stranger = desk.keys["neighbour"]
    (made,) = send(desk, report_id, desk.reporter.key, JPEG).get_json()["items"]
    assert problem(send(desk, report_id, stranger, JPEG)) == (404, "report_unknown")
    assert problem(send(desk, str(desk.reporter.id), stranger, JPEG)) == (404, "report_unknown")
    assert problem(desk.world.get(f"/reports/{report_id}/photos/{made['id']}", stranger)) == (404, "report_unknown")
    elsewhere = desk.world.get(f"/reports/{other}/photos/{made['id']}", desk.reporter.key)
    assert problem(elsewhere) == (404, "photo_unknown")
    unknown = desk.world.get(f"/reports/{other}/photos/{other}", desk.reporter.key)
    assert problem(unknown) == (404, "photo_unknown")
    stored(desk)[0].unlink()
    lost = desk.world.get(f"/reports/{report_id}/photos/{made['id']}", desk.reporter.key)
    assert problem(lost) == (404, "photo_unknown")


def test_where_the_store_or_the_database_fails_nothing_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    with desk.world.app.app_context():
        store = photo_store()

    def fails(*_: object) -> None:
        raise PhotoStoreUnavailableError("put", "ENOSPC")

    with monkeypatch.context() as broken:
        broken.setattr(store, "put", fails)
        assert problem(send(desk, report_id, desk.reporter.key, JPEG)) == (503, "unavailable")
    listing = f"/reports/{report_id}/photos"
    assert desk.world.get(listing, desk.reporter.key).get_json()["items"] == []
    assert send(desk, report_id, desk.reporter.key, JPEG).status_code == 201
