"""What holds for every page: it renders in both languages for the right person, and for nobody else."""

import re

import pytest

from people import Role
from reports import ReportStatus
from tests.web.pages.browser import Browser, browser_of, browser_of_person, text_of
from tests.web.reporting import Desk
from tests.web.world import Shop, Somebody, World
from web.auth import public
from web.unit_of_work import DatabaseUnavailableError

FOR_ALL = (
    *("/", "/merchants", "/scoreboard", "/responsibilities"),
    *("/seals", "/seals/check", "/about/data", "/offline", "/earnings-explained", "/reports", "/reports/follow"),
    *("/merchants/apply", "/merchants/application"),
    *("/at/M01", "/at/M01/report/prices", "/at/M01/report/plaque"),
)
PUBLIC = (*FOR_ALL, "/log-in", "/activate")
KEY = "0197a0f0-0000-4000-8000-000000000001"
OF_RESIDENTS = (
    *("/me", "/me/code", "/me/statement", "/me/statement/paper", "/me/receipts/{payment}"),
    *("/me/reports", "/me/reports/new", "/me/reports/{report}", "/me/claims", "/account"),
    *("/me/notices", "/me/on-paper", "/pay/{order}", "/me/pin", f"/at/M01/pay/{KEY}?amount=1"),
)
OF_CASHIERS = (
    "/till",
    "/till/payments",
    "/till/payments/{payment}",
    "/till/outcomes/paid",
    "/till/outcomes/waits",
    "/till/look-up",
    "/account",
    *("/till/shifts", "/till/days", "/till/day-closes", "/till/disputes"),
)
OF_OWNERS = (
    *(*OF_CASHIERS, "/till/shop", "/till/shop/naming", "/till/shop/paper", "/till/shop/plaque", "/till/settlements"),
    *("/till/payments/{payment}/refund", "/till/shop/webhooks", "/till/shop/webhooks/{webhook}"),
    "/till/shop/people",
    "/till/held",
)
OF_ALL_OFFICERS_OF_REPORTS = (
    *("/office", "/office/reports", "/office/reports/all", "/office/orders"),
    *("/office/digests", "/office/notices"),
)
OF_OFFICERS_OF_REPORTS = {
    Role.SUPERVISOR: (
        *("/office/reports/overview", "/office/reports/new", "/office/escalations"),
        *("/office/call-backs", "/office/call-backs/made", "/office/publications", "/office/on-behalf"),
    ),
    Role.DISPATCHER: ("/office/reports/new",),
    Role.HANDLER: (),
}
SENT = (
    *("/account/password", "/account/sessions/end-others", "/me/code", "/me/codes/block", "/me/codes/unblock"),
    *("/me/reports/new", "/me/reports/{report}/reopening", "/me/reports/{report}/photos", "/me/claims"),
    *("/me/reports/suggestions", "/me/reports/joining"),
    *("/me/reports/{report}/rating", "/me/notices/reading", "/me/notices/{report}/reading"),
    *("/me/reports/{report}/appeals", "/me/reports/{report}/together"),
    *("/pay/{order}", f"/at/M01/pay/{KEY}?amount=1", "/me/pin", "/till/shop/refund-limit", "/till/shop/naming"),
    *("/till/redemptions", "/till/payments/{payment}/refund"),
    *("/till/orders", "/till/orders/{order}/cancellation", "/till/shop/webhooks"),
    *(f"/till/shop/webhooks/{{webhook}}/{step}" for step in ("secret", "test", "disabling", "enabling", "removal")),
    "/till/shop/webhooks/{webhook}/messages/{webhook}/repetition",
    *("/till/shop/people", "/till/shop/devices", "/till/shop/shifts", "/till/shifts", "/till/days"),
    "/till/held/{report}/appeal",
)
COUNTY = "140881"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def payment(world: World, shop: Shop, payer: Somebody) -> str:
    """Return the id of a payment under the order number "paid", of which a part was refunded."""
    paid = world.paid(shop, payer, 1_250, "paid")
    world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 250, "reason": "Sold out"}, shop.owner)
    return str(paid["id"])


@pytest.fixture
def report(world: World, payer: Somebody) -> str:
    """Return the id of a report of the payer that was accepted."""
    desk = Desk(world)
    desk.reporter = payer
    return desk.brought_to(ReportStatus.ACCEPTED)


@pytest.fixture
def order(world: World, shop: Shop) -> str:
    """Return the id of an order that waits for its payer."""
    return str(world.post("/orders", {"amount": 300, "order_no": "waits"}, shop.till).get_json()["id"])


@pytest.fixture
def webhook(world: World, shop: Shop) -> str:
    """Return the id of an address to which the shop's outcomes are sent."""
    asked = {"url": "https://till.example/", "events": ["refund.completed"]}
    return str(world.post("/merchants/M01/webhooks", asked, shop.owner).get_json()["id"])


@pytest.fixture
def ids(payment: str, report: str, order: str, webhook: str) -> dict[str, str]:
    """Return what stands in the addresses."""
    return {"payment": payment, "report": report, "order": order, "webhook": webhook}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_renders_for_whom_it_is(
    world: World, shop: Shop, payer: Somebody, ids: dict[str, str], language: str
) -> None:
    readers = (
        (Browser(world, language=language), PUBLIC),
        (browser_of(world, payer, language=language), (*FOR_ALL, *OF_RESIDENTS)),
        (browser_of_person(world, Role.TILL, language=language, merchant_id=shop.id), (*FOR_ALL, *OF_CASHIERS)),
        (browser_of_person(world, Role.MERCHANT_OWNER, language=language, merchant_id=shop.id), OF_OWNERS),
        (browser_of_person(world, Role.ADMINISTRATOR, language=language), (*FOR_ALL, "/account")),
    )
    for browser, pages in readers:
        for page in pages:
            answer = browser.get(page.format(**ids))
            assert answer.status_code == 200, page
            assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}"' in answer.text
            assert CHINESE.search(text_of(answer)), page
            assert answer.headers["Cache-Control"] in {"no-store", "no-cache"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_reports_renders_for_each_of_their_officers(world: World, language: str) -> None:
    report = f"/office/reports/{Desk(world).brought_to(ReportStatus.DISPATCHED)}"
    for role, own in OF_OFFICERS_OF_REPORTS.items():
        browser = browser_of_person(world, role, language=language, unit_code=COUNTY)
        for page in (*OF_ALL_OFFICERS_OF_REPORTS, report, *own):
            answer = browser.get(page)
            assert answer.status_code == 200, page
            assert CHINESE.search(text_of(answer)), page
            assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_is_asked_to_log_in_first(world: World, ids: dict[str, str]) -> None:
    nobody = Browser(world)
    nobody.get("/log-in")

    for page in {*OF_RESIDENTS, *OF_OWNERS}:
        answer = nobody.get(page.format(**ids))
        assert answer.status_code == 303, page
        assert answer.headers["Location"].startswith("/log-in?next=/"), page
    for page in SENT:
        answer = nobody.post(page.format(**ids))
        assert answer.headers["Location"] == "/log-in", page


def test_a_form_without_its_token_does_nothing(
    world: World, payer: Somebody, owner: Browser, ids: dict[str, str]
) -> None:
    resident = browser_of(world, payer)
    for page in SENT:
        browser = owner if page.startswith("/till") else resident
        answer = browser.forged(page.format(**ids))
        assert answer.status_code == 400, page
        assert "load the page again" in text_of(answer), page


def test_pages_of_others_are_refused(world: World, payer: Somebody, owner: Browser, ids: dict[str, str]) -> None:
    resident = browser_of(world, payer)

    for page in set(OF_OWNERS) - {"/account"}:
        assert resident.get(page.format(**ids)).status_code == 403, page
    for page in set(OF_RESIDENTS) - {"/account"}:
        assert owner.get(page.format(**ids)).status_code == 403, page


def test_what_is_not_there_is_said_in_the_readers_language(world: World) -> None:
    assert "There is nothing here" in text_of(Browser(world).get("/nowhere"))
    assert "这里没有内容" in text_of(Browser(world, language="zh").get("/nowhere"))
    assert Browser(world).get("/me/receipts/not-an-id").status_code == 404


def test_a_wrong_method_is_refused_in_words(phone: Browser) -> None:
    answer = phone.get("/me/codes/block")

    assert answer.status_code == 405
    assert "use the button on the page" in text_of(answer)


def test_a_bug_is_one_page_without_detail(world: World, phone: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    world.app.config["PROPAGATE_EXCEPTIONS"] = False

    @public
    def broken() -> str:
        raise RuntimeError("a secret of the house")

    monkeypatch.setitem(world.app.view_functions, "public.data_protection", broken)

    answer = phone.get("/about/data")

    assert answer.status_code == 500
    assert "Something went wrong here" in text_of(answer)
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_said_to_be_so(
    world: World, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        """Sessions that cannot be opened."""

        def __getattr__(self, name: str) -> object:
            raise DatabaseUnavailableError

    monkeypatch.setitem(world.app.extensions, "sessions", Away())

    for page in ("/", "/me", "/till"):
        answer = phone.get(page)
        assert answer.status_code == 503, page
        assert "Back in a moment" in text_of(answer)
        assert int(answer.headers["Retry-After"]) > 0
    assert "永济市" in phone.get("/about/data").text
