"""A report with a photo becomes public: boxes are drawn at a desk, and what is left is read on a phone."""

from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

import people
import reports
from people import Grant, Principal, Role
from photos import FolderStore, clean_photo
from responsibilities import Severity
from tests.photos.uploads import encoded, quarters
from tests.web.browser.visitors import Visitors
from tests.web.pages.browser import activate_somebody
from tests.web.reporting import CATEGORY, publish_packaged
from tests.web.world import VILLAGE, Somebody, World

pytestmark = pytest.mark.browser

SUPERVISOR = Principal(actor=f"person:{uuid4().hex}", grants=(Grant(Role.SUPERVISOR, ""),), name="a")
PAINTED = 40


@pytest.fixture
def report_id(world: World, payer: Somebody) -> UUID:
    """Return a report of the payer with a photo, that somebody accepted."""
    publish_packaged(world)
    by = Principal(f"resident:{payer.id.hex}", (Grant(Role.RESIDENT),), "a", resident_id=payer.id)
    store = FolderStore(world.app.extensions["settings"].instance_dir / "photos")
    photo = clean_photo(encoded(quarters(640, 480), "PNG"))

    def make(session: Session) -> UUID:
        made = reports.submit(
            session,
            category_code=CATEGORY,
            description="张三家门口，13800001234",
            unit_code=VILLAGE,
            by=by,
            resident_id=payer.id,
            now=world.clock.at,
        )
        reports.add_photos(session, store, report_id=made.id, pictures=[photo], by=by, now=world.clock.at)
        reports.accept(session, report_id=made.id, severity=Severity.NORMAL, by=SUPERVISOR, now=world.clock.at)
        return made.id

    return world.done(make)


@pytest.fixture
def desk(world: World, visitors: Visitors) -> Page:
    """Return the screen of a supervisor, 1280 px wide, where what is to be published is listed."""
    person = world.done(
        lambda session: people.appoint(session, handle="duban", name="杜督办", role=Role.SUPERVISOR, now=world.clock.at)
    )
    activate_somebody(world, login_name=person.handle, person_id=person.id)
    page = visitors.page(person.handle)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="Reports to publish: 1").click()
    expect(page.get_by_role("heading", name="To publish")).to_be_visible()
    return page


def draw(page: Page, over: Locator, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse over a picture, from one place to another, each in parts of its sides."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + begin[0] * box["width"], box["y"] + begin[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()


def shown_on_a_phone(visitors: Visitors, page: Page, number: str) -> Image.Image:
    """Look at a report as anybody does, on 360 px and without scripts, and return the picture that is shown."""
    phone = visitors.without_scripts(page)
    phone.context.clear_cookies()
    phone.context.add_cookies([{"name": "language", "value": "en", "url": visitors.address}])
    phone.set_viewport_size({"width": 360, "height": 760})
    phone.goto("/reports")
    phone.locator(f'a[href="/reports/{number}"]').click()
    expect(phone.get_by_text("井盖没了")).to_be_visible()
    expect(phone.get_by_text("13800001234")).to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    photo = phone.locator(".photos img")
    expect(photo).to_be_visible()
    answer = phone.request.get(photo.get_attribute("src") or "")
    assert answer.headers["content-type"] == "image/jpeg"
    return Image.open(BytesIO(answer.body())).convert("RGB")


def brightness(picture: Image.Image, across: float, down: float) -> int:
    """Return the brightest colour of a pixel, at a place in parts of the sides."""
    pixel = picture.getpixel((int(across * picture.width), int(down * picture.height)))
    assert isinstance(pixel, tuple)
    return int(max(pixel))


def test_boxes_are_drawn_at_a_desk_and_what_is_left_is_read_on_a_phone(
    world: World, visitors: Visitors, report_id: UUID, desk: Page
) -> None:
    number = world.seen(lambda session: reports.numbers_of(session, [report_id]))[report_id]
    desk.locator(".slim a").first.click()
    expect(desk.get_by_text("张三家门口").first).to_be_visible()
    desk.get_by_label("For everybody").first.fill("井盖没了")
    desk.get_by_label("Show it, with what is covered").check()
    canvas = desk.locator("[data-canvas]")
    draw(desk, canvas, (0.1, 0.1), (0.3, 0.3))
    draw(desk, canvas, (0.6, 0.6), (0.8, 0.8))
    draw(desk, canvas, (0.1, 0.6), (0.3, 0.8))
    rects = canvas.locator("rect")
    expect(rects).to_have_count(3)
    desk.get_by_role("button", name="Remove the last box").click()
    expect(rects).to_have_count(2)
    # A touch on a box takes it away; one is drawn anew.
    draw(desk, canvas, (0.7, 0.7), (0.7, 0.7))
    expect(rects).to_have_count(1)
    draw(desk, canvas, (0.6, 0.6), (0.8, 0.8))
    desk.get_by_role("button", name="See it as the public will").click()
    expect(desk.get_by_text("Nothing is published yet")).to_be_visible()
    expect(desk.locator(".photo-preview rect")).to_have_count(2)
    desk.get_by_role("button", name="Publish it").click()
    expect(desk.get_by_text("Everybody can see it now")).to_be_visible()

    picture = shown_on_a_phone(visitors, desk, number)
    assert [brightness(picture, *at) < PAINTED for at in ((0.2, 0.2), (0.7, 0.7))] == [True, True]
    assert [brightness(picture, *at) < PAINTED for at in ((0.2, 0.7), (0.45, 0.45))] == [False, False]


def test_without_scripts_cells_are_ticked(world: World, visitors: Visitors, report_id: UUID, desk: Page) -> None:
    number = world.seen(lambda session: reports.numbers_of(session, [report_id]))[report_id]
    plain = visitors.without_scripts(desk)
    plain.set_viewport_size({"width": 1280, "height": 900})
    plain.goto(f"/office/reports/{report_id}/publication")
    plain.get_by_label("For everybody").first.fill("井盖没了")
    plain.get_by_label("Show it, with what is covered").check()
    cell = plain.get_by_label("Cover row 3, column 4", exact=True)
    size = cell.bounding_box()
    assert size is not None
    assert min(size["width"], size["height"]) >= 40
    cell.check()
    plain.get_by_role("button", name="See it as the public will").click()
    plain.get_by_role("button", name="Publish it").click()
    expect(plain.get_by_text("Everybody can see it now")).to_be_visible()

    picture = shown_on_a_phone(visitors, desk, number)
    assert brightness(picture, 3.5 / 16, 2.5 / 12) < PAINTED
    assert brightness(picture, 6.5 / 16, 2.5 / 12) > PAINTED
