"""What every answer carries: a name, headers for browsers, and a log line without personal data."""

import logging

import pytest

from tests.web.world import World


def test_an_answer_bears_the_requests_name_or_a_fresh_one(world: World) -> None:
    client = world.app.test_client()
    assert client.get("/health/live", headers={"X-Request-ID": "till-7.42"}).headers["X-Request-ID"] == "till-7.42"
    for wrong in ("", "a b", "x" * 65, "<script>", "ü"):
        fresh = client.get("/health/live", headers={"X-Request-ID": wrong}).headers["X-Request-ID"]
        assert len(fresh) == 32
        assert fresh != wrong


def test_a_request_is_one_log_line_without_what_was_searched_for(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    resident = world.resident(name="张三丰")
    with caplog.at_level(logging.INFO, "web.requests"):
        world.post("/residents/search", {"text": "张三丰"}, world.administrator)
        world.get(f"/residents/{resident.id}", world.administrator)
        world.get("/residents", "wrong key")
    lines = [record.getMessage() for record in caplog.records if record.name == "web.requests"]
    assert len(lines) == 3
    assert "POST /api/v1/residents/search 200" in lines[0]
    assert "/api/v1/residents/<uuid:resident_id> 200" in lines[1]
    assert "401 unauthenticated" in lines[2]
    for private in ("张三丰", resident.number, str(resident.id), world.administrator, "127.0.0.1"):
        assert private not in caplog.text


def test_browsers_are_told_to_load_nothing_from_elsewhere(world: World) -> None:
    for path in ("/api/v1/docs", "/health/live", "/nothing", "/static/css/app.css"):
        headers = world.app.test_client().get(path, buffered=True).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert len(headers.getlist("Content-Security-Policy")) == 1


def test_only_answers_by_https_ask_to_stay_with_it(world: World) -> None:
    client = world.app.test_client()
    assert "Strict-Transport-Security" not in client.get("/health/live").headers
    assert "Strict-Transport-Security" in client.get("/health/live", base_url="https://localhost").headers


def test_answers_of_the_api_are_kept_by_nobody(world: World) -> None:
    for answer in (world.get("/residents", world.administrator), world.get("/residents"), world.get("/nothing")):
        assert answer.headers["Cache-Control"] == "no-store"
