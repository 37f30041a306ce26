"""A report as somebody sends it in on the street: on a phone of 360 px, with the position or without it."""

import re

import pytest
from playwright.sync_api import FilePayload, Geolocation, Locator, Page, expect

from reports import ReportStatus
from tests.photos.uploads import encoded, quarters
from tests.web.browser.visitors import Visitors
from tests.web.pages.browser import activate_somebody
from tests.web.reporting import Desk, publish_packaged
from tests.web.world import Somebody, World

pytestmark = pytest.mark.browser

HERE = Geolocation(latitude=34.8671234, longitude=110.4480178)


@pytest.fixture
def phone(world: World, visitors: Visitors, payer: Somebody) -> Page:
    """Return the phone of a resident who begins a report."""
    publish_packaged(world)
    page = visitors.page(payer.number)
    page.get_by_role("link", name="Report something").click()
    expect(page.get_by_role("heading", name="Report something")).to_be_visible()
    return page


def choose_the_lamp(phone: Page) -> None:
    """Say that it is about a street lamp."""
    phone.locator("summary", has_text="Lighting and power").click()
    phone.get_by_text("Street lamp does not light").click()


def stands_aside(part: Locator) -> bool:
    """Say whether a part is out of sight, though keys still reach it."""
    return bool(part.evaluate("part => part.closest('.kind-group').getBoundingClientRect().height <= 1"))


def send(phone: Page) -> None:
    """Write two words, send the report in, and see that it is there."""
    phone.get_by_label("In your own words").fill("河东街第三盏路灯不亮")
    phone.get_by_role("button", name="Send the report").click()
    expect(phone).to_have_url(re.compile("/me/reports/[0-9a-f-]{36}$"))
    expect(phone.get_by_text(re.compile(r"Its number is \d{12}\."))).to_be_visible()
    expect(phone.get_by_role("heading", name="Street lamp does not light")).to_be_visible()


def positions(world: World) -> list[tuple[float | None, float | None]]:
    """Return where the reports are that came."""
    listed = world.get("/reports", world.administrator).get_json()["items"]
    return [(each["lat"], each["long"]) for each in listed]


def test_a_report_with_the_position_is_sent_in_from_the_street(world: World, phone: Page) -> None:
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation(HERE)

    choose_the_lamp(phone)
    # What was chosen stays, with who answers for it; the others step aside.
    chosen = phone.locator(".kind:has(:checked)")
    expect(chosen).to_contain_text("永济市住房和城乡建设管理局 done within 5 working days")
    assert stands_aside(phone.locator("summary", has_text="Roads and bridges"))
    expect(phone.get_by_text("1. What is it about?")).to_be_in_viewport()
    phone.get_by_role("button", name="Use my position").click()
    expect(phone.get_by_text("Your position goes along with the report.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    send(phone)

    expect(phone.get_by_text("34.86712, 110.44802")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert positions(world) == [(34.86712, 110.44802)]


def test_whoever_thinks_again_chooses_something_else_and_leaves_the_position_out(world: World, phone: Page) -> None:
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation(HERE)
    phone.locator("summary", has_text="Roads and bridges").click()
    phone.get_by_text("Broken pavement").click()

    phone.get_by_text("Choose something else").click()
    assert not stands_aside(phone.locator("summary", has_text="Roads and bridges"))
    choose_the_lamp(phone)
    phone.get_by_role("button", name="Use my position").click()
    phone.get_by_role("button", name="Leave it out").click()
    expect(phone.get_by_role("button", name="Use my position")).to_be_focused()
    send(phone)

    assert positions(world) == [(None, None)]


def test_a_phone_that_keeps_its_position_to_itself_reports_all_the_same(world: World, phone: Page) -> None:
    phone.context.clear_permissions()
    choose_the_lamp(phone)

    phone.get_by_role("button", name="Use my position").click()

    expect(phone.get_by_text("Your browser does not give the position away.")).to_be_visible()
    send(phone)
    assert positions(world) == [(None, None)]


def test_without_scripts_a_report_is_a_plain_form(world: World, visitors: Visitors, phone: Page) -> None:
    plain = visitors.without_scripts(phone)
    plain.set_viewport_size({"width": 360, "height": 760})
    plain.goto("/me/reports/new")
    expect(plain.get_by_role("button", name="Use my position")).to_be_hidden()

    choose_the_lamp(plain)
    assert stands_aside(plain.locator("summary", has_text="Roads and bridges"))
    send(plain)

    assert positions(world) == [(None, None)]


def test_by_key_every_kind_of_a_group_can_be_reached(phone: Page) -> None:
    group = phone.locator("summary", has_text="Lighting and power")
    group.focus()
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    for _kind in range(3):
        phone.keyboard.press("ArrowDown")

    expect(phone.get_by_label("Hanging or tangled cables")).to_be_checked()
    other = phone.locator("summary", has_text="Roads and bridges")
    assert not stands_aside(other)
    # Whoever has gone on sees only what they chose.
    phone.get_by_label("In your own words").focus()
    assert stands_aside(other)
    assert not stands_aside(phone.get_by_label("Hanging or tangled cables"))


def test_a_report_that_lacks_something_comes_back_with_what_was_chosen(world: World, phone: Page) -> None:
    phone.get_by_label("In your own words").fill("路灯不亮")
    phone.get_by_role("button", name="Send the report").click()

    expect(phone.get_by_text("Choose what it is about.")).to_be_in_viewport()
    choose_the_lamp(phone)
    send(phone)

    assert len(positions(world)) == 1


def test_a_report_with_photos_from_a_phone(phone: Page) -> None:
    choose_the_lamp(phone)
    files: list[FilePayload] = [
        {"name": f"IMG_{width}.jpg", "mimeType": "image/jpeg", "buffer": encoded(quarters(width, 480), "JPEG")}
        for width in (640, 720)
    ]
    phone.get_by_label("Photos").set_input_files(files)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    send(phone)

    photos = phone.get_by_alt_text(re.compile("what was seen"))
    expect(photos).to_have_count(2)
    loaded = "photo => photo.decode().then(() => photo.naturalWidth)"
    widths = set()
    for photo in photos.all():
        photo.scroll_into_view_if_needed()
        widths.add(photo.evaluate(loaded))
    assert widths == {640, 720}
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_a_closed_report_is_rated_by_a_thumb(world: World, visitors: Visitors) -> None:
    desk = Desk(world)
    report_id = desk.brought_to(ReportStatus.CLOSED)
    activate_somebody(world, login_name=desk.reporter.number, resident_id=desk.reporter.id)
    phone = visitors.page(desk.reporter.number)
    phone.get_by_role("link", name=re.compile("Notices")).click()
    phone.get_by_role("button", name=re.compile("was closed")).click()
    expect(phone).to_have_url(re.compile(f"/me/reports/{report_id}$"))

    # Nothing is sent without stars, and every line of them is large enough for a thumb.
    phone.get_by_role("button", name="Send my rating").click()
    expect(phone.get_by_role("button", name="Send my rating")).to_be_visible()
    heights = phone.locator(".rate .choice").evaluate_all("lines => lines.map(line => line.offsetHeight)")
    assert [height >= 44 for height in heights] == [True] * 5
    phone.locator(".rate .choice", has_text="very satisfied").click()
    phone.get_by_label("A sentence about it").fill("很快")
    phone.get_by_role("button", name="Send my rating").dblclick()

    expect(phone.get_by_text("Thank you. Your rating is taken down.")).to_be_visible()
    expect(phone.get_by_text("5 stars of 5")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_without_a_name_the_code_is_there_to_copy_and_follows_the_report(phone: Page) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose_the_lamp(phone)
    phone.get_by_label("In your own words").fill("路灯不亮")
    phone.get_by_text("Without a name").click()
    phone.get_by_role("button", name="Send the report").click()

    phone.get_by_role("button", name="Copy the code").click()
    expect(phone.get_by_role("button", name="Copied")).to_be_visible()
    code = phone.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch("[0-9A-Z]{5}(-[0-9A-Z]{5}){4}", code)
    assert code not in phone.url
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    phone.goto("/reports/follow")
    phone.get_by_label("Code of the report").fill(code)
    phone.get_by_role("button", name="Show the report").click()
    expect(phone.get_by_text("路灯不亮")).to_be_visible()
    assert phone.url.endswith("/reports/follow")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
