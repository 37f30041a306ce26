"""Real browsers of people."""

from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.web.pages.browser import PASSWORD, logged_in
from tests.web.world import World

# The tests run as root in containers without a graphics card, and nothing here may reach for other hosts.
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
ENOUGH_MS = 30_000


def launched(playwright: Playwright, chromium: str, *arguments: str) -> Browser:
    """Start a browser without a window."""
    return playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS, *arguments])


class Visitors:
    """Opens browsers and closes them at the end; a fault in a page's scripts fails the test."""

    def __init__(self, playwright: Playwright, chromium: str, browser: Browser, world: World, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self._world = world
        self._playwright = playwright
        self._chromium = chromium
        # Contexts of one browser know nothing of each other; only the camera is the whole browser's.
        self._browser = browser
        self._opened: list[BrowserContext | Browser] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in reversed(self._opened):
            each.close()
        if kind is None:
            assert self.faults == []

    def page(self, login_name: str, *, camera: Path | None = None) -> Page:
        """Return the page that somebody sees first who has logged in; `camera` is the film its camera sees.

        They logged in without a browser, which is quicker than by the page; `log_in` uses the page.
        """
        browser = self._browser
        if camera is not None:
            browser = launched(
                self._playwright,
                self._chromium,
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={camera}",
            )
            self._opened.append(browser)
        page = self._fresh_page(browser)
        client = logged_in(self._world, login_name).client
        cookie = client.get_cookie("session")
        assert cookie is not None
        page.context.add_cookies([{"name": "session", "value": cookie.value, "url": self.address}])
        # Who has logged in is led on from here to their own first page.
        page.goto("/log-in")
        return page

    def stranger(self) -> Page:
        """Return a page of somebody who has not logged in."""
        return self._fresh_page(self._browser)

    def _fresh_page(self, browser: Browser) -> Page:
        # Requests that a service worker makes could not be cut off as a bad network does.
        context = browser.new_context(
            base_url=self.address, locale="en-GB", viewport={"width": 360, "height": 760}, service_workers="block"
        )
        self._opened.append(context)
        context.set_default_timeout(ENOUGH_MS)
        context.add_cookies([{"name": "language", "value": "en", "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def log_in(self, page: Page, login_name: str) -> None:
        """Fill in the log-in that a page shows, and go on."""
        page.get_by_label("Your number or name").fill(login_name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda url: "/log-in" not in url)

    def without_scripts(self, page: Page) -> Page:
        """Return a page for the same person in a browser that runs no scripts."""
        context = self._browser.new_context(
            base_url=self.address, java_script_enabled=False, storage_state=page.context.storage_state()
        )
        self._opened.append(context)
        context.set_default_timeout(ENOUGH_MS)
        return context.new_page()
