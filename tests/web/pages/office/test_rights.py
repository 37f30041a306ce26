"""Who may open which page of the office: each role its own, nobody else's."""

from uuid import uuid4

import pytest
from flask import Flask

from people import Role
from tests.web.pages.browser import Browser, browser_of, browser_of_person, text_of
from tests.web.world import TOWN, Shop, Somebody, World

EVERYBODY = {"officer", "town", "finance", "auditor", "dispatcher", "supervisor", "handler"}
OF_REPORTS = {"dispatcher", "supervisor", "handler"}
# Each address, and who may open it.
PAGES: dict[str, set[str]] = {
    "/office": EVERYBODY,
    "/office/reports": OF_REPORTS,
    "/office/reports/all": {*OF_REPORTS, "officer", "town"},
    "/office/reports/overview": {"supervisor"},
    "/office/reports/new": {"dispatcher", "supervisor", "officer", "town"},
    "/office/reports/{report}": {*OF_REPORTS, "officer", "town"},
    "/office/reports/{report}/photos/{matter}": {*OF_REPORTS, "officer", "town"},
    "/office/reports/{report}/publication": {"supervisor"},
    "/office/publications": {"supervisor"},
    "/office/orders": {*OF_REPORTS, "officer", "town"},
    "/office/escalations": {"supervisor", "officer", "town"},
    "/office/call-backs": {"supervisor"},
    "/office/call-backs/made": {"supervisor"},
    "/office/call-backs/{matter}": {"supervisor"},
    "/office/digests": OF_REPORTS,
    "/office/digests/{matter}": OF_REPORTS,
    "/office/notices": OF_REPORTS,
    "/office/caps": {"officer"},
    "/office/payment-limits": {"officer"},
    "/office/on-behalf": {"supervisor", "auditor"},
    "/office/residents": {"officer", "town"},
    "/office/residents/new": {"officer", "town"},
    "/office/residents/{resident}": {"officer", "town"},
    "/office/residents/{resident}/statement": {"officer", "town"},
    "/office/residents/{resident}/statement/paper": {"officer", "town"},
    "/office/residents/{resident}/on-paper": {"officer", "town"},
    "/office/residents/{resident}/pin": {"officer", "town"},
    "/office/assisting": {"officer", "town"},
    "/office/assisting/{matter}": {"officer", "town"},
    "/office/cards/{matter}/paper": {"officer", "town"},
    "/office/sheets/{matter}/paper": {"officer", "town"},
    "/office/awards": {"officer", "town"},
    "/office/awards/new": {"officer", "town"},
    "/office/awards/{award}": {"officer", "town"},
    "/office/batches": {"officer", "town"},
    "/office/batches/new": {"officer", "town"},
    "/office/corrections": {"officer", "town", "finance"},
    "/office/corrections/{matter}": {"officer", "town", "finance"},
    "/office/residents/{resident}/owed": {"officer", "town", "finance"},
    "/office/residents/{resident}/closure": {"officer", "town"},
    "/office/merchants/M01/closure": {"officer"},
    "/office/owing-shops": {"officer", "finance"},
    "/office/merchants/M01/owed": {"officer", "finance"},
    "/office/funds": {"officer", "town", "finance", "auditor"},
    "/office/new-fund": {"officer"},
    "/office/funds/peace": {"officer", "town", "finance", "auditor"},
    "/office/funds/peace/paper": {"officer", "town", "finance", "auditor"},
    "/office/responsibilities": {"officer"},
    "/office/responsibilities/7/list.csv": {"officer"},
    "/office/tariffs": {"officer"},
    "/office/merchants": {"officer"},
    "/office/new-shop": {"officer"},
    "/office/merchants/M01": {"officer"},
    "/office/merchants/M01/plaque": {"officer"},
    "/office/merchants/M01/history": {"officer"},
    "/office/applications": {"officer"},
    "/office/applications/{matter}": {"officer"},
    "/office/applications/{matter}/licence/{person}": {"officer"},
    "/office/staff": {"officer"},
    "/office/people/{person}": {"officer"},
    "/office/books": {"officer", "finance", "auditor"},
    "/office/books/paper": {"officer", "finance", "auditor"},
    "/office/books/entries/{entry}": {"officer", "finance", "auditor"},
    "/office/periods": {"officer", "finance", "auditor"},
    "/office/periods/7": {"officer", "finance", "auditor"},
    "/office/periods/7/statement.csv": {"officer", "finance", "auditor"},
    "/office/settlements": {"officer", "finance", "auditor"},
    "/office/settlements/{matter}": {"officer", "finance", "auditor"},
    "/office/settlements/{matter}/lines.csv": {"officer", "finance", "auditor"},
    "/office/settlements/bank-file.csv": {"finance"},
    "/office/disputes": {"officer", "finance", "auditor"},
    "/office/disputes/{matter}": {"officer", "finance", "auditor"},
    "/office/merchants/M01/payee": {"finance"},
    "/office/bank-statements": {"officer", "finance", "auditor"},
    "/office/bank-statements/{matter}": {"officer", "finance", "auditor"},
    "/office/suspicions": {"officer", "finance", "auditor"},
    "/office/suspicions/{matter}": {"officer", "finance", "auditor"},
    "/office/suspicion-rules": {"officer"},
}
# Each form, and who may send it.
FORMS: dict[str, set[str]] = {
    "/office/reports/all": {*OF_REPORTS, "officer", "town"},
    "/office/reports/new": {"dispatcher", "supervisor", "officer", "town"},
    **{
        f"/office/reports/{{report}}/{step}": {"supervisor"}
        for step in (
            *("acceptance", "rejection", "merger", "verification", "return", "closure"),
            *("postponement", "withdrawal", "decision", "publication", "takedown"),
        )
    },
    "/office/reports/{report}/dispatch": {"dispatcher"},
    "/office/reports/{report}/transfer": {"dispatcher"},
    "/office/reports/{report}/acknowledgement": {"handler"},
    "/office/reports/{report}/handling": {"handler", "dispatcher"},
    "/office/reports/{report}/calls": {"dispatcher"},
    "/office/reports/{report}/calls/{matter}/acknowledgement": {"handler"},
    "/office/reports/{report}/calls/{matter}/handling": {"handler"},
    "/office/reports/{report}/calls/{matter}/acceptance": {"dispatcher"},
    "/office/reports/{report}/calls/{matter}/return": {"dispatcher"},
    "/office/reports/{report}/orders": {"supervisor"},
    "/office/reports/{report}/orders/{matter}/answer": {"dispatcher", "handler"},
    "/office/reports/{report}/joins/{matter}/decision": {"supervisor"},
    "/office/reports/{report}/unmasking": {"supervisor"},
    "/office/reports/{report}/unmasking/decision": {"supervisor"},
    "/office/call-backs/{matter}/phone": {"supervisor"},
    "/office/call-backs/{matter}/result": {"supervisor"},
    "/office/notices/reading": OF_REPORTS,
    "/office/notices/{matter}/reading": OF_REPORTS,
    "/office/reports/{report}/appeals/{matter}/decision": {"supervisor"},
    "/office/reports/{report}/covering": {"supervisor"},
    "/office/reports/{report}/joins/{matter}/covering": {"supervisor"},
    "/office/caps": {"officer"},
    "/office/limits": {"officer"},
    "/office/payment-limits": {"officer"},
    "/office/residents/{resident}/pin-clearing": {"officer", "town"},
    "/office/residents": {"officer", "town"},
    "/office/residents/new": {"officer", "town"},
    "/office/residents/{resident}/activation": {"officer", "town"},
    "/office/residents/{resident}/cards": {"officer", "town"},
    "/office/residents/{resident}/sheets": {"officer", "town"},
    "/office/residents/{resident}/pin": {"officer", "town"},
    "/office/assisting/caps": {"officer"},
    "/office/assisting/orders/{matter}": {"officer", "town"},
    "/office/cards/{matter}/blocking": {"officer", "town"},
    "/office/cards/{matter}/replacement": {"officer", "town"},
    "/office/sheets/{matter}/revocation": {"officer", "town"},
    "/office/awards/new": {"officer", "town"},
    "/office/awards/{award}/claw-back": {"officer", "town"},
    "/office/awards/{award}/forced-corrections": {"officer", "town"},
    "/office/corrections/{matter}/decision": {"finance"},
    "/office/residents/{resident}/repayments": {"finance"},
    "/office/residents/{resident}/offsets": {"finance"},
    "/office/residents/{resident}/waivers": {"officer", "town", "finance"},
    "/office/residents/{resident}/closure": {"officer", "town"},
    "/office/residents/{resident}/merger": {"officer", "town"},
    "/office/merchants/M01/closure": {"officer"},
    "/office/merchants/M01/repayments": {"finance"},
    "/office/batches/preview": {"officer", "town"},
    "/office/batches": {"officer", "town"},
    "/office/new-fund": {"officer"},
    "/office/funds/peace/appropriations": {"finance"},
    "/office/funds/peace/returns": {"finance"},
    "/office/funds/peace/moves": {"finance"},
    "/office/responsibilities": {"officer"},
    "/office/tariffs": {"officer"},
    "/office/new-shop": {"officer"},
    "/office/merchants/M01/namings": {"officer"},
    "/office/merchants/M01/suspension": {"officer"},
    "/office/merchants/M01/reinstatement": {"officer"},
    "/office/merchants/M01/revocation": {"officer"},
    "/office/merchants/M01/people": {"officer"},
    "/office/merchants/M01/namings/{matter}/renewal": {"officer"},
    "/office/merchants/M01/namings/{matter}/renewal-refusal": {"officer"},
    "/office/applications/{matter}/return": {"officer"},
    "/office/applications/{matter}/refusal": {"officer"},
    "/office/applications/{matter}/acceptance": {"officer"},
    "/office/staff": {"officer"},
    "/office/people/{person}/activation": {"officer"},
    "/office/people/{person}/grants/{grant}/revocation": {"officer"},
    "/office/books/entries/{entry}/reversal": {"finance"},
    "/office/periods": {"finance"},
    "/office/settlements": {"finance"},
    "/office/settlements/{matter}/payment": {"finance"},
    "/office/disputes/{matter}": {"officer", "finance"},
    "/office/merchants/M01/payee": {"finance"},
    "/office/bank-statements": {"finance"},
    "/office/suspicions/{matter}/decision": {"officer", "finance"},
    "/office/suspicion-rules": {"officer"},
}


# What these addresses name does not exist.
NOWHERE = ("person", "grant", "matter", "report")
NO_NUMBERS = ("/periods/7", "/responsibilities/7")


def routes(app: Flask, method: str) -> int:
    """Count the office's routes that answer a method."""
    return sum(
        rule.endpoint.startswith("office.") and method in (rule.methods or ()) for rule in app.url_map.iter_rules()
    )


def is_nowhere(path: str) -> bool:
    """Say whether an address names what does not exist."""
    return any(each in path for each in NO_NUMBERS) or any(f"{{{each}}}" in path for each in NOWHERE)


def browsers(world: World) -> dict[str, Browser]:
    """Return a browser of each kind of officer."""
    return {
        "officer": browser_of_person(world, Role.ADMINISTRATOR),
        "town": browser_of_person(world, Role.ADMINISTRATOR, unit_code=TOWN),
        "finance": browser_of_person(world, Role.FINANCE),
        "auditor": browser_of_person(world, Role.AUDITOR),
        "dispatcher": browser_of_person(world, Role.DISPATCHER),
        "supervisor": browser_of_person(world, Role.SUPERVISOR),
        "handler": browser_of_person(world, Role.HANDLER, unit_code=TOWN),
    }


@pytest.fixture
def places(world: World, wang: Somebody) -> dict[str, str]:
    """Return ids for the addresses."""
    world.shop()
    award = world.award(wang.id, 1_00)
    ids = {"resident": wang.id, "award": award.id, "entry": award.entry_id}
    ids |= {name: uuid4() for name in NOWHERE}
    return {name: str(each) for name, each in ids.items()}


def test_each_role_opens_its_own_pages(world: World, places: dict[str, str]) -> None:
    # One award list is seen in the tests of lists, the search for an entry in those of the books.
    assert len(PAGES) + 2 == routes(world.app, "GET")
    people = browsers(world)
    wrong = {
        (name, path): status
        for name, browser in people.items()
        for path, may in PAGES.items()
        for status in [browser.get(path.format(**places)).status_code]
        # There is no such person or matter; whoever may ask learns that, and nobody else.
        if status != ((404 if is_nowhere(path) else 200) if name in may else 403)
    }
    assert wrong == {}


def test_each_role_sends_its_own_forms(world: World, places: dict[str, str]) -> None:
    assert len(FORMS) == routes(world.app, "POST")
    people = browsers(world)
    for browser in people.values():
        browser.get("/account")
    wrong = {
        (name, path): status
        for name, browser in people.items()
        for path, may in FORMS.items()
        for status in [browser.post(path.format(**places), idempotency_key="k").status_code]
        if (status == 403) != (name not in may) or status >= 500
    }
    assert wrong == {}


def test_residents_and_shops_may_open_nothing_of_the_office(
    world: World, places: dict[str, str], payer_of_none: Browser, shop_owner: Browser
) -> None:
    del world
    for browser in (payer_of_none, shop_owner):
        assert {browser.get(path.format(**places)).status_code for path in PAGES} == {403}
    assert "You may not do this" in text_of(payer_of_none.get("/office"))


def test_nobody_is_asked_to_log_in(world: World, places: dict[str, str]) -> None:
    stranger = Browser(world)
    for path in PAGES:
        answer = stranger.get(path.format(**places))
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/log-in")
    stranger.get("/log-in")
    assert {stranger.post(path.format(**places)).status_code for path in FORMS} == {303}


def test_a_form_of_another_site_is_refused(world: World, officer: Browser, places: dict[str, str]) -> None:
    del world
    forged = {officer.forged(path.format(**places)).status_code for path, may in FORMS.items() if "officer" in may}
    assert forged == {400}


def test_nothing_of_the_office_is_kept_by_a_browser(officer: Browser) -> None:
    assert officer.get("/office").headers["Cache-Control"] == "no-store"


def test_residents_of_another_subtree_are_not_there(world: World, town_officer: Browser) -> None:
    world.fund()
    elsewhere = world.resident(unit="140881002001")
    award = world.award(elsewhere.id, 1_00)
    paths = (f"/office/residents/{elsewhere.id}", f"/office/residents/{elsewhere.id}/statement")
    for path in (*paths, f"/office/awards/{award.id}", f"/office/residents/{uuid4()}", f"/office/awards/{uuid4()}"):
        assert town_officer.get(path).status_code == 404
    for path in (f"/office/residents/{elsewhere.id}/activation", f"/office/awards/{award.id}/claw-back"):
        assert town_officer.post(path, reason="x", idempotency_key="k").status_code == 404
    assert world.available(elsewhere) == 1_00
    found = town_officer.post("/office/residents", q=elsewhere.number)
    assert "Nobody found" in text_of(found)
    assert elsewhere.number not in found.text.partition('id="found"')[2]
    assert "No award yet" in text_of(town_officer.get("/office/awards"))


def test_unknown_things_are_not_found(officer: Browser, finance: Browser) -> None:
    for path in (
        "funds/none",
        "funds/NONE%00",
        "merchants/none",
        "merchants/%00",
        f"people/{uuid4()}",
        f"batches/{uuid4()}",
    ):
        assert officer.get(f"/office/{path}").status_code == 404
    for path in ("merchants/none/namings", "merchants/none/people", "merchants/none/suspension"):
        assert officer.post(f"/office/{path}", idempotency_key="k").status_code == 404
    assert finance.post("/office/funds/none/moves", idempotency_key="k").status_code == 404
    assert finance.get(f"/office/books/entries/{uuid4()}").status_code == 404
    answer = finance.post(f"/office/books/entries/{uuid4()}/reversal", reason="x", idempotency_key="k")
    assert answer.status_code == 404


@pytest.fixture
def payer_of_none(world: World) -> Browser:
    """Return the browser of a resident."""
    return browser_of(world, world.resident())


@pytest.fixture
def shop_owner(world: World) -> Browser:
    """Return the browser of a shop's owner."""
    shop: Shop = world.shop("M02")
    return browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id)
