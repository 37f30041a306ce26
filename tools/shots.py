"""`make shots`: a picture of every page with the demo's data, at 360 and 1280 px, Chinese and English, plain and large.

With `--readme` only the README's pictures are taken, into docs/pictures; otherwise all go to shots/, which git ignores.
The demo is built once into shots/instance and used again while it is there.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parents[1]
SHOTS = CHECKOUT / "shots"
PICTURES = CHECKOUT / "docs" / "pictures"
PHONE, DESK = (360, 740), (1280, 900)
# Its helpers look for hosts outside otherwise.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_S_MAX = 30
# The word by which the server tells who a log-in is for, and what we call them here; the more particular word first.
PEOPLE = {
    "finance": "finance",
    "auditor": "auditor",
    "cashier": "till",
    "owner": "owner",
    "resident": "resident",
    "supervisor": "supervisor",
    "dispatcher": "dispatcher",
    "handler": "handler",
    "officer": "officer",
}

# Each person's pages; a pattern in braces is a link to follow from the page before it, a text behind = is searched for
# there, and what a selector behind + names is pressed there, once an amount is typed.
PAGES = {
    "": (
        "/",
        "/merchants",
        "{/at/}",
        "{/at/.*/report/prices}",
        "/at/no-shop",
        "/merchants/apply",
        "/merchants/application",
        "/scoreboard",
        "/responsibilities",
        "/earnings-explained",
        "/reports",
        "{/reports/[0-9]{12}}",
        "/reports/follow",
        "/seals",
        "/seals/check",
        "/log-in",
        "/activate",
        "/about/data",
        "/no-such-page",
    ),
    "resident": (
        "/me",
        "/me/code",
        "/me/statement",
        "/me/statement/paper",
        "{/me/receipts/}",
        "/me/reports",
        "{/me/reports/[0-9a-f]{8}}",
        "/me/notices",
        "/me/reports/new",
        "/me/claims",
        "/merchants",
        "{/at/}",
        "+main form[method=get] button",
        "/me/pin",
        "/account",
    ),
    "till": (
        *("/till", "+[data-ask]", "+[data-cancel]"),
        *("/till/payments", "{/till/payments/[0-9a-f]}", "/till/look-up", "/account"),
    ),
    "owner": (
        *("/till/shop", "/till/shop/naming", "/till/shop/plaque", "/till/payments", "{/till/payments/[0-9a-f]}"),
        *("/till/settlements", "{/till/settlements/[0-9a-f]}", "/till/shop/webhooks", "/till/shop/people"),
        *(
            "/till/held",
            "/till/shifts",
            "{/till/shifts/[0-9a-f]}",
            "/till/days",
            "/till/day-closes",
            "/till/disputes",
            "{/till/disputes/[0-9a-f]}",
        ),
    ),
    "officer": (
        "/office",
        "/office/reports/all",
        "{/office/reports/[0-9a-f]{8}}",
        "/office/reports/new",
        "/office/orders",
        "/office/escalations",
        "/office/residents",
        "=王",
        "{/office/residents/[0-9a-f]{8}}",
        "/office/residents/new",
        "/office/awards",
        "{/office/awards/[0-9a-f]{8}}",
        "/office/awards/new",
        "/office/batches",
        "{/office/batches/[0-9a-f]{8}}",
        "/office/batches/new",
        "/office/corrections",
        "/office/funds",
        "{/office/funds/[a-z]+$}",
        "/office/new-fund",
        "/office/responsibilities",
        "/office/tariffs",
        "/office/caps",
        "/office/payment-limits",
        "/office/suspicion-rules",
        "/office/merchants",
        "{/office/merchants/[a-z]+-}",
        "{/office/merchants/.*/plaque}",
        "/office/applications",
        "{/office/applications/[0-9a-f]{8}}",
        "/office/new-shop",
        "/office/staff",
    ),
    "supervisor": (
        "/office",
        "/office/reports",
        "{/office/reports/[0-9a-f]{8}}",
        "/office/reports?queue=verify",
        "{/office/reports/[0-9a-f]{8}}",
        "/office/reports/overview",
        "/office/digests",
        "{/office/digests/[0-9a-f]{8}}",
        "/office/call-backs",
        "{/office/call-backs/[0-9a-f]{8}}",
        "/office/call-backs/made",
        "{/office/call-backs/[0-9a-f]{8}}",
        "/office/notices",
        "/office/orders",
        "/office/escalations",
    ),
    "dispatcher": ("/office", "/office/reports", "{/office/reports/[0-9a-f]{8}}", "/office/notices"),
    "handler": ("/office", "/office/reports", "{/office/reports/[0-9a-f]{8}}", "/office/digests", "/office/notices"),
    "finance": (
        *("/office/owing-shops", "{/office/merchants/.*/owed}", "/office/funds", "{/office/funds/[a-z]+$}"),
        *("/office/disputes", "{/office/disputes/[0-9a-f]{8}}"),
        *("/office/suspicions", "{/office/suspicions/[0-9a-f]{8}}"),
        *("/office/settlements", "{/office/settlements/[0-9a-f]{8}}", "{/office/merchants/.*/payee}"),
        "/office/bank-statements",
    ),
    "auditor": ("/office/books", "/office/books?asset=CNY", "/office/periods"),
}


def main() -> None:
    """Serve the demo, take the pictures, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="only the README's pictures")
    asked = parser.parse_args()
    with serving() as site, sync_playwright() as playwright:
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        if asked.readme:
            take_readme_pictures(browser, site)
        else:
            take_all(browser, site)


@dataclass(frozen=True)
class Site:
    """Where the demo is served, and each person's log-in name and password, as the server printed them."""

    address: str
    log_ins: dict[str, tuple[str, str]]


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the demo on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {"PORT": str(port), "INSTANCE_DIR": str(SHOTS / "instance"), "DATABASE_URL": ""}
    server = subprocess.Popen(
        [sys.executable, "-m", "web.serve"], cwd=CHECKOUT, env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        log_ins = read_log_ins(server.stdout or ())
        wait_until_it_answers(("127.0.0.1", port))
        # They write the week of each unit.
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"], cwd=CHECKOUT, env=environ, check=True
        )
        yield Site(f"http://127.0.0.1:{port}", log_ins)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def read_log_ins(lines: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the log-ins of the lines a starting server prints, by the English word for who it is."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        if printed := re.fullmatch(r"Log in as (.*): (\S+)  (\S+)\n", line):
            who = next((word for word in PEOPLE if word in printed[1] and PEOPLE[word] not in found), None)
            if who is not None:
                found[PEOPLE[who]] = (printed[2], printed[3])
        if len(found) == len(PEOPLE):
            break
    return found


def wait_until_it_answers(address: tuple[str, int]) -> None:
    """Wait for the server."""
    deadline = time.monotonic() + START_S_MAX
    while True:
        try:
            socket.create_connection(address).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def take_all(browser: Browser, site: Site) -> None:
    """Take every page for every person, in every look."""
    for person, paths in PAGES.items():
        for language in ("zh", "en"):
            for looks in ("plain", "large"):
                for size in (PHONE, DESK):
                    with visiting(browser, site, person, language=language, looks=looks, size=size) as page:
                        take(page, site.address, paths, SHOTS / f"{person or 'anybody'}-{size[0]}-{language}-{looks}")


def take(page: Page, address: str, paths: tuple[str, ...], stem: Path) -> None:
    """Take one person's pages, numbered in their order."""
    for number, path in enumerate(paths, 1):
        if path.startswith("{"):
            link = follow(page, path[1:-1])
            if link is None:
                continue
            path = link  # noqa: PLW2901 - a pattern stands for the link it finds
        if path.startswith("="):
            page.fill("[name=q]", path[1:])
            page.press("[name=q]", "Enter")
            page.wait_for_load_state("networkidle")
            page.wait_for_selector("#found .items")
        elif path.startswith("+"):
            press(page, path[1:])
            path = page.url.removeprefix(address)  # noqa: PLW2901 - named by where it leads
        else:
            page.goto(address + path, wait_until="networkidle")
        name = re.sub(r"[0-9a-f-]{36}", "one", path.split("?")[0].strip("/").replace("/", "_")) or "front"
        page.screenshot(path=stem.with_name(f"{stem.name}-{number:02}-{name}.png"), full_page=True)


def press(page: Page, selector: str) -> None:
    """Type an amount where one is asked for, press a button, and wait for what comes of it."""
    for field in page.query_selector_all("main [name=amount]:not([type=hidden])"):
        field.fill("12.50")
    page.click(selector)
    page.wait_for_load_state("networkidle")
    # A page that looks again and again is never idle for long.
    page.wait_for_timeout(500)


def follow(page: Page, pattern: str) -> str | None:
    """Return the first link of the page whose path fits, None if there is none."""
    links = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
    return next((link for link in links if re.match(pattern, link)), None)


@contextmanager
def visiting(
    browser: Browser, site: Site, person: str, *, language: str, looks: str, size: tuple[int, int]
) -> Iterator[Page]:
    """Open a page as somebody, logged in, in a language and a look."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN" if language == "zh" else "en-GB"
    )
    try:
        context.add_cookies(
            [
                {"name": "language", "value": language, "url": site.address},
                {"name": "type_size", "value": "large" if looks == "large" else "normal", "url": site.address},
            ]
        )
        yield log_in(context, site, person)
    finally:
        context.close()


def log_in(context: BrowserContext, site: Site, person: str) -> Page:
    """Log a demo person in and return the page they come to."""
    page = context.new_page()
    if person:
        login_name, password = site.log_ins[person]
        page.goto(f"{site.address}/log-in")
        page.fill("[name=login_name]", login_name)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/log-in" not in url)
    return page


def take_readme_pictures(browser: Browser, site: Site) -> None:
    """Take the pictures the README shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for person, path, name, size in (
        ("resident", "/me", "resident", PHONE),
        ("resident", "/me/code", "code", PHONE),
        ("till", "/till", "till", PHONE),
        ("officer", "/office", "office", DESK),
    ):
        with visiting(browser, site, person, language="zh", looks="plain", size=size) as page:
            page.goto(site.address + path, wait_until="networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
