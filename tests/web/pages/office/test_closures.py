"""Closing residents and shops on the office's pages, with a report to print."""

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Somebody, World


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_resident_is_closed_with_a_report(world: World, wang: Somebody, language: str) -> None:
    officer = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    world.award(wang.id, 20_00)
    path = f"/office/residents/{wang.id}/closure"
    assert "20.00" in text_of(officer.get(path))
    empty = officer.post(path, reason="", idempotency_key="k")
    assert empty.status_code == 422
    report = text_of(officer.follow(officer.post(path, reason="迁往太原", idempotency_key="k")))
    for text in ("迁往太原", "2027-12-31:peace", "fund:peace:available", "20.00"):
        assert text in report
    page = text_of(officer.get(f"/office/residents/{wang.id}"))
    assert ("Award credits" if language == "en" else "发放平安币") not in page
    again = officer.post(path, reason="x", idempotency_key="l")
    assert again.status_code == 409


def test_a_closure_with_a_debt_is_finished_when_it_is_paid(
    world: World, wang: Somebody, officer: Browser, finance: Browser
) -> None:
    award = world.award(wang.id, 20_00)
    world.paid(world.shop(), wang, 20_00)
    matter = world.post(f"/awards/{award.id}/forced-corrections", {"reason": "x"}, world.administrator).get_json()
    world.post(f"/forced-corrections/{matter['id']}/approval", {"decision": "approve"}, world.finance)
    path = f"/office/residents/{wang.id}/closure"
    officer.get(path)
    words = text_of(officer.follow(officer.post(path, reason="迁出", idempotency_key="k")))
    assert ("being closed" in words, "To be given back" in words, "Finish the closure" in words) == (True, True, False)
    finance.get(f"/office/residents/{wang.id}/owed")
    finance.post(
        f"/office/residents/{wang.id}/repayments", fund="peace", amount="20", document="x", idempotency_key="m"
    )
    assert "Finish the closure" in text_of(officer.get(path))
    words = text_of(officer.follow(officer.post(path, reason="还清", idempotency_key="n")))
    assert "Closed on" in words


def test_of_two_records_one_goes_on(world: World, wang: Somebody, officer: Browser) -> None:
    twice = world.resident(balance=7_00)
    path = f"/office/residents/{twice.id}"
    officer.get(f"{path}/closure")
    unknown = officer.post(f"{path}/merger", into="1", merger_reason="x", idempotency_key="k")
    assert unknown.status_code in {404, 409, 422}
    assert "There is no such resident" in text_of(unknown)
    empty = officer.post(f"{path}/merger", into="", merger_reason="", idempotency_key="k")
    assert empty.status_code == 422
    done = officer.post(f"{path}/merger", into=wang.number, merger_reason="重复登记", idempotency_key="k")
    words = text_of(officer.follow(done))
    assert ("to the other record" in words, "7.00" in words) == (True, True)
    assert world.available(wang) == 7_00


def test_a_shop_is_closed_when_it_is_settled(world: World, wang: Somebody, officer: Browser) -> None:
    world.award(wang.id, 20_00)
    world.paid(world.shop("M01"), wang, 5_00)
    world.shop("M02")
    assert "/office/merchants/M01/closure" in officer.get("/office/merchants/M01").text
    officer.get("/office/merchants/M01/closure")
    empty = officer.post("/office/merchants/M01/closure", reason="", idempotency_key="k")
    assert empty.status_code == 422
    words = text_of(officer.follow(officer.post("/office/merchants/M01/closure", reason="停业", idempotency_key="k")))
    assert ("being closed" in words, "To be paid out to the shop" in words, "5.00" in words) == (True, True, True)
    officer.get("/office/merchants/M02/closure")
    words = text_of(officer.follow(officer.post("/office/merchants/M02/closure", reason="停业", idempotency_key="m")))
    assert ("Closed on" in words, "There was nothing to give back" in words) == (True, True)
    again = officer.post("/office/merchants/M02/closure", reason="x", idempotency_key="n")
    assert again.status_code == 409
