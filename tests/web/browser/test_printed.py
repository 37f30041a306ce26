"""What is printed fits A4 and is read by two programs after a round trip through a PDF, at 150 dots an inch."""

import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy.orm import Session

import people
from cards import list_sheets as sheets_of
from cards import live_card, slips_of
from payments import code_of
from people import Role
from tests.web.browser.visitors import Visitors
from tests.web.pages.browser import activate_somebody
from tests.web.world import Somebody, World
from web.secret_keys import payment_code_secret

A4_AT_150_DPI = (1240, 1754)
DPI = 150
# As paper and scanners have it: edges between dots are grey.
SMOOTH = ("-dTextAlphaBits=4", "-dGraphicsAlphaBits=4")


@pytest.fixture
def officer(world: World) -> str:
    """Return the login name of an administrator."""
    person = world.done(
        lambda session: people.appoint(
            session, handle="li.guan", name="李桂兰", role=Role.ADMINISTRATOR, now=world.clock.at
        )
    )
    activate_somebody(world, login_name=person.handle, person_id=person.id)
    return person.handle


def program(name: str) -> str:
    """Return where a program from outside is; tests that need it are skipped where it is not, which in CI fails."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")  # `make test` needs only Python and make; in CI a skip fails the run
    return found


def pages_of(page: Page, folder: Path) -> list[Path]:
    """Print a page into a PDF as people do, and return its pages as pictures."""
    page.pdf(path=folder / "printed.pdf", prefer_css_page_size=True)
    options = ("-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pnggray", f"-r{DPI}", *SMOOTH)
    subprocess.run(
        [program("gs"), *options, f"-sOutputFile={folder / 'page-%d.png'}", folder / "printed.pdf"],
        check=True,
        timeout=120,
    )
    return sorted(folder.glob("page-*.png"))


def read(picture: Path) -> tuple[set[str], set[str]]:
    """Return what zxing-cpp and zbar read of a picture."""
    with Image.open(picture) as image:
        by_zxing = {found.text for found in zxingcpp.read_barcodes(image)}
    told = subprocess.run(
        [program("zbarimg"), "--quiet", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", picture],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return by_zxing, set(told.stdout.split())


def size_of(picture: Path) -> tuple[int, int]:
    """Return how many dots wide and high a picture is."""
    with Image.open(picture) as image:
        return image.size


def code_of_card(world: World, owner: Somebody) -> str:
    """Return what stands on a resident's card."""

    def look(session: Session) -> str:
        card = live_card(session, resident_id=owner.id)
        assert card is not None
        return code_of(card.payment_code_id, payment_code_secret())

    return world.seen(look)


def codes_of_sheet(world: World, owner: Somebody) -> set[str]:
    """Return what stands on a resident's latest sheet."""

    def look(session: Session) -> set[str]:
        sheet = sheets_of(session, resident_id=owner.id)[0]
        slips = slips_of(session, [sheet.id])[sheet.id]
        return {code_of(slip.payment_code_id, payment_code_secret()) for slip in slips}

    return world.seen(look)


def test_a_card_fits_one_page_and_is_read_by_both(
    world: World, visitors: Visitors, officer: str, payer: Somebody, tmp_path: Path
) -> None:
    page = visitors.page(officer)
    page.goto(f"/office/residents/{payer.id}/on-paper")
    page.get_by_role("button", name="Issue and print").click()
    page.get_by_role("button", name="Print", exact=True).wait_for()

    [printed] = pages_of(page, tmp_path)

    assert all(abs(dots - wanted) <= 2 for dots, wanted in zip(size_of(printed), A4_AT_150_DPI, strict=True))
    code = code_of_card(world, payer)
    assert read(printed) == ({code}, {code})


def test_a_full_sheet_fits_one_page_and_each_of_its_codes_is_read_by_both(
    world: World, visitors: Visitors, officer: str, payer: Somebody, tmp_path: Path
) -> None:
    page = visitors.page(officer)
    page.goto(f"/office/residents/{payer.id}/on-paper")
    page.get_by_label("How many codes").fill("24")
    page.get_by_label("Worth of each").fill("2")
    page.get_by_role("button", name="Set aside and print").click()
    page.get_by_role("button", name="Print", exact=True).wait_for()

    [printed] = pages_of(page, tmp_path)

    assert all(abs(dots - wanted) <= 2 for dots, wanted in zip(size_of(printed), A4_AT_150_DPI, strict=True))
    codes = codes_of_sheet(world, payer)
    assert len(codes) == 24
    assert read(printed) == (codes, codes)
