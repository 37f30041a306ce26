"""Bad input to every POST of the API: a problem that says which, never a bug, and nothing booked."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.api.community import OPTIONAL, ROUTES, Community
from tests.web.api.routes import Route
from tests.web.world import World, problem

MIB = 1024 * 1024

# Counting lines takes half as long again, and what is refused here is refused in a test of its own too.
pytestmark = pytest.mark.no_cover


MALFORMED = (
    b"",
    b"{",
    b"nonsense",
    b"\xff\xfe{}",
    b"{'amount': 5}",
    b'{"amount": 5, "amount": 5}',
    b'{"amount": NaN}',
    b'{"amount": Infinity}',
    b'{"amount": -Infinity}',
    b'{"amount": 5} {}',
    b'{"a": "\x00"}',
    b'{"amount": ' + b"9" * 5_000 + b"}",
    b'{"a":' * 100_000,
)
NO_OBJECTS = (b"[]", b'"text"', b"5", b"null", b"true")
STRANGE_VALUES: tuple[Any, ...] = (
    *(None, True, False, [], {}, [[]], [None], {"a": 1}),
    *(0, -1, 1.5, 1e308, 2**53, 2**63, -(2**63), 2**64, 10**30),
    *(
        "",
        " ",
        "\u0000",
        "a\u0000b",
        "\ud800",
        "\udfff\ud800",
        "\u202e\u202d",
        "🎉👩‍👩‍👧",
        "שלום עולם",
        "x" * 501,
        "x" * 100_000,
    ),
    *("'; DROP TABLE postings; --", "%s%s%n", "../../etc", "<script>", "00000000-0000-0000-0000-000000000000"),
)


def test_every_post_is_tried(world: World) -> None:
    document = world.get("/openapi.json").get_json()
    posts = {path.removeprefix("/api/v1") for path, does in document["paths"].items() if "post" in does}
    tried = set()
    for path in posts:
        steps = path.split("/")
        for route in ROUTES:
            parts = route.path.split("/")
            if len(parts) == len(steps) and all(a == b or a.startswith("{") for a, b in zip(steps, parts, strict=True)):
                tried.add(path)
    # These bring files instead of JSON, and are tried with those of their own.
    assert posts - tried == {"/reports/{report_id}/photos", "/merchant-applications/{application_id}/licence"}


@pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])
def test_bad_input_is_refused_in_words_and_nothing_is_booked(world: World, route: Route) -> None:
    community = Community(world)
    # Whatever the route names is made before anything is compared.
    community.named(f"{route.path} {route.body}")
    before = community.books()
    refuses_what_is_no_json_object(community, route)
    refuses_a_field_too_many_or_too_few(community, route)
    assert community.books() == before
    refuses_strange_values(community, route)


def refuses_what_is_no_json_object(community: Community, route: Route) -> None:
    for data in MALFORMED:
        assert problem(community.post(route, data)) == (400, "malformed_json"), data[:40]
    for data in NO_OBJECTS:
        assert problem(community.post(route, data)) == (422, "invalid_fields"), data
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ):
        answer = community.post(route, b"{}", **{"Content-Type": kind})
        assert problem(answer) == (415, "unsupported_media_type"), kind
    assert problem(community.post(route, b'{"a": "' + b"x" * MIB + b'"}')) == (413, "too_large")
    almost = b'{"a": "' + b"x" * (MIB - 100) + b'"}'
    assert problem(community.post(route, almost)) == (422, "invalid_fields")


def refuses_a_field_too_many_or_too_few(community: Community, route: Route) -> None:
    right = community.body(route)
    answer = community.post(route, json.dumps({**right, "surplus": 1}).encode())
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == ["surplus"]
    for field in right.keys() - OPTIONAL - route.optional:
        answer = community.post(route, json.dumps({name: right[name] for name in right if name != field}).encode())
        assert problem(answer) == (422, "invalid_fields")
        assert list(answer.get_json()["errors"]) == [field]


def refuses_strange_values(community: Community, route: Route) -> None:
    for bodies in wrong_bodies(community.body(route)):
        before, accepted = community.books(), 0
        for body in bodies:
            answer = community.post(route, json.dumps(body).encode())
            if answer.status_code >= 400:
                assert problem(answer)[0] in {403, 404, 409, 422, 429}, body
            else:
                # A strange text where any text will do.
                assert answer.status_code in {200, 201}
                accepted += 1
        assert accepted or community.books() == before


def wrong_bodies(right: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield, field by field, the body with each strange value in that field."""
    for field in right:
        yield [{**right, field: value} for value in STRANGE_VALUES]
    for line in right.get("items", ()):
        for field in line:
            yield [{**right, "items": [line, {**line, field: value}]} for value in STRANGE_VALUES]


def test_strange_addresses_are_not_found(world: World) -> None:
    key = world.administrator
    for path in (
        "/residents/x",
        "/residents/%00",
        "/residents/00000000-0000-0000-0000-00000000000g",
        "/funds/%00",
        "/funds/%ED%A0%80",
        "/funds/" + "x" * 5_000,
        "/merchants/%00",
        "/merchants/🎉",
        "/units/%00",
        "/nothing",
    ):
        assert problem(world.get(path, key))[0] == 404, path
    for path in (
        "/api",
        "/api/",
        "/api/v2/residents",
        "/api/v1//residents",
        "/health",
        "/health/nothing",
        "/metrics/x",
    ):
        assert problem(world.app.test_client().get(path))[0] == 404, path


def test_strange_queries_are_refused_or_find_nothing(world: World) -> None:
    resident, shop = world.resident(), world.shop("M01")
    for value in ("\u0000", "\u202e", "🎉", "x" * 5_000, "-1", "1e9", str(2**63), "%", "_", "'"):
        for path, name, key in (
            ("/residents", "cursor", world.administrator),
            ("/residents", "limit", world.administrator),
            ("/funds", "cursor", world.finance),
            ("/merchants", "q", world.administrator),
            ("/units", "parent", world.administrator),
            ("/redemptions", "order_no", shop.till),
            ("/awards", "resident_id", world.administrator),
            ("/awards", "fund", world.administrator),
            ("/awards", "from", world.administrator),
            ("/awards/batches", "fund", world.administrator),
            ("/books/trial-balance", "prefix", world.auditor),
            (f"/residents/{resident.id}/statement", "cursor", resident.key),
            (f"/residents/{resident.id}/balances", "at", resident.key),
        ):
            query = {name: value, **({"asset": "PAB"} if path.startswith("/books") else {})}
            answer = world.get(path, key, **query)
            assert answer.status_code in {200, 404, 422}, (path, name, value)


def test_a_body_in_chunks_is_not_cut_off_where_it_is_too_large(world: World) -> None:
    body = b'{"code": "M09", "name": "x", "category": "x"}'
    headers = {
        "Authorization": f"Bearer {world.administrator}",
        "Idempotency-Key": "chunks",
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }
    client = world.app.test_client()

    def send(data: bytes) -> TestResponse:
        # As gunicorn hands over a body of unknown length.
        stream = {"wsgi.input": io.BytesIO(data), "wsgi.input_terminated": True}
        return client.post("/api/v1/merchants", headers=headers, environ_overrides=stream)

    assert problem(send(body + b" " * 2 * MIB)) == (413, "too_large")
    assert send(body).status_code == 201
