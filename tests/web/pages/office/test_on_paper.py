"""The office's pages of cards, sheets and PINs: issued, printed by their issuer on that day, blocked and revoked."""

import html
import re
from datetime import timedelta

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, logged_in, text_of
from tests.web.world import Shop, Somebody, World

PIN = "204060"


@pytest.fixture
def owner(world: World) -> Somebody:
    """Return a resident of the town with 100.00 credits."""
    world.fund()
    return world.resident(10_000, name="李大爷")


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a shop that takes credits."""
    return world.shop()


def page_of(owner: Somebody) -> str:
    """Return where a resident's card and sheets stand."""
    return f"/office/residents/{owner.id}/on-paper"


def send(browser: Browser, path: str, **fields: str) -> Browser:
    """Send a form of the last page under its key, and go where it leads."""
    answer = browser.post(path, idempotency_key=browser.hidden("idempotency_key"), **fields)
    browser.follow(answer)
    return browser


def test_a_card_is_issued_printed_and_paid_with(world: World, officer: Browser, owner: Somebody, shop: Shop) -> None:
    assert "only with their PIN" in text_of(officer.get(page_of(owner)))
    send(officer, f"/office/residents/{owner.id}/cards", per_day="30")

    assert officer.page is not None
    shown = text_of(officer.page)
    assert "李*爷" in shown
    assert "李大爷" not in shown
    assert "data:image/png;base64," in officer.page.text
    assert "____" in shown
    officer.get(f"/office/residents/{owner.id}/pin")
    set_ = officer.post(f"/office/residents/{owner.id}/pin", pin=PIN, pin_again=PIN)
    assert "Only the resident knows it" in text_of(officer.follow(set_))
    assert "pays with the PIN" in text_of(officer.get(page_of(owner)))
    del world, shop


def test_a_pin_is_typed_twice_alike_and_never_shown_again(world: World, officer: Browser, owner: Somebody) -> None:
    path = f"/office/residents/{owner.id}/pin"
    officer.get(path)
    for pin, again, words in (
        (PIN, "204061", "The two are not the same"),
        ("123456", "123456", "among the first that others would try"),
        ("12", "12", "A PIN is six digits"),
    ):
        answer = officer.post(path, pin=pin, pin_again=again)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert f'value="{pin}"' not in answer.text
    officer.post(path, pin=PIN, pin_again=PIN)
    assert world.get("/pin", owner.key).get_json() == {"state": "set"}
    assert "There is a PIN already" in text_of(officer.get(path))


def test_an_officer_sets_no_pin_of_their_own_household(world: World, owner: Somebody) -> None:
    handle = "li.hu"
    browser = browser_of_person(world, Role.ADMINISTRATOR, handle=handle)
    world.key(Role.RESIDENT, name=handle, resident_id=owner.id)
    browser.get(f"/office/residents/{owner.id}/pin")
    answer = browser.post(f"/office/residents/{owner.id}/pin", pin=PIN, pin_again=PIN)
    assert answer.status_code == 403
    assert "Another person has to do this" in text_of(answer)
    assert world.get("/pin", owner.key).get_json() == {"state": "not_set"}


def test_a_card_is_blocked_unblocked_and_replaced_with_its_history(officer: Browser, owner: Somebody) -> None:
    officer.get(page_of(owner))
    send(officer, f"/office/residents/{owner.id}/cards", per_day="30")
    assert officer.page is not None
    officer.get(page_of(owner))
    card = re.search(r"/office/cards/([0-9a-f-]+)/blocking", officer.page.text)
    assert card is not None

    send(officer, f"/office/cards/{card[1]}/blocking", reason="电话挂失")
    assert "The card is blocked." in text_of(officer.page)
    send(officer, f"/office/cards/{card[1]}/unblocking", reason="找到了")
    assert "The card pays again." in text_of(officer.page)
    send(officer, f"/office/cards/{card[1]}/replacement", reason="破损")
    assert "Print the card" in text_of(officer.page)
    shown = text_of(officer.get(page_of(owner)))
    for words in ("issued", "blocked", "unblocked", "replaced", "电话挂失", "破损"):
        assert words in shown
    late = officer.post(
        f"/office/cards/{card[1]}/blocking", reason="x", idempotency_key=officer.hidden("idempotency_key")
    )
    assert late.status_code == 409
    assert "This does not fit the card" in text_of(late)


def test_what_is_printed_is_shown_to_its_issuer_on_that_day_only(
    world: World, officer: Browser, town_officer: Browser, owner: Somebody
) -> None:
    officer.get(page_of(owner))
    answer = officer.post(
        f"/office/residents/{owner.id}/sheets",
        idempotency_key=officer.hidden("idempotency_key"),
        count="2",
        worth="5",
        until="",
    )
    paper = answer.headers["Location"]
    assert officer.get(paper).status_code == 200
    assert town_officer.get(paper).status_code == 403
    world.clock.at += timedelta(days=1)
    gone = logged_in(world, "li.guan").get(paper)
    assert gone.status_code == 403
    assert "What is printed is shown to whoever issued it, on that day" in text_of(gone)


def test_a_sheet_is_set_aside_printed_paid_with_and_revoked(
    world: World, officer: Browser, owner: Somebody, shop: Shop
) -> None:
    officer.get(page_of(owner))
    send(officer, f"/office/residents/{owner.id}/sheets", count="3", worth="5", until="2026-06-30")
    assert officer.page is not None
    texts = re.findall(r'class="slip-text"><small>(.*?)</small>', officer.page.text)
    codes = [re.sub(r"[^A-Z0-9]", "", html.unescape(re.sub("<[^>]*>", "", text))) for text in texts]
    assert len(set(codes)) == 3
    assert world.available(owner) == 8_500
    paid = world.post("/redemptions", {"code": codes[0], "amount": 500, "order_no": "S-1"}, shop.till)
    assert paid.status_code == 201

    shown = officer.get(page_of(owner))
    assert "1 used, 2 still good" in text_of(shown)
    sheet = re.search(r"/office/sheets/([0-9a-f-]+)/revocation", shown.text)
    assert sheet is not None
    send(officer, f"/office/sheets/{sheet[1]}/revocation", reason="丢失")
    assert "The sheet is revoked" in text_of(officer.page)
    assert world.available(owner) == 9_500
    assert "1 used, the others came back" in text_of(officer.get(page_of(owner)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"count": "0", "worth": "5", "until": ""}, "Type a whole number from 1 to 24"),
        ({"count": "25", "worth": "5", "until": ""}, "Type a whole number from 1 to 24"),
        ({"count": "2", "worth": "x", "until": ""}, "Type an amount above 0"),
        ({"count": "2", "worth": "5", "until": "soon"}, "Choose a day"),
        ({"count": "2", "worth": "5", "until": "2026-01-01"}, "The last day is today or later"),
        ({"count": "24", "worth": "50", "until": ""}, "Not enough credits"),
    ],
)
def test_what_cannot_be_on_a_sheet_is_said_beside_it(
    world: World, officer: Browser, owner: Somebody, fields: dict[str, str], words: str
) -> None:
    officer.get(page_of(owner))
    answer = officer.post(
        f"/office/residents/{owner.id}/sheets", idempotency_key=officer.hidden("idempotency_key"), **fields
    )
    assert answer.status_code in {409, 422}
    assert words in text_of(answer)
    assert world.available(owner) == 10_000


def test_codes_on_paper_of_another_subtree_are_not_there(world: World, town_officer: Browser, officer: Browser) -> None:
    world.fund()
    elsewhere = world.resident(1_000, unit="140881002001")
    officer.get(page_of(elsewhere))
    send(officer, f"/office/residents/{elsewhere.id}/cards", per_day="30")
    officer.get(page_of(elsewhere))
    assert officer.page is not None
    card = re.search(r"/office/cards/([0-9a-f-]+)/blocking", officer.page.text)
    assert card is not None
    for path in (page_of(elsewhere), f"/office/residents/{elsewhere.id}/pin", f"/office/cards/{card[1]}/paper"):
        assert town_officer.get(path).status_code == 404
    answer = town_officer.post(f"/office/cards/{card[1]}/blocking", reason="x", idempotency_key="k")
    assert answer.status_code == 404
