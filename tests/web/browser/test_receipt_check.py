"""Checking a receipt as people do: downloaded beside an entry, chosen as a file, with scripts and without."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.visitors import Visitors
from tests.web.world import Somebody, World
from web.sealing import seal_everything

pytestmark = pytest.mark.browser


def check(page: Page, *, receipt: Path, head: Path | None = None) -> None:
    """Choose the files on the page, and send them."""
    page.goto("/seals")
    page.get_by_role("link", name="Check a receipt").click()
    page.get_by_label("The receipt", exact=True).set_input_files(receipt)
    if head is not None:
        page.get_by_label("A head you kept").set_input_files(head)
    page.get_by_role("button", name="Check").click()


def downloaded(page: Page, link: str, path: Path) -> Path:
    """Click a link that leads to a file, and keep the file."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).first.click()
    download.value.save_as(path)
    return path


def test_a_receipt_and_a_head_are_downloaded_and_checked(
    world: World, visitors: Visitors, payer: Somebody, tmp_path: Path
) -> None:
    with world.app.app_context():
        seal_everything(world.clock.at)
    page = visitors.page(payer.number)
    page.goto("/me/statement")
    page.locator("details.item summary").first.click()
    receipt = downloaded(page, "Download the proof", tmp_path / "receipt.json")
    page.goto("/seals")
    head = downloaded(page, "Download this head", tmp_path / "head.json")

    for browser in (page, visitors.without_scripts(page)):
        check(browser, receipt=receipt, head=head)
        expect(browser.get_by_text("Genuine: this entry stands in our books")).to_be_visible()
        expect(browser.get_by_text("The head you kept is ours")).to_be_visible()
        expect(browser.get_by_text("50.00 credits")).to_be_visible()

    document = json.loads(receipt.read_text(encoding="utf-8"))
    document["entry"]["postings"][0]["amount"] += 1
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    check(page, receipt=changed)
    expect(page.get_by_text("Changed: the proof does not fit")).to_be_visible()

    page.get_by_role("link", name="Check another one").click()
    page.get_by_text("Paste the text instead").first.click()
    page.get_by_label("What is in the file of the receipt").fill("{")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("it cannot be read as JSON")).to_be_visible()
    expect(page.get_by_label("What is in the file of the receipt")).to_have_value("{")
