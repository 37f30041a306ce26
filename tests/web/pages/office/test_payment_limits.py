"""Limits on payments and residents' PINs on the office's pages."""

import pytest
from werkzeug.test import TestResponse

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import OTHER_TOWN, Somebody, World

NAMES = (
    *("per_payment", "per_day", "per_day_at_merchant", "per_day_of_cashier"),
    *("pin_above_amount", "pin_above_count", "duplicate_within_s", "refund_within_days"),
)
PIN = "204060"


@pytest.fixture
def office(world: World) -> Browser:
    """Return the browser of an administrator of the whole tree."""
    return browser_of_person(world, Role.ADMINISTRATOR)


def set_limits(office: Browser, **limits: str) -> TestResponse:
    """Fill the form in, all else empty, and send it."""
    office.get("/office/payment-limits")
    fields = {**dict.fromkeys(NAMES, ""), **limits}
    return office.post("/office/payment-limits", idempotency_key=office.hidden("idempotency_key"), **fields)


def in_force(world: World) -> dict[str, int | None]:
    """Return the limits that hold."""
    newest = world.get("/payment-limits", world.administrator).get_json()["items"][0]
    return {name: newest[name] for name in NAMES}


def test_all_seven_are_set_in_yuan_and_numbers_and_empty_is_none(world: World, office: Browser) -> None:
    said = text_of(office.get("/office/payment-limits"))
    assert said.count("no limit") >= 7

    answer = set_limits(
        office,
        per_payment="200",
        per_day="500.50",
        pin_above_amount="0",
        duplicate_within_s="60",
        refund_within_days="30",
    )

    said = text_of(office.follow(answer))
    assert "It holds from now on" in said
    assert "200.00 credits" in said
    assert in_force(world) == {
        **dict.fromkeys(NAMES),
        "per_payment": 20_000,
        "per_day": 50_050,
        "pin_above_amount": 0,
        "duplicate_within_s": 60,
        "refund_within_days": 30,
    }
    # What holds stands in the form.
    page = office.get("/office/payment-limits").text
    for value in ("200.00", "500.50", "0.00", "60"):
        assert f'value="{value}"' in page


def test_each_version_stays_with_who_set_it_and_when(world: World, office: Browser) -> None:
    set_limits(office, per_payment="200", pin_above_count="3")
    world.clock.pass_by(hours=1)
    set_limits(office)

    said = text_of(office.get("/office/payment-limits"))
    earlier = said.partition("Limits before")[2]
    assert "A single payment: 200.00 credits" in earlier
    assert "so many payments of a day: 3" in earlier
    assert "李桂兰 · today 12:00" in earlier
    assert "李桂兰 · today 13:00" in said.partition("Limits before")[0]
    assert in_force(world) == dict.fromkeys(NAMES)


def test_the_same_form_twice_is_one_version(world: World, office: Browser) -> None:
    office.get("/office/payment-limits")
    fields = {**dict.fromkeys(NAMES, ""), "idempotency_key": office.hidden("idempotency_key")}
    for _time in range(2):
        assert office.post("/office/payment-limits", **fields).status_code == 303
    assert len(world.get("/payment-limits", world.administrator).get_json()["items"]) == 1


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *(("per_payment", typed) for typed in ("0", "x", "-1", "1.234", "9" * 30)),
        *(("pin_above_amount", typed) for typed in ("x", "-1")),
        *(("pin_above_count", typed) for typed in ("-1", "1.5", "10001", "9" * 30, "三")),
        *(("duplicate_within_s", typed) for typed in ("0", "86401", "x")),
    ],
)
def test_what_cannot_be_a_limit_is_said_at_its_field_and_sets_nothing(
    world: World, office: Browser, name: str, typed: str
) -> None:
    answer = set_limits(office, **{name: typed})

    assert answer.status_code == 422
    assert f'id="m-{name}"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert world.get("/payment-limits", world.administrator).get_json()["items"] == []


def cleared(office: Browser, resident: Somebody, reason: str) -> TestResponse:
    """Open a resident's page and take the PIN away."""
    office.get(f"/office/residents/{resident.id}")
    key = office.hidden("idempotency_key")
    return office.post(f"/office/residents/{resident.id}/pin-clearing", reason=reason, idempotency_key=key)


def test_a_pin_is_taken_away_with_a_reason_by_who_reaches_the_resident(world: World, office: Browser) -> None:
    somebody = world.resident(unit=f"{OTHER_TOWN}001")
    assert "Take the PIN away" not in text_of(office.get(f"/office/residents/{somebody.id}"))
    world.post("/pin", {"pin": PIN}, somebody.key)

    answer = cleared(office, somebody, " ")
    assert answer.status_code == 422
    assert "Fill this in" in text_of(answer)
    assert cleared(office, somebody, "x" * 501).status_code == 422
    assert world.get("/pin", somebody.key).get_json() == {"state": "set"}
    elsewhere = browser_of_person(world, Role.ADMINISTRATOR, unit_code="140881001")
    path = f"/office/residents/{somebody.id}/pin-clearing"
    assert elsewhere.post(path, reason="x", idempotency_key="k").status_code == 404

    said = text_of(office.follow(cleared(office, somebody, "Forgotten; identity card seen")))

    assert "The PIN is taken away" in said
    assert "PIN for payments not set" in said
    assert world.get("/pin", somebody.key).get_json() == {"state": "not_set"}
