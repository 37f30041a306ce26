"""Fixtures for tests in headless Chromium: the application served on a free port, and browsers of its people."""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator, FileWrapper

import people
from people import Role
from tests.web.browser.visitors import ENOUGH_MS, Visitors, launched
from tests.web.pages.browser import activate_somebody
from tests.web.world import Somebody, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class _Quiet(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log_request(self, *_facts: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where Chromium is; tests that need it are skipped where it is not, which in CI fails the run."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("Chromium is not installed")  # `make test` needs only Python and make; in CI a skip fails the run
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return what drives browsers; pages have time enough, because the machine may have much else to do."""
    expect.set_options(timeout=ENOUGH_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Return a browser on a device without a camera."""
    browser = launched(playwright, chromium)
    yield browser
    browser.close()


@pytest.fixture
def database(sqlite_database: str) -> str:
    """Return the URL of the served database; what a browser shows is of one kind alone."""
    return sqlite_database


@pytest.fixture
def payer(world: World) -> Somebody:
    """Return a resident with 50.00 credits, who can log in."""
    world.fund()
    made = world.resident(5_000)
    activate_somebody(world, login_name=made.number, resident_id=made.id)
    return made


@pytest.fixture
def left(world: World, payer: Somebody) -> Callable[[], int]:
    """Return what asks how much the resident can still spend."""
    return lambda: world.available(payer)


@pytest.fixture
def cashier(world: World) -> str:
    """Return the login name of a cashier of a named shop."""
    shop = world.shop()
    person = world.done(
        lambda session: people.appoint(
            session, handle="till.one", name="李桂兰", role=Role.TILL, merchant_id=shop.id, now=world.clock.at
        )
    )
    activate_somebody(world, login_name=person.handle, person_id=person.id)
    return person.handle


def _in_one_piece(app: "WSGIApplication") -> "WSGIApplication":
    """Return the application, its bodies read and closed before a byte is sent.

    The server of the tests leaves a body open, a file among them, where the visitor's line broke before its end;
    gunicorn closes it.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = app(environ, start_response)
        try:
            return list(body)
        finally:
            if isinstance(body, ClosingIterator | FileWrapper):
                body.close()

    return answer


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """Return where the application is served."""
    server = make_server("127.0.0.1", 0, _in_one_piece(world.app), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visitors(playwright: Playwright, chromium: str, browser: Browser, world: World, address: str) -> Iterator[Visitors]:
    """Return what opens browsers of people of the community."""
    with Visitors(playwright, chromium, browser, world, address) as opened:
        yield opened


@pytest.fixture
def till(visitors: Visitors, cashier: str) -> Page:
    """Return the till's page, on a device without a camera."""
    page = visitors.page(cashier)
    expect(page.locator("[data-camera-say]")).to_contain_text("No camera was found")
    return page
