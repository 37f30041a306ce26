"""Fixtures for tests in headless Chromium: the application served on a free port, and browsers of its people."""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

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


# The first is Chromium without its windows, which takes half of the processor's time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")


class _Quiet(WSGIRequestHandler):
    """Answers without a line for each request, several on one connection as gunicorn does."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_facts: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where Chromium is; tests that need it are skipped where it is not, which in CI fails the run."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
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


# What was answered about a file of ours: its status, its headers and its body.
_FILES_TOLD: dict[str, tuple[str, list[tuple[str, str]], list[bytes]]] = {}


def _served(app: "WSGIApplication") -> "WSGIApplication":
    """Return the application as the tests serve it.

    Bodies are read and closed before a byte is sent: the server of the tests leaves a body open, a file among them,
    where the visitor's line broke before its end; gunicorn closes it. Of our own scripts and styles the first answer
    is told again: every test begins without any in its browser, and asks for some eighty.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_file = path.startswith("/static/") and not {"HTTP_IF_NONE_MATCH", "HTTP_RANGE"} & environ.keys()
        if is_file and path in _FILES_TOLD:
            status, headers, whole = _FILES_TOLD[path]
            start_response(status, headers)
            return whole
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> "Callable[[bytes], object]":
            begun.append((status, headers))
            return start_response(status, headers, *error)

        body = app(environ, start)
        try:
            whole = list(body)
        finally:
            if isinstance(body, ClosingIterator | FileWrapper):
                body.close()
        if is_file and begun[-1][0].startswith("200"):
            _FILES_TOLD[path] = (*begun[-1], whole)
        return whole

    return answer


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """Return where the application is served."""
    server = make_server("127.0.0.1", 0, _served(world.app), threaded=True, request_handler=_Quiet)
    # It looks this often, in seconds, whether it is to end; half a second, its own, is a tenth of what a test takes.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
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
