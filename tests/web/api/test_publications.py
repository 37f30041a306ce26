"""Publishing reports over HTTP: who may, what each is told, once for a key, and nothing left in the store."""

import json
import re

import pytest

from people import Role
from photos import PhotoStoreUnavailableError
from reports import ReportStatus
from tests.web.publishing import FACE, SECRET, PublishingDesk
from tests.web.world import OTHER_TOWN, World, problem
from web.photo_storage import photo_store


@pytest.fixture
def desk(world: World) -> PublishingDesk:
    """Return a desk where nothing is reported yet."""
    return PublishingDesk(world)


def test_a_report_is_published_and_told_as_it_was_decided(desk: PublishingDesk) -> None:
    report_id = desk.brought_to(ReportStatus.HANDLED)
    seen, done = desk.add_photo(report_id, 1), desk.add_photo(report_id, 2, who="handler")
    decided = [
        {"photo_id": seen, "shown": True, "boxes": [FACE, {**FACE, "left": 0}]},
        {"photo_id": done, "shown": False},
    ]
    body = {"text": "路口\n井盖没了", "answer": "换了", "photos": decided, "reason": "第二张有人"}
    made = desk.step(report_id, "publications", "supervisor", **body)
    assert (made["number"], made["shown"], made["text"], made["answer"]) == (1, True, "路口\n井盖没了", "换了")
    told = {each["photo_id"]: each for each in made["photos"]}
    assert told[seen] == {"photo_id": seen, "shown": True, "boxes": [FACE, {**FACE, "left": 0}]}
    assert told[done] == {"photo_id": done, "shown": False, "boxes": []}
    listed = desk.world.get(f"/reports/{report_id}/publications", desk.keys["supervisor"]).get_json()
    assert listed == {"items": [made], "next_cursor": None}
    assert made["decided_by"]


def test_the_reporter_reads_why_and_not_who(desk: PublishingDesk) -> None:
    report_id = desk.accepted()["id"]
    desk.published(report_id, reason="已删去姓名")
    path = f"/reports/{report_id}/publications"
    (told,) = desk.world.get(path, desk.keys["resident"]).get_json()["items"]
    assert (told["reason"], told["decided_by"]) == ("已删去姓名", None)
    assert problem(desk.world.get(path, desk.keys["neighbour"])) == (404, "report_unknown")
    assert problem(desk.world.get(path)) == (401, "unauthenticated")


def test_who_joined_a_report_reads_what_everybody_sees_now(desk: PublishingDesk) -> None:
    report_id = desk.accepted()["id"]
    desk.step(report_id, "joins", "neighbour")
    path = f"/reports/{report_id}/publications"

    def read(who: str) -> list[tuple[str | None, str | None]]:
        items = desk.world.get(path, desk.keys[who]).get_json()["items"]
        return [(each["text"], each["reason"]) for each in items]

    desk.published(report_id, text=SECRET)
    desk.published(report_id, text="井盖没了", reason="删去姓名")
    assert read("neighbour") == [("井盖没了", None)]
    assert read("resident") == read("supervisor") == [("井盖没了", "删去姓名"), (SECRET, None)]
    desk.step(report_id, "takedown", "supervisor", reason="有人认出")
    assert read("neighbour") == []


def test_who_reports_it_together_reads_why_as_its_writer_does(desk: PublishingDesk) -> None:
    report_id = desk.sent_in(joint_with=[desk.neighbour.number])["id"]
    desk.step(report_id, "together", "neighbour", decision="confirm")
    desk.step(report_id, "acceptance", "supervisor", severity="normal")
    desk.published(report_id, text=None, reason="全是人名")
    (told,) = desk.world.get(f"/reports/{report_id}/publications", desk.keys["neighbour"]).get_json()["items"]
    assert (told["text"], told["reason"]) == (None, "全是人名")
    notices = desk.world.get("/notices", desk.keys["neighbour"]).get_json()["items"]
    assert "withheld" in [each["kind"] for each in notices]


def test_the_same_key_publishes_once_and_other_input_is_refused(desk: PublishingDesk) -> None:
    report_id = desk.accepted()["id"]
    path, key = f"/reports/{report_id}/publications", desk.keys["supervisor"]
    body = {"text": "x", "photos": []}
    first, second = (desk.world.post(path, body, key, call="once") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    other = desk.world.post(path, {"text": "y", "photos": []}, key, call="once")
    assert problem(other) == (422, "idempotency_key_reused")


def test_words_that_were_covered_meanwhile_are_not_published(desk: PublishingDesk) -> None:
    report_id = desk.accepted(description=SECRET)["id"]
    photo_id = desk.add_photo(report_id)
    path, key = f"/reports/{report_id}/publications", desk.keys["supervisor"]
    body = {"text": SECRET, "photos": [{"photo_id": photo_id, "shown": True}]}
    made = desk.step(report_id, "coverings", "supervisor", text="report", reason="骂人")
    for seen in ({}, {"covering_id": None}, {"covering_id": report_id}):
        answer = desk.world.post(path, {**body, **seen}, key)
        assert problem(answer) == (409, "words_covered")
        assert (answer.get_json()["covering_id"], answer.get_json()["reason"]) == (made["id"], "骂人")
        assert "骂人" in answer.get_json()["detail"]
    assert desk.world.get(path, key).get_json()["items"] == []
    assert len(desk.stored()) == 1
    desk.published(report_id, photo_id, text="井盖没了", covering_id=made["id"])


def test_who_may_not_is_refused_in_words(desk: PublishingDesk) -> None:
    report_id = desk.brought_to(ReportStatus.HANDLED)
    path, body = f"/reports/{report_id}/publications", {"text": "x", "answer": "y", "photos": []}
    stranger = desk.world.key(Role.SUPERVISOR, name="Elsewhere", unit_code=OTHER_TOWN)
    assert problem(desk.world.post(path, body, stranger)) == (404, "report_unknown")
    assert problem(desk.world.post(path, body, desk.keys["handler"])) == (403, "forbidden")
    assert problem(desk.world.post(path, body, desk.keys["resident"])) == (403, "forbidden")
    assert problem(desk.world.post(path, body)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"text": None}, 422, "invalid_fields", "reason"),
        ({"text": " \n "}, 422, "invalid_fields", "text"),
        ({"text": "x" * 4_001}, 422, "invalid_fields", "text"),
        ({"photos": []}, 422, "photos_undecided", "photos"),
        ({"photos": [{"photo_id": "PHOTO", "shown": False}]}, 422, "invalid_fields", "reason"),
        ({"photos": [{"photo_id": "PHOTO", "shown": True, "boxes": [{**FACE, "left": 900}]}]}, 422, None, "photos"),
        ({"photos": [{"photo_id": "PHOTO", "shown": True, "boxes": [{**FACE, "width": 0}]}]}, 422, None, "photos"),
        ({"photos": [{"photo_id": "PHOTO", "shown": True, "boxes": [FACE] * 201}]}, 422, None, "photos"),
        ({"photos": [{"photo_id": "PHOTO", "shown": "yes"}]}, 422, None, "photos"),
    ],
)
def test_what_is_not_decided_is_refused_and_nothing_is_kept(
    desk: PublishingDesk, changes: dict[str, object], status: int, code: str | None, field: str
) -> None:
    report_id = desk.accepted()["id"]
    photo_id = desk.add_photo(report_id)
    right = {"text": "x", "photos": [{"photo_id": photo_id, "shown": True}]}
    body = json.loads(json.dumps({**right, **changes}).replace("PHOTO", photo_id))
    answer = desk.world.post(f"/reports/{report_id}/publications", body, desk.keys["supervisor"])
    assert answer.status_code == status, answer.text
    assert code in {None, problem(answer)[1]}
    assert field in answer.get_json()["errors"]
    assert desk.world.get(f"/reports/{report_id}/publications", desk.keys["supervisor"]).get_json()["items"] == []
    assert len(desk.stored()) == 1


def test_nothing_hidden_can_be_published(desk: PublishingDesk) -> None:
    for hidden in (desk.accepted(confidential=True), desk.accepted(category="E0402")):
        answer = desk.world.post(
            f"/reports/{hidden['id']}/publications", {"text": "x", "photos": []}, desk.keys["supervisor"]
        )
        assert problem(answer) == (409, "never_public"), answer.text


def test_what_is_taken_down_is_gone_for_everybody_and_from_the_store(desk: PublishingDesk) -> None:
    report, photo_id = desk.with_photo()
    page = f"/reports/{report['number']}"
    [url] = set(re.findall(r'src="(/reports/[^"]+)"', desk.public(page).text))
    answer = desk.public(url)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    original = desk.world.get(f"/reports/{report['id']}/photos/{photo_id}", desk.keys["supervisor"]).data
    assert answer.data != original
    # The original has no address for everybody, whatever one asks.
    assert desk.public(f"{page}/photos/{photo_id}").status_code == 404
    assert len(desk.stored()) == 2
    desk.step(report["id"], "takedown", "supervisor", reason="有人认出")
    assert desk.public(url).status_code == 404
    assert [path.stem for path in desk.stored()] == [photo_id.replace("-", "")]
    again = desk.world.post(f"/reports/{report['id']}/takedown", {"reason": "x"}, desk.keys["supervisor"])
    assert problem(again) == (409, "not_published")


def test_where_the_store_fails_nothing_is_published_and_nothing_is_left(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = desk.accepted()["id"]
    photo_id = desk.add_photo(report_id)
    with desk.world.app.app_context():
        store = photo_store()

    def fails(*_: object) -> None:
        raise PhotoStoreUnavailableError("put", "ENOSPC")

    body = {"text": "x", "photos": [{"photo_id": photo_id, "shown": True}]}
    path = f"/reports/{report_id}/publications"
    with monkeypatch.context() as broken:
        broken.setattr(store, "put", fails)
        assert problem(desk.world.post(path, body, desk.keys["supervisor"])) == (503, "unavailable")
    assert len(desk.stored()) == 1
    assert desk.world.get(path, desk.keys["supervisor"]).get_json()["items"] == []


def test_copies_that_the_store_would_not_delete_are_deleted_by_the_jobs(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    report, _photo_id = desk.with_photo()
    with desk.world.app.app_context():
        store = photo_store()

    def fails(*_: object) -> None:
        raise PhotoStoreUnavailableError("delete", "EIO")

    with monkeypatch.context() as broken:
        broken.setattr(store, "delete", fails)
        desk.step(report["id"], "takedown", "supervisor", reason="x")
    assert len(desk.stored()) == 2
    assert "left to the jobs" in caplog.text
    run = desk.world.app.test_cli_runner().invoke(args=["jobs", "run"])
    assert "public copies of photos deleted: 1" in run.stdout, run.output
    assert len(desk.stored()) == 1


def test_a_report_that_is_withdrawn_loses_its_copies_with_the_next_jobs(desk: PublishingDesk) -> None:
    report, _photo_id = desk.with_photo()
    desk.step(report["id"], "withdrawal", "supervisor", reason="误报")
    desk.step(report["id"], "withdrawal/approval", "other_supervisor", decision="approve", note="n")
    page = desk.public(f"/reports/{report['number']}")
    assert "Ended without result" in page.text
    assert '<img src="/reports/' not in page.text
    desk.world.app.test_cli_runner().invoke(args=["jobs", "run"])
    assert len(desk.stored()) == 1
