"""Statements to print and to keep, over HTTP: who gets them, over which days, and that they say what lists say."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from people import Role
from tests.clock import SHANGHAI
from tests.web.papers import ENGLISH, FORMS, lines_of, rows_of, workbook_of
from tests.web.world import OTHER_TOWN, TOWN, Shop, Somebody, World, problem


@pytest.fixture
def world(world: World) -> World:
    """Return a community whose clock goes with the ledger's own, by which statements choose their lines."""
    world.clock.at = datetime.now(UTC)
    return world


@pytest.fixture
def payer(world: World) -> Somebody:
    """Return a resident with 50.00 credits of one fund."""
    world.fund()
    return world.resident(5_000)


def readers(world: World, resident: Somebody, shop: Shop) -> dict[str, list[str]]:
    """Return who may read which statement, by path."""
    books = [world.administrator, world.finance, world.auditor]
    return {
        f"/residents/{resident.id}": [resident.key, world.administrator],
        "/merchants/M01": [shop.owner, *books],
        "/funds/peace": [*books, world.key(Role.APPROVER)],
        "/books/accounts/issued": books,
    }


@pytest.mark.parametrize("form", FORMS)
def test_whoever_may_see_balances_gets_the_statement(world: World, payer: Somebody, form: str) -> None:
    shop = world.shop()
    world.paid(shop, payer, 1_250)
    for path, keys in readers(world, payer, shop).items():
        for key in keys:
            answer = world.get(f"{path}/statement.{form}", key)
            assert answer.status_code == 200, path
            assert answer.get_data()
            assert answer.headers["Cache-Control"] == "no-store"
            assert f".{form}" in answer.headers["Content-Disposition"]


def test_nobody_else_does(world: World, payer: Somebody) -> None:
    shop, other, stranger = world.shop(), world.shop("M02"), world.resident()
    refused = {
        "/merchants/M01": {shop.till: 403, payer.key: 403, other.owner: 404, world.key(Role.DISPATCHER): 403},
        f"/residents/{payer.id}": {shop.owner: 403, stranger.key: 404, world.auditor: 403},
        "/funds/peace": {shop.owner: 403, payer.key: 403},
        "/books/accounts/issued": {shop.owner: 403, payer.key: 403, world.key(Role.AUDITOR, unit_code=TOWN): 403},
    }
    town, elsewhere = world.key(Role.ADMINISTRATOR, unit_code=TOWN), world.key(Role.ADMINISTRATOR, unit_code=OTHER_TOWN)
    assert rows_of(world.get(f"/residents/{payer.id}/statement.csv", town))
    refused[f"/residents/{payer.id}"][elsewhere] = 404
    for path, by_key in refused.items():
        assert problem(world.get(f"{path}/statement.csv")) == (401, "unauthenticated")
        for key, status in by_key.items():
            assert problem(world.get(f"{path}/statement.csv", key))[0] == status, path


def test_what_is_not_there_is_not_found(world: World, payer: Somebody) -> None:
    for path, key in (
        (f"/residents/{uuid4()}", world.administrator),
        ("/merchants/none", world.finance),
        ("/funds/none", world.finance),
        ("/books/accounts/none", world.auditor),
        ("/books/accounts/fund", world.auditor),
        ("/books/accounts/%00", world.auditor),
    ):
        for form in FORMS:
            assert problem(world.get(f"{path}/statement.{form}", key))[0] == 404, path
    for form in ("pdf", "CSV", "csv.exe", ""):
        assert problem(world.get(f"/residents/{payer.id}/statement.{form}", payer.key))[0] == 404


@pytest.mark.parametrize("form", FORMS)
def test_days_that_cannot_be_are_named(world: World, payer: Somebody, form: str) -> None:
    path = f"/residents/{payer.id}/statement.{form}"
    today = world.clock.at.date()
    for query, field in (
        ({"from": "2026-02-02", "until": "2026-02-01"}, "until"),
        ({"until": (today + timedelta(days=2)).isoformat()}, "until"),
        ({"from": "1999-12-31"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"until": "9999-12-31"}, "until"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"asset": "EUR"}, "asset"),
        ({"asset": "CNY"}, "asset"),
    ):
        answer = world.get(path, payer.key, **query, **ENGLISH)
        assert problem(answer) == (422, "invalid_fields"), query
        assert list(answer.get_json()["errors"]) == [field]


def test_days_that_are_over_are_given_out_when_they_are_settled(world: World, payer: Somebody) -> None:
    # By the application's clock tomorrow is over; by the ledger's own it has not begun.
    world.clock.pass_by(days=3)
    tomorrow = (world.clock.at - timedelta(days=1)).date().isoformat()
    answer = world.get(f"/residents/{payer.id}/statement.csv", payer.key, until=tomorrow)
    assert problem(answer) == (422, "instant_too_young")
    yesterday = (world.clock.at - timedelta(days=5)).date().isoformat()
    assert rows_of(world.get(f"/residents/{payer.id}/statement.csv", payer.key, until=yesterday))


def test_without_days_it_is_this_month_and_without_an_asset_it_is_all(world: World, payer: Somebody) -> None:
    rows = rows_of(world.get("/funds/peace/statement.csv", world.finance, **ENGLISH))
    accounts = list(dict.fromkeys(row[0] for row in rows[1:-1]))
    assert accounts == ["Available (Credits)", "Money behind the credits (Money)"]
    today = world.clock.at.astimezone(world.app.extensions["settings"].time_zone).date()
    assert rows[1][1] == today.replace(day=1).isoformat()
    money = rows_of(world.get("/funds/peace/statement.csv", world.finance, asset="CNY", **ENGLISH))
    assert {row[0] for row in money[1:-1]} == {"Money behind the credits (Money)"}
    assert lines_of(world.get(f"/residents/{payer.id}/statement.csv", payer.key, asset="MIN", **ENGLISH)) == []


def test_its_values_are_those_of_the_list(world: World, payer: Somebody) -> None:
    shop = world.shop()
    world.award(payer.id, 333)
    paid = world.paid(shop, payer, 1_250)
    world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 250, "reason": "Sold out"}, shop.owner)
    listed = world.get(f"/residents/{payer.id}/statement", payer.key).get_json()["items"]
    lines = lines_of(world.get(f"/residents/{payer.id}/statement.csv", payer.key, asset="PAB", **ENGLISH))
    assert len(listed) == len(lines) == 4
    for item, line in zip(reversed(listed), lines, strict=True):
        _account, recorded, occurred, _kind, note, with_whom, _fund, _until, raised, lowered, balance = line
        assert round(100 * (float(raised or 0) - float(lowered or 0))) == item["amount"]
        assert round(100 * float(balance)) == item["balance_after"]
        assert [shanghai(item[name]) for name in ("recorded_at", "occurred_at")] == [recorded, occurred]
        assert item["description"] in {note, ""}
        assert with_whom == {"fund:peace": "Fund peace", "merchant:M01": "Shop M01"}[item["counterparty"]]
    assert [line[3:5] for line in lines] == [
        ["Award", "A useful report"],
        ["Award", "A useful report"],
        ["Payment", ""],
        ["Refund", "Sold out"],
    ]
    assert {(line[6], line[7]) for line in lines} == {("Fund peace", f"{world.clock.at.year + 1}-12-31")}


def test_an_auditor_learns_no_reasons_of_awards(world: World, payer: Somebody) -> None:
    rows = lines_of(world.get(f"/books/accounts/resident:{payer.id.hex}/statement.csv", world.auditor, **ENGLISH))
    assert [row[4] for row in rows] == [""]
    issued = lines_of(world.get("/books/accounts/issued/statement.csv", world.auditor, **ENGLISH))
    assert [row[4] for row in issued] == ["Doc 1"]


def test_an_empty_period_has_its_balances(world: World, payer: Somebody) -> None:
    path = f"/residents/{payer.id}/statement"
    query = {"from": "2026-01-01", "until": "2026-01-31"}
    rows = rows_of(world.get(f"{path}.csv", payer.key, **query, **ENGLISH))
    assert [row[3:] for row in rows[1:-1]] == [
        ["Opening balance", "", "", "", "", "", "", "0.00"],
        ["Closing balance", "", "", "", "", "0.00", "0.00", "0.00"],
    ]
    assert rows[-1] == ["End of the statement", "0"]
    answer = world.get(f"{path}.xlsx", payer.key, **query)
    assert workbook_of(answer).worksheets[0].max_row == 9
    assert "0 lines" in world.get(f"{path}.html", payer.key, **query, **ENGLISH).text


def shanghai(instant: str) -> str:
    """Return an instant of the API as statements write it."""
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
