"""Whoever has every table, the logs and the uploads does not get from an anonymous report to its reporter.

What they do get is stated in docs/security.md: the day, and, once it was claimed, the crowd that was paid together.
"""

import hashlib
import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData, select
from werkzeug.test import TestResponse

import earnings
import people
import reports
from earnings import CROWD_MIN
from tests.clock import SHANGHAI
from tests.photos.uploads import encoded, quarters
from tests.web.reporting import CATEGORY, Desk
from tests.web.world import VILLAGE, Somebody, World
from web.extensions import db

Row = tuple[str, tuple[Any, ...]]
UUIDS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
# Whoever asks anything is counted for the minute: that is said of everybody, and of no report.
COUNTS_OF_REQUESTS = "rate_windows"
COUNTS_OF_REPORTS = "report_count_changes"


@pytest.fixture
def desk(world: World) -> Desk:
    """Return a desk with a tariff and money for it."""
    desk = Desk(world)
    world.fund("peace")
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    return desk


def all_rows(world: World) -> set[Row]:
    """Return every row of every table."""
    with world.app.app_context():
        metadata = MetaData()
        metadata.reflect(db.engine)
        with db.engine.connect() as connection:
            return {
                (table.name, tuple(bytes(value).hex() if isinstance(value, memoryview) else value for value in row))
                for table in metadata.tables.values()
                for row in connection.execute(select(table))
            }


def traces_of(world: World, somebody: Somebody) -> list[str]:
    """Return everything that stands for a person: ids, numbers, names, phones, keys, accounts."""
    resident = world.seen(lambda session: people.get_resident(session, somebody.id))
    known = world.seen(lambda session: people.principal_by_key(session, somebody.key))
    assert known is not None
    ids = [each for each in (known.key_id, known.person_id) if each is not None]
    assert ids
    return [
        *(str(somebody.id), somebody.id.hex, somebody.number, resident.name, resident.phone_lookup),
        *(resident.phone_encrypted, somebody.key),
        *(text for each in ids for text in (str(each), each.hex)),
        hashlib.sha256(somebody.key.encode()).hexdigest(),
    ]


def found_in(rows: set[Row], traces: list[str]) -> list[str]:
    text = "\n".join(repr(row) for row in rows)
    return [trace for trace in traces if trace in text]


def instants_in(rows: set[Row]) -> Iterator[datetime]:
    """Yield every instant that rows tell, in columns of their own and inside of ids."""
    for _table, values in rows:
        for value in values:
            if isinstance(value, datetime):
                yield value if value.tzinfo else value.replace(tzinfo=UTC)
            if UUIDS.fullmatch(str(value)):
                yield datetime.fromtimestamp((UUID(str(value)).int >> 80) / 1000, UTC)


def names_of(report: dict[str, Any]) -> list[str]:
    """Return everything that stands for a report."""
    return [report["id"], UUID(report["id"]).hex, report["number"], report["claim_code"]]


def sent_in(desk: Desk, somebody: Somebody) -> dict[str, Any]:
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, "anonymous": True}
    answer = desk.world.post("/reports", body, somebody.key)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def with_code(desk: Desk, code: str, path: str, **request: Any) -> TestResponse:
    client = desk.world.app.test_client()
    headers = {"Claim-Code": code, "Idempotency-Key": "k"}
    ask = client.post if request else client.get
    return ask(f"/api/v1{path}", headers=headers, **request)


def test_neither_tables_nor_logs_nor_uploads_lead_to_the_reporter(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    world = desk.world
    reporter, others = world.resident(name="李小四"), [world.resident() for _ in range(4)]
    for each in (reporter, *others):
        assert world.get(f"/residents/{each.id}/balances", each.key).status_code == 200
    before, traces = all_rows(world), traces_of(world, reporter)
    assert found_in(before, traces)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        report = sent_in(desk, reporter)
        photos = {"photos": [(io.BytesIO(encoded(quarters(), "JPEG")), "IMG_2041 李小四.jpg")]}
        path = f"/reports/{report['id']}/photos"
        answer = with_code(desk, report["claim_code"], path, data=photos, content_type="multipart/form-data")
        assert answer.status_code == 201, answer.text
    new = all_rows(world) - before
    assert {table for table, _ in new} == {
        *("reports", "report_steps", "claim_codes", "idempotency_keys", "notices", "photos", COUNTS_OF_REQUESTS),
        COUNTS_OF_REPORTS,
    }
    # What is counted tells the month, and of no report.
    assert found_in({row for row in new if row[0] == COUNTS_OF_REPORTS}, names_of(report)) == []
    told = {row for row in new if row[0] != COUNTS_OF_REQUESTS}
    assert found_in(told, traces) == []
    assert report["claim_code"] not in repr(told)
    # Times would lead to whoever asked something at that moment.
    midnights = {instant.astimezone(SHANGHAI).time().isoformat() for instant in instants_in(told)}
    assert midnights == {"00:00:00"}
    assert [record for record in caplog.records if record.name == "web.requests"] == []
    for trace in (*traces, report["id"], report["claim_code"]):
        assert trace not in caplog.text
    folder = world.app.extensions["settings"].instance_dir / "photos"
    files = list(folder.rglob("*"))
    assert {each.stat().st_mtime for each in (folder, *files)} == {0}
    for file in files:
        assert not any(trace in str(file) for trace in traces)


def test_after_the_claim_they_get_to_the_crowd_and_no_further(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    world = desk.world
    reporters = [world.resident() for _ in range(CROWD_MIN)]
    reports = [sent_in(desk, each) for each in reporters]
    for report in reports:
        desk.step(report["id"], "acceptance", "supervisor", severity="normal")
    for report, reporter in zip(reports, reporters, strict=True):
        before = all_rows(world)
        caplog.clear()
        with caplog.at_level(logging.DEBUG):
            answer = world.post("/claims", {"claim_code": report["claim_code"]}, reporter.key, call=None)
        assert answer.status_code == 202, answer.text
        new = {row for row in all_rows(world) - before if row[0] != COUNTS_OF_REQUESTS}
        assert {table for table, _ in new} == {"anonymous_parts", "waiting_claims"}
        assert found_in(new, traces_of(world, reporter)) == []
        # Of the claim, nothing leads to the report, and of the report, nothing to the claim.
        claim = {row for row in new if row[0] == "waiting_claims"}
        assert found_in(claim, names_of(report)) == []
        part = {row for row in new if row[0] == "anonymous_parts"}
        assert all(instant.astimezone(UTC) < datetime.now(UTC) for instant in instants_in(part))
        assert [record for record in caplog.records if record.name == "web.requests"] == []
    before = all_rows(world)
    output = world.app.test_cli_runner().invoke(args=["jobs", "run"]).output
    assert f"awards claimed without a name: {CROWD_MIN}, 2000 minor units" in output
    paid = all_rows(world) - before
    # The same run reminds officers of reports; what is paid names none, and what names one, nobody.
    named = {row for row in paid if found_in({row}, [text for report in reports for text in names_of(report)])}
    assert {table for table, _ in named} <= {"notices"}
    assert found_in(named, [text for each in reporters for text in traces_of(world, each)]) == []
    suspects = [each for each in reporters if found_in(paid, [each.id.hex, str(each.id)])]
    assert len(suspects) >= CROWD_MIN
    assert sorted(world.available(each) for each in suspects) == [400] * CROWD_MIN


def test_the_code_opens_its_report_and_nothing_else(desk: Desk) -> None:
    report, other = sent_in(desk, desk.reporter), sent_in(desk, desk.reporter)
    code = report["claim_code"]
    shown = with_code(desk, code, f"/reports/{report['id']}")
    assert shown.status_code == 200
    assert shown.get_json() == {name: value for name, value in report.items() if name != "claim_code"}
    assert shown.get_json()["resident_id"] is None
    assert with_code(desk, code, f"/reports/{report['id']}/photos").get_json()["items"] == []
    assert with_code(desk, code, f"/reports/{other['id']}").status_code == 404
    assert with_code(desk, "0" * 25, f"/reports/{report['id']}").status_code == 401
    assert with_code(desk, code, "/reports").status_code == 401
    assert desk.world.get(f"/reports/{report['id']}", desk.reporter.key).status_code == 404


def test_the_same_call_makes_one_report_and_shows_the_code_once(desk: Desk) -> None:
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, "anonymous": True}
    first = desk.world.post("/reports", body, desk.reporter.key, call="same")
    again = desk.world.post("/reports", body, desk.reporter.key, call="same")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.get_json()["id"] == again.get_json()["id"]
    assert "claim_code" in first.get_json()
    assert "claim_code" not in again.get_json()


def test_an_anonymous_reporter_rates_and_reopens_with_the_code(desk: Desk) -> None:
    report = sent_in(desk, desk.reporter)
    desk.bring_on(report["id"])
    rating = with_code(desk, report["claim_code"], f"/reports/{report['id']}/rating", json={"stars": 2})
    assert rating.status_code == 201, rating.text
    answer = with_code(desk, report["claim_code"], f"/reports/{report['id']}/reopening", json={"reason": "又没了"})
    assert answer.status_code == 201, answer.text
    step = answer.get_json()["history"][-1]
    assert (step["step"], step["made_by"]) == ("reopening", None)
    assert datetime.fromisoformat(step["made_at"]).astimezone(SHANGHAI).time().isoformat() == "00:00:00"
    officers = desk.world.get(f"/reports/{report['id']}", desk.keys["supervisor"]).get_json()
    assert officers["history"][-1]["made_by"] is None
    assert [each["due"] for each in officers["award"]["to_be_claimed"]] == [400, 400, 200]


def test_what_is_done_by_the_code_keeps_the_day_and_only_a_reopening_leaves_its_time_in_the_books(desk: Desk) -> None:
    world = desk.world
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, "anonymous": True, "urgent": True}
    assert desk.keys
    # Ids tell the machine's time, so the community's has to be the same.
    world.clock.at = datetime.now(UTC)
    before = all_rows(world)
    report = dict(world.post("/reports", body, desk.reporter.key).get_json())
    path, code = f"/reports/{report['id']}", report["claim_code"]
    told = times_of_day(world, before)
    world.done(
        lambda session: reports.cover(
            session,
            report_id=UUID(report["id"]),
            text_kind=reports.CoveredText.REPORT,
            text_id=UUID(report["id"]),
            reason="x",
            by=people.Principal("person:a", (people.Grant(people.Role.SUPERVISOR, ""),), "a"),
            now=world.clock.at,
        )
    )
    before = all_rows(world)
    assert with_code(desk, code, f"{path}/appeals", json={"subject": "covering", "reason": "x"}).status_code == 201
    told |= times_of_day(world, before)
    desk.bring_on(report["id"])
    before = all_rows(world)
    assert with_code(desk, code, f"{path}/rating", json={"stars": 2}).status_code == 201
    told |= times_of_day(world, before)
    assert told == set()
    before = all_rows(world)
    assert with_code(desk, code, f"{path}/reopening", json={"reason": "又没了"}).status_code == 201
    # The step's row bears the entry's id. All of it is stated in docs/security.md.
    assert times_of_day(world, before) == {"accounts", "duties", "journal_entries", "postings", "report_steps"}
    assert found_in(all_rows(world) - before, traces_of(world, desk.reporter)) == []


def times_of_day(world: World, before: set[Row]) -> set[str]:
    """Return the tables whose new rows tell a time of day, beside the ids and instants of what was there before."""
    known = set(instants_in(before))
    new = {row for row in all_rows(world) - before if row[0] != COUNTS_OF_REQUESTS}
    return {
        row[0]
        for row in new
        if any(
            instant not in known and instant.astimezone(SHANGHAI).time().isoformat() != "00:00:00"
            for instant in instants_in({row})
        )
    }


def test_what_cannot_be_claimed_is_said(desk: Desk) -> None:
    world = desk.world
    for code in ("x", "0" * 25):
        answer = world.post("/claims", {"claim_code": code}, desk.reporter.key, call=None)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "claim_unknown")
    report = sent_in(desk, desk.reporter)
    desk.step(report["id"], "acceptance", "supervisor", severity="normal")
    caps = earnings.EarningCaps(100, None)
    world.done(lambda session: earnings.set_caps(session, caps=caps, actor="person:a", now=world.clock.at))
    answer = world.post("/claims", {"claim_code": report["claim_code"]}, desk.reporter.key, call=None)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "limit_exceeded")


@pytest.mark.parametrize("besides", [{"confidential": True}, {"on_behalf_of": "123456789"}])
def test_a_report_is_hidden_in_one_way(desk: Desk, besides: dict[str, Any]) -> None:
    body = {"category": CATEGORY, "description": "x", "unit": VILLAGE, "anonymous": True, **besides}
    answer = desk.world.post("/reports", body, desk.reporter.key)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["anonymous"])


def test_officers_do_not_report_without_a_name(desk: Desk) -> None:
    body = {"category": CATEGORY, "description": "x", "unit": VILLAGE, "anonymous": True}
    assert desk.world.post("/reports", body, desk.keys["supervisor"]).status_code == 422


def test_a_waiting_claim_is_paid_by_its_day(desk: Desk) -> None:
    report = sent_in(desk, desk.reporter)
    desk.step(report["id"], "acceptance", "supervisor", severity="normal")
    claim = desk.world.post("/claims", {"claim_code": report["claim_code"]}, desk.reporter.key, call=None).get_json()
    assert claim == {"credited_by": "2026-07-01", "crowd": 0}
    desk.world.clock.at += timedelta(days=30)
    desk.world.app.test_cli_runner().invoke(args=["jobs", "run"])
    assert desk.world.available(desk.reporter) == 400


def test_a_code_opens_no_photos_of_anothers_anonymous_report(desk: Desk) -> None:
    report, other = sent_in(desk, desk.reporter), sent_in(desk, desk.reporter)
    photos = {"photos": [(io.BytesIO(encoded(quarters(), "JPEG")), "a.jpg")]}
    path = f"/reports/{other['id']}/photos"
    answer = with_code(desk, report["claim_code"], path, data=photos, content_type="multipart/form-data")
    assert answer.status_code == 404
