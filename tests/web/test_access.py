"""Who may use a route: every route says so, and says it before anything else is looked at."""

from uuid import uuid4

import people
from people import Role
from tests.web.world import World, problem
from web import Settings, create_app
from web.auth import rule_of

PUBLIC_API = {
    *("/api/v1/openapi.json", "/api/v1/docs", "/api/v1/health/live", "/api/v1/health/ready", "/api/v1/metrics"),
    *("/health/live", "/health/ready", "/metrics"),
    *("/api/v1/scoreboard", "/api/v1/categories", "/api/v1/tariffs", "/api/v1/tariffs/<uuid:tariff_id>"),
    *("/api/v1/books/seals", "/api/v1/books/seals/<int:size>"),
    *("/api/v1/books/seals/consistency", "/api/v1/books/seals/keys"),
    # Only the POST is; who asks for applications shows a key, or one's code.
    "/api/v1/merchant-applications",
}
# Where reports stand, by Open311.
PUBLIC_OPEN311 = {
    f"/open311/v2/{resource}.<any(xml, json):form>"
    for resource in (
        *("discovery", "services", "services/<service_code>", "requests", "requests/<service_request_id>"),
        *("tokens/<token>", "servicerequestupdates"),
    )
}


def test_every_route_names_its_rule_of_access(world: World) -> None:
    rules = list(world.app.url_map.iter_rules())
    assert len(rules) > 50
    assert [rule.rule for rule in rules if rule_of(world.app, rule.endpoint) is None] == []


def test_nothing_of_the_api_is_public_but_health_its_description_the_seals_applying_and_what_reports_are_and_earn(
    world: World,
) -> None:
    public = set()
    for each in world.app.url_map.iter_rules():
        rule = rule_of(world.app, each.endpoint)
        if rule is not None and rule.public and each.rule.startswith(("/api/", "/health", "/metrics", "/open311")):
            public.add(each.rule)
    assert public == PUBLIC_API | PUBLIC_OPEN311


def test_a_route_without_a_rule_is_closed(world: World, settings: Settings) -> None:
    other = World(create_app(settings), world.clock)
    other.app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "open")
    assert problem(other.get("/forgotten", world.administrator)) == (403, "forbidden")


def test_only_a_bearers_key_that_is_known_opens(world: World) -> None:
    key = world.administrator
    client = world.app.test_client()
    for header in (
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {key}",
        key,
        f"Bearer {key[:-1]}",
        f"Bearer {key}x",
        "Bearer " + "x" * 10_000,
        "Bearer ключ",
    ):
        headers = {} if header is None else {"Authorization": header}
        answer = client.get("/api/v1/residents", headers=headers)
        assert problem(answer) == (401, "unauthenticated"), header
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert client.get("/api/v1/residents", headers={"Authorization": f"bearer {key}"}).status_code == 200


def test_a_revoked_key_is_nobodys_a_second_later_everywhere(world: World) -> None:
    key = world.key(Role.AUDITOR, name="Gone")
    assert world.get("/funds", key).status_code == 200
    key_id = world.seen(people.list_keys)[0].id
    world.done(lambda session: people.revoke_key(session, key_id=key_id, now=world.clock.at))
    world.clock.pass_by(seconds=1)
    assert problem(world.get("/funds", key)) == (401, "unauthenticated")


def test_a_key_that_nobody_used_before_is_asked_for_at_once(world: World) -> None:
    key = world.key(Role.AUDITOR, name="Gone")
    key_id = world.seen(people.list_keys)[0].id
    world.done(lambda session: people.revoke_key(session, key_id=key_id, now=world.clock.at))
    assert problem(world.get("/funds", key)) == (401, "unauthenticated")


def test_a_clock_that_is_set_back_keeps_no_key_for_longer(world: World) -> None:
    key = world.key(Role.AUDITOR, name="Gone")
    assert world.get("/funds", key).status_code == 200
    key_id = world.seen(people.list_keys)[0].id
    world.done(lambda session: people.revoke_key(session, key_id=key_id, now=world.clock.at))
    world.clock.pass_by(hours=-1)
    assert problem(world.get("/funds", key)) == (401, "unauthenticated")


def test_who_is_asking_is_asked_before_what(world: World) -> None:
    assert problem(world.post("/redemptions", b"no json", "nobody", call=None)) == (401, "unauthenticated")
    assert problem(world.post("/redemptions", b"no json", world.auditor, call=None)) == (403, "forbidden")


def test_a_cookie_opens_no_door_of_the_api(world: World) -> None:
    client = world.app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = world.administrator
    assert problem(client.get("/api/v1/residents")) == (401, "unauthenticated")


def test_a_page_sends_strangers_to_the_log_in_and_back(world: World) -> None:
    answer = world.app.test_client().get("/me")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/log-in?next=")


def test_a_session_that_is_unknown_is_nobodys(world: World) -> None:
    client = world.app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = str(uuid4())
    assert client.get("/me").status_code == 303


def test_no_address_stands_where_a_code_may_stand(world: World) -> None:
    rules = list(world.app.url_map.iter_rules())
    shadowed = [
        (rule.rule, other.rule)
        for rule in rules
        for other in rules
        if rule is not other and (rule.methods or set()) & (other.methods or set()) - {"OPTIONS", "HEAD"}
        if hides(rule.rule.split("/"), other.rule.split("/"))
    ]
    assert shadowed == []


def hides(steps: list[str], others: list[str]) -> bool:
    """Say whether an address is one that the other's codes, which people choose, may make."""
    pairs = list(zip(steps, others, strict=False))
    is_one = len(steps) == len(others) and all(a == b or (is_code(b) and not a.startswith("<")) for a, b in pairs)
    return is_one and steps != others


def is_code(step: str) -> bool:
    """Say whether a step of an address takes any text without a slash."""
    return step.startswith("<") and ":" not in step
