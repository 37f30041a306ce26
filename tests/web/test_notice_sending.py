"""Notices leave through the sender that the settings choose, and no log says to whom."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from notices import FileSender, Notice, NoticeKind, SendingState, WebhookSender, signature_of
from people import get_resident
from reports import Report, ReportStatus, remind_units
from tests.notices.gateway import SECRET, Gateway, gateway
from tests.web.reporting import Desk
from tests.web.world import World
from web import Settings
from web.notice_sending import chosen_sender, send_notices
from web.notices_shown import SENTENCES, sentence
from web.unit_of_work import in_transaction


def sending(world: World, **changes: Any) -> World:
    """Change what the installation has set."""
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], **changes)
    return world


def posting_to(taking: Gateway, world: World) -> World:
    """Let an installation send its notices to a gateway."""
    return sending(
        world,
        notice_sender="webhook",
        notice_webhook_url=taking.url,
        notice_webhook_secret=SECRET,
        notice_webhook_loopback=True,
    )


def jobs(world: World) -> str:
    done = world.app.test_cli_runner().invoke(args=["jobs", "run"])
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()[-1]


def told(world: World, **query: Any) -> list[Notice]:
    return world.seen(lambda session: list(session.scalars(select(Notice).filter_by(**query))))


def test_every_kind_of_notice_has_its_sentence_in_both_languages(world: World) -> None:
    assert set(SENTENCES) == set(NoticeKind)
    for language in ("zh", "en"):
        with world.app.test_request_context(f"/?language={language}"):
            said = {kind: sentence(kind, "260601123456") for kind in NoticeKind}
        assert all("260601123456" in text for text in said.values())
        assert len(set(said.values())) == len(said)
        assert said[NoticeKind.OVERDUE].isascii() is (language == "en")


def test_nothing_is_sent_unless_a_sender_is_set(world: World, settings: Settings) -> None:
    assert chosen_sender(settings) is None
    Desk(world).brought_to(ReportStatus.ACCEPTED)
    assert jobs(world) == "notices sent: 0, to be tried again or given up: 0"
    assert {each.sending for each in told(world)} == {SendingState.WAITING}


def test_a_file_is_written_in_the_instance_folder(world: World, settings: Settings) -> None:
    sending(world, notice_sender="file")
    with world.app.app_context():
        assert isinstance(chosen_sender(replace(settings, notice_sender="file")), FileSender)
    Desk(world).brought_to(ReportStatus.ACCEPTED)
    # The third: whoever dispatches has a day for it.
    assert jobs(world) == "notices sent: 3, to be tried again or given up: 0"
    lines = (settings.instance_dir / "notices.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["kind"] for line in lines) == ["accepted", "due_tomorrow", "new"]
    assert "1380000" not in "".join(lines)


def test_notices_are_posted_once_signed_and_with_the_phone_only_there(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with gateway() as taking:
        posting_to(taking, world)
        desk = Desk(world)
        desk.brought_to(ReportStatus.ACCEPTED)
        assert jobs(world) == "notices sent: 3, to be tried again or given up: 0"
        assert jobs(world) == "notices sent: 0, to be tried again or given up: 0"
    for _, headers, body in taking.taken:
        sent_at = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == signature_of(SECRET, headers["webhook-id"], sent_at, body)
    said = {each["type"]: each["data"] for each in (json.loads(body) for _, _, body in taking.taken)}
    number = world.get("/reports", desk.reporter.key).get_json()["items"][0]["number"]
    accepted = said["notice.accepted"]
    assert accepted["text"] == f"上报 {number} 已受理。"
    assert accepted["recipient"]["phone"].startswith("1380000")
    assert said["notice.new"]["recipient"] == {"unit": "140881001001", "role": "supervisor"}
    for private in (accepted["recipient"]["phone"], "王小明", "井盖没了"):
        assert private not in caplog.text
    assert "王小明" not in json.dumps(said, ensure_ascii=False)


def test_jobs_side_by_side_remind_once_and_send_once(world: World) -> None:
    with gateway() as taking:
        posting_to(taking, world)
        desk = Desk(world)
        for _ in range(4):
            desk.brought_to(ReportStatus.ACCEPTED)

        def work(_number: int) -> None:
            with world.app.app_context():
                in_transaction(lambda session: remind_units(session, now=world.clock.at))
                send_notices(world.clock.at)

        # Not by the command: its runner takes standard output from every thread.
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(work, range(3)))
    sent = [headers["webhook-id"] for _, headers, _ in taking.taken]
    assert len(sent) == len(set(sent)) == len(told(world, sending=SendingState.SENT)) == len(told(world))
    assert len(told(world, kind=NoticeKind.DUE_TOMORROW)) == 4


def test_what_a_gateway_refuses_is_tried_again_under_the_same_id(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with gateway() as taking:
        taking.answers = [500, 302, 204]
        posting_to(taking, world)
        Desk(world).sent_in()
        notice_id = str(told(world)[0].id)
        assert jobs(world) == "notices sent: 0, to be tried again or given up: 1"
        # Not before its time.
        assert jobs(world) == "notices sent: 0, to be tried again or given up: 0"
        world.clock.pass_by(minutes=1)
        assert jobs(world) == "notices sent: 0, to be tried again or given up: 1"
        world.clock.pass_by(minutes=5)
        assert jobs(world) == "notices sent: 1, to be tried again or given up: 0"
    assert [path for path, _, _ in taking.taken] == ["/"] * 3
    assert {headers["webhook-id"] for _, headers, _ in taking.taken} == {notice_id}
    assert len({headers["webhook-timestamp"] for _, headers, _ in taking.taken}) == 3
    assert f"notice {notice_id} was not sent: the gateway answered 500" in caplog.text
    assert (told(world)[0].tries, told(world)[0].sending) == (3, SendingState.SENT)


def test_a_gateway_that_is_away_is_left_alone_until_the_next_run(world: World) -> None:
    with gateway() as taking:
        taking.answers = [503]
        posting_to(taking, world)
        desk = Desk(world)
        for _ in range(8):
            desk.sent_in()
        assert jobs(world) == "notices sent: 0, to be tried again or given up: 5"
        assert len(taking.taken) == 5
        # What was not tried has lost no try.
        assert sorted(each.tries for each in told(world)) == [0, 0, 0, 1, 1, 1, 1, 1]


def test_a_sender_that_is_switched_on_later_does_not_pour_out_what_is_old(world: World) -> None:
    desk = Desk(world)
    desk.sent_in()
    desk.world.clock.pass_by(days=4)
    desk.sent_in()
    sending(world, notice_sender="file")
    assert jobs(world) == "notices sent: 1, to be tried again or given up: 0"
    assert len(told(world, sending=SendingState.GIVEN_UP)) == 1


def test_a_phone_that_cannot_be_read_keeps_nobody_else_waiting(world: World) -> None:
    sending(world, notice_sender="file")
    desk = Desk(world)
    desk.brought_to(ReportStatus.ACCEPTED)

    def spoil(session: Session) -> None:
        get_resident(session, desk.reporter.id).phone_encrypted = "unreadable"

    world.done(spoil)
    assert jobs(world) == "notices sent: 2, to be tried again or given up: 1"


def test_whose_a_confidential_report_is_leaves_by_no_gateway(world: World) -> None:
    sending(world, notice_sender="file")
    desk = Desk(world)
    report_id = UUID(desk.sent_in()["id"])
    world.done(
        lambda session: session.execute(update(Report).where(Report.id == report_id).values(is_confidential=True))
    )
    desk.step(str(report_id), "acceptance", "supervisor", severity="normal")
    assert jobs(world) == "notices sent: 2, to be tried again or given up: 0"
    assert [each.sending for each in told(world, resident_id=desk.reporter.id)] == [SendingState.KEPT]
    assert [each["kind"] for each in world.get("/notices", desk.reporter.key).get_json()["items"]] == ["accepted"]


def test_the_settings_choose_the_sender(settings: Settings) -> None:
    webhook = replace(
        settings,
        notice_sender="webhook",
        notice_webhook_url="https://sms.example/",
        notice_webhook_secret=SECRET,
    )
    assert isinstance(chosen_sender(webhook), WebhookSender)
    assert "a secret of the tests" not in repr(webhook).replace(repr(settings.secret_key), "")
