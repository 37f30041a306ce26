"""Corrections on the office's pages: asked for by one, decided by another, given back, waived."""

from uuid import UUID

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Somebody, World


def spent_award(world: World, wang: Somebody, amount: int = 20_00) -> UUID:
    """Return a wrong award that the resident spent."""
    award = world.award(wang.id, amount)
    world.paid(world.shop(), wang, amount)
    return award.id


def asked(officer: Browser, award_id: UUID, amount: str = "20") -> str:
    """Ask for what was spent of an award, and return the address of the matter."""
    officer.get(f"/office/awards/{award_id}")
    answer = officer.post(
        f"/office/awards/{award_id}/forced-corrections", owed_reason="报错人", amount=amount, idempotency_key="k"
    )
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def owing(world: World, wang: Somebody, officer: Browser, finance: Browser) -> str:
    """Let the resident owe 20.00, and return the address of the page about it."""
    matter = asked(officer, spent_award(world, wang))
    finance.get(matter)
    decided = finance.post(f"{matter}/decision", note="属实", decision="approve", idempotency_key="d")
    assert "Approved and booked." in text_of(finance.follow(decided))
    return f"/office/residents/{wang.id}/owed"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_asks_another_decides(world: World, wang: Somebody, language: str) -> None:
    officer = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    approver = browser_of_person(world, Role.APPROVER, language=language)
    award_id = spent_award(world, wang)
    assert "20.00" in text_of(officer.get(f"/office/awards/{award_id}"))
    matter = asked(officer, award_id, "15")
    assert wang.number in officer.get("/office/corrections").text
    assert "15.00" in text_of(approver.get("/office"))
    page = approver.get(matter)
    assert ("Approve" if language == "en" else "批准") in text_of(page)
    first = approver.post(f"{matter}/decision", note="", decision="approve", idempotency_key="d")
    again = approver.post(f"{matter}/decision", note="", decision="approve", idempotency_key="d")
    assert first.headers["Location"] == again.headers["Location"] == matter
    assert wang.number not in approver.get("/office/corrections").text
    for state in ("approved", "all", "nonsense"):
        assert wang.number in approver.get(f"/office/corrections?state={state}").text
    assert "15.00" in text_of(officer.get(f"/office/awards/{award_id}"))
    assert "15.00" in text_of(officer.get(f"/office/residents/{wang.id}"))
    late = approver.post(f"{matter}/decision", note="", decision="reject", idempotency_key="e")
    assert late.status_code == 409


def test_who_asked_is_told_that_another_person_decides(world: World, wang: Somebody) -> None:
    award_id = spent_award(world, wang)
    browser_of_person(world, Role.ADMINISTRATOR, handle="both")
    both = browser_of_person(world, Role.APPROVER, handle="both")
    matter = asked(both, award_id)
    assert "Another person has to decide." in text_of(both.get(matter))
    assert "owed back?" not in text_of(both.get("/office"))
    answer = both.post(f"{matter}/decision", note="", decision="approve", idempotency_key="d")
    assert answer.status_code == 403


def test_a_rejection_books_nothing(world: World, wang: Somebody, officer: Browser, finance: Browser) -> None:
    matter = asked(officer, spent_award(world, wang))
    finance.get(matter)
    answer = finance.post(f"{matter}/decision", note="不妥", decision="reject", idempotency_key="d")
    assert "Rejected. Nothing was booked." in text_of(finance.follow(answer))
    assert "Nothing is open" in text_of(finance.get(f"/office/residents/{wang.id}/owed"))


def test_what_is_typed_wrongly_is_said_beside_it(world: World, wang: Somebody, officer: Browser) -> None:
    award_id = spent_award(world, wang)
    path = f"/office/awards/{award_id}/forced-corrections"
    officer.get(f"/office/awards/{award_id}")
    empty = officer.post(path, owed_reason="", amount="x", idempotency_key="k")
    assert (empty.status_code, "Fill this in." in text_of(empty)) == (422, True)
    much = officer.post(path, owed_reason="x", amount="20.01", idempotency_key="k")
    assert (much.status_code, "More than was wrongly paid" in text_of(much)) == (409, True)


def test_money_and_credits_come_back(world: World, wang: Somebody, officer: Browser, finance: Browser) -> None:
    page = owing(world, wang, officer, finance)
    home = f"/office/residents/{wang.id}"
    finance.get(page)
    booked = finance.post(f"{home}/repayments", fund="peace", amount="5", document="收据 3", idempotency_key="a")
    assert "收据 3" in text_of(finance.follow(booked))
    world.award(wang.id, 10_00)
    offset = finance.post(f"{home}/offsets", fund="peace", amount="7.50", consent="同意书", idempotency_key="b")
    words = text_of(finance.follow(offset))
    assert ("同意书" in words, "7.50" in words) == (True, True)
    assert world.available(wang) == 2_50
    for field, form in (("document", "repayments"), ("consent", "offsets"), ("reason", "waivers")):
        empty = finance.post(f"{home}/{form}", fund="none", amount="", **{field: ""}, idempotency_key="c")
        assert (empty.status_code, "Choose one of these." in text_of(empty)) == (422, True)
        much = finance.post(f"{home}/{form}", fund="peace", amount="99", **{field: "x"}, idempotency_key="c")
        assert (much.status_code, "Less than that is owed" in text_of(much)) == (409, True)


def test_a_waiver_is_asked_for_and_decided(world: World, wang: Somebody, officer: Browser, finance: Browser) -> None:
    page = owing(world, wang, officer, finance)
    officer.get(page)
    answer = officer.post(
        f"/office/residents/{wang.id}/waivers", fund="peace", amount="20", reason="困难", idempotency_key="w"
    )
    assert "Asked. Another person decides." in text_of(officer.follow(answer))
    waiting = text_of(finance.get("/office"))
    assert "Decide: 20.00 owed no longer?" in waiting
    matters = finance.get("/office/corrections").text
    matter = matters.partition('href="/office/corrections/')[2].partition('"')[0]
    finance.get(f"/office/corrections/{matter}")
    done = finance.post(f"/office/corrections/{matter}/decision", note="", decision="approve", idempotency_key="e")
    assert done.status_code == 303
    assert "Nothing is open" in text_of(finance.get(page))


def test_debts_of_another_subtree_are_not_there(world: World, town_officer: Browser, finance: Browser) -> None:
    world.fund()
    elsewhere = world.resident(unit="140881002001")
    officer = browser_of_person(world, Role.ADMINISTRATOR)
    matter = asked(officer, spent_award(world, elsewhere))
    assert finance.get(matter).status_code == 200
    for path in (matter, f"/office/residents/{elsewhere.id}/owed"):
        assert town_officer.get(path).status_code == 404
    assert "Nothing waits" in text_of(town_officer.get("/office/corrections"))
