"""The OpenAPI document and the page to browse it."""

import re
from pathlib import Path

from tests.web.world import World


def test_the_document_says_every_route_its_key_and_its_problems(world: World) -> None:
    answer = world.get("/openapi.json")
    assert answer.content_type == "application/json"
    document = answer.get_json()
    assert document["openapi"] == "3.1.0"
    described = set(document["paths"])
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith(("api_", "api-"))
    }
    assert described == served
    for path, operations in document["paths"].items():
        for method in operations.keys() & {"get", "post"}:
            operation = operations[method]
            assert operation["summary"], path
            is_public = (
                path.startswith(("/api/v1/books/seals", "/api/v1/categories", "/api/v1/scoreboard"))
                or (method == "get" and path.startswith("/api/v1/tariffs"))
                or (method == "post" and path == "/api/v1/merchant-applications")
            )
            assert operation["security"] == ([] if is_public else [{"key": []}])
            assert "default" in operation["responses"]
    post = document["paths"]["/api/v1/awards"]["post"]
    assert {"$ref": "#/components/parameters/idempotency_key"} in post["parameters"]
    free = document["paths"]["/api/v1/payment-codes"]["post"]
    assert {"$ref": "#/components/parameters/idempotency_key_optional"} in free["parameters"]
    assert list(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == ["application/problem+json"]
    assert document["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}


def test_every_reference_of_the_document_leads_somewhere(world: World) -> None:
    answer = world.get("/openapi.json")
    document = answer.get_json()
    for reference in set(re.findall(r'"\$ref":"#/([^"]+)"', answer.text)):
        found = document
        for step in reference.split("/"):
            found = found[step]
        assert found


def test_the_page_loads_only_from_our_own_host(world: World) -> None:
    page = world.get("/docs").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(each.startswith("/static/") for each in loaded)
    assert "<script>" not in page
    for each in loaded:
        assert (Path(world.app.root_path) / each.lstrip("/")).exists(), each
