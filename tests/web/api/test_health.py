"""Health and the numbers for Prometheus."""

from tests.web.world import World, problem


def test_who_lives_and_can_serve_says_so(world: World) -> None:
    client = world.app.test_client()
    for prefix in ("", "/api/v1"):
        assert client.get(f"{prefix}/health/live").get_json() == {"status": "live"}
        assert client.get(f"{prefix}/health/ready").get_json() == {"status": "ready"}


def test_the_numbers_say_routes_and_statuses_and_nobodys_name(world: World) -> None:
    resident = world.resident()
    world.get(f"/residents/{resident.id}", resident.key)
    world.get("/residents", "wrong key")
    answer = world.app.test_client().get("/metrics")
    assert answer.content_type.startswith("text/plain")
    text = answer.text
    assert 'http_requests_total{method="GET",route="/api/v1/residents/<uuid:resident_id>",status="200"}' in text
    assert 'problems_total{code="unauthenticated"}' in text
    assert "http_request_duration_seconds_bucket" in text
    assert "transaction_retries_total" in text
    assert str(resident.id) not in text


def test_from_elsewhere_the_numbers_need_a_key_of_the_books(world: World) -> None:
    client = world.app.test_client()
    for elsewhere in ({"REMOTE_ADDR": "1.2.3.4"}, {"HTTP_X_FORWARDED_FOR": "1.2.3.4"}):
        assert problem(client.get("/metrics", environ_overrides=elsewhere)) == (401, "unauthenticated")
        for key, status in ((world.auditor, 200), (world.resident().key, 403)):
            headers = {"Authorization": f"Bearer {key}"}
            assert client.get("/api/v1/metrics", headers=headers, environ_overrides=elsewhere).status_code == status
