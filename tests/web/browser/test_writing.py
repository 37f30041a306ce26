"""Writing a report on a phone of 360 px: what is there already, the map, and a draft that outlives the network."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

import people
import reports
import responsibilities
from people import Grant, Principal, Role
from reports import JoinState
from tests.photos.uploads import encoded, quarters
from tests.web.browser.test_reporting import choose_the_lamp, send
from tests.web.browser.visitors import Visitors
from tests.web.pages.browser import activate_somebody
from tests.web.reporting import publish_packaged
from tests.web.world import VILLAGE, Somebody, World

pytestmark = pytest.mark.browser

PICTURE: FilePayload = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": encoded(quarters(320), "JPEG")}

# Makes what the phone keeps eight days older.
EIGHT_DAYS_PASS = """() => new Promise((done) => {
  const asked = indexedDB.open("reports-not-sent");
  asked.onsuccess = () => {
    const shelf = asked.result.transaction("drafts", "readwrite").objectStore("drafts");
    const all = shelf.getAll();
    all.onsuccess = () => all.result.forEach((each) => shelf.put({ ...each, savedAt: each.savedAt - 8 * 86400000 }));
    shelf.transaction.oncomplete = () => {
      asked.result.close();
      done();
    };
  };
})"""


@pytest.fixture
def phone(world: World, visitors: Visitors, payer: Somebody) -> Page:
    """Return the phone of a resident who begins a report."""
    publish_packaged(world)
    page = visitors.page(payer.number)
    page.goto("/me/reports/new")
    return page


def lamp_reported(world: World) -> UUID:
    """Return the id of a report of a lamp by somebody else."""
    other = world.resident()
    category = next(
        each.code for each in world.seen(responsibilities.categories) if each.name_en == "Street lamp does not light"
    )
    by = Principal(f"resident:{other.id.hex}", (Grant(Role.RESIDENT),), "x", resident_id=other.id)
    return world.done(
        lambda session: (
            reports.submit(
                session,
                category_code=category,
                description="路灯坏了",
                unit_code=VILLAGE,
                latitude=34.8671,
                longitude=110.4482,
                by=by,
                resident_id=other.id,
                now=world.clock.at,
            ).id
        )
    )


def sent_in(world: World) -> list[dict[str, object]]:
    """Return the reports that came, the newest first."""
    return list(world.get("/reports", world.administrator).get_json()["items"])


def lose_the_answer(route: Route) -> None:
    """Let a request arrive, and its answer be lost on the way."""
    route.fetch(max_redirects=0)
    route.abort()


def width(page: Page) -> int:
    """Return how wide a page is, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_what_is_there_already_is_joined_in_two_taps_with_words_and_photos(world: World, phone: Page) -> None:
    there = lamp_reported(world)
    phone.get_by_label("In your own words").fill("第三盏也不亮")
    phone.get_by_label("Photos").set_input_files([PICTURE])
    choose_the_lamp(phone)

    expect(phone.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    assert width(phone) == 360
    phone.get_by_role("button", name="It's this one").click()
    expect(phone.get_by_label("What you add")).to_have_value("第三盏也不亮")
    expect(phone.get_by_text("1 photo is kept with the form.")).to_be_visible()
    assert width(phone) == 360
    phone.get_by_role("button", name="Join it").click()

    expect(phone.get_by_text("You follow this report now.")).to_be_visible()
    [joined] = world.seen(lambda session: reports.joins_of(session, there))
    assert (joined.evidence, joined.state) == ("第三盏也不亮", JoinState.ASKED)
    assert len(sent_in(world)) == 1
    # The phone keeps nothing of what is done.
    phone.goto("/me/reports/new")
    expect(phone.get_by_label("In your own words")).to_have_value("")
    # It says now that they follow it, and stands in nobody's way.
    choose_the_lamp(phone)
    expect(phone.get_by_text("you follow it")).to_be_visible()
    send(phone)
    assert len(sent_in(world)) == 2


def test_without_tiles_the_pin_is_set_by_a_tap_and_moved_by_keys_and_nobody_outside_is_asked(
    world: World, phone: Page, visitors: Visitors
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.reload()
    frame = phone.get_by_role("application", name="Map: where it is")
    frame.scroll_into_view_if_needed()
    expect(frame.locator(".map-pin.mine")).to_have_count(0)
    expect(frame.locator(".leaflet-control-scale-line")).to_contain_text("km")
    assert width(phone) == 360

    frame.click(position={"x": 200, "y": 120})
    numbers = phone.locator("[data-position-numbers]")
    expect(numbers).to_have_text(re.compile(r"^34\.\d{5}, 110\.\d{5}$"))
    expect(phone.get_by_text("The pin's place goes along with the report.")).to_be_visible()
    tapped = numbers.inner_text()
    # The middle of the map is 34.867, 110.448; the tap was right of it and above.
    north, east = map(float, tapped.split(", "))
    assert (north > 34.867, east > 110.448) == (True, True)
    for key in ("ArrowDown", "ArrowLeft"):
        frame.press(key)
    expect(numbers).not_to_have_text(tapped)
    moved = [float(each) for each in numbers.inner_text().split(", ")]
    assert (moved[0] < north, moved[1] < east) == (True, True)
    box = frame.get_by_role("button", name="Nearer").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    choose_the_lamp(phone)
    send(phone)

    [made] = sent_in(world)
    assert [made["lat"], made["long"]] == moved
    assert {url.startswith((visitors.address, "data:", "blob:")) for url in asked} == {True}


def test_a_supervisor_goes_from_a_pin_on_the_map_to_its_report_by_key(world: World, visitors: Visitors) -> None:
    publish_packaged(world)
    there = lamp_reported(world)
    person = world.done(
        lambda session: people.appoint(
            session, handle="supervisor", name="杜督办", role=Role.SUPERVISOR, now=world.clock.at
        )
    )
    activate_somebody(world, login_name=person.handle, person_id=person.id)
    desk = visitors.page(person.handle)
    desk.goto("/office/reports")
    # On a phone the list comes first, and the map is folded.
    desk.get_by_text("On the map").click()
    expect(desk.get_by_text("1 of 1 report listed here has a position.")).to_be_visible()
    assert width(desk) == 360

    desk.get_by_role("button", name=re.compile(r"Street lamp does not light · \d{12}")).press("Enter")

    expect(desk).to_have_url(re.compile(f"/office/reports/{there}$"))
    expect(desk.locator("[data-map=one] .map-pin")).to_be_visible()
    assert width(desk) == 360


def test_a_draft_outlives_the_network_and_the_page_and_is_sent_once(world: World, phone: Page) -> None:
    choose_the_lamp(phone)
    phone.get_by_label("In your own words").fill("河东街的路灯")
    phone.get_by_label("Photos").set_input_files([PICTURE])
    expect(phone.get_by_text("Draft kept on this phone")).to_be_visible()
    phone.context.set_offline(True)

    phone.get_by_role("button", name="Send the report").click()
    expect(phone.get_by_text("There is no network. Your report is not sent")).to_be_visible()
    assert sent_in(world) == []
    assert width(phone) == 360
    phone.context.set_offline(False)
    # The page is closed and opened anew.
    phone.goto("/me/reports")
    phone.goto("/me/reports/new")
    expect(phone.get_by_text("The network is back. Send your report now; it is never taken twice.")).to_be_visible()
    expect(phone.get_by_label("In your own words")).to_have_value("河东街的路灯")
    key = phone.locator("#report-form [name=idempotency_key]").input_value()
    # Sent, and the answer is lost on the way: the phone cannot know, and sends the same form again.
    phone.route("**/me/reports/new", lose_the_answer)
    with phone.expect_event("requestfailed"):
        phone.get_by_role("button", name="Send it now").click()
    phone.unroute("**/me/reports/new")
    assert len(sent_in(world)) == 1
    phone.goto("/me/reports/new")
    expect(phone.locator("#report-form [name=idempotency_key]")).to_have_value(key)
    phone.get_by_role("button", name="Send it now").click()

    expect(phone.get_by_text(re.compile(r"Its number is \d{12}\."))).to_be_visible()
    expect(phone.get_by_alt_text(re.compile("what was seen"))).to_have_count(1)
    assert len(sent_in(world)) == 1
    phone.goto("/me/reports/new")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_hidden()


def test_a_draft_keeps_who_reports_together(phone: Page) -> None:
    choose_the_lamp(phone)
    phone.get_by_text("We report it together").click()
    phone.get_by_label("Resident numbers of the others").fill("R 12 34")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_visible()
    phone.wait_for_timeout(500)

    phone.goto("/me/reports/new")

    expect(phone.get_by_label("Resident numbers of the others")).to_have_value("R 12 34")
    expect(phone.get_by_label("Resident numbers of the others")).to_be_visible()


def test_a_draft_is_its_writers_and_goes_when_they_log_out(
    world: World, phone: Page, visitors: Visitors, payer: Somebody
) -> None:
    words = phone.get_by_label("In your own words")
    words.fill("只给我看")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_visible()
    mine = next(each["value"] for each in phone.context.cookies() if each["name"] == "session")
    other = world.resident()
    activate_somebody(world, login_name=other.number, resident_id=other.id)

    # Their time is over, and somebody else logs in on the same phone.
    phone.context.clear_cookies(name="session")
    phone.goto("/log-in")
    visitors.log_in(phone, other.number)
    phone.goto("/me/reports/new")
    expect(words).to_have_value("")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_hidden()
    # The writer comes back to what they wrote, and deletes it.
    phone.context.add_cookies([{"name": "session", "value": mine, "url": visitors.address}])
    phone.reload()
    expect(words).to_have_value("只给我看")
    phone.get_by_role("button", name="Delete the draft").click()
    expect(words).to_have_value("")
    # After a week it is gone by itself.
    words.fill("旧的")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_visible()
    phone.evaluate(EIGHT_DAYS_PASS)
    phone.reload()
    expect(phone.locator(".map-grid").first).to_be_visible()
    expect(words).to_have_value("")
    words.fill("再写一次")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_visible()
    phone.goto("/account")
    phone.get_by_role("button", name="Log out").click()
    expect(phone.get_by_text("You are logged out.")).to_be_visible()
    phone.goto("/log-in")
    visitors.log_in(phone, payer.number)
    phone.goto("/me/reports/new")
    expect(phone.get_by_label("Photos")).to_be_visible()
    expect(words).to_have_value("")
    expect(phone.get_by_text("Draft kept on this phone")).to_be_hidden()


def test_a_phone_that_keeps_nothing_sends_reports_all_the_same(world: World, phone: Page) -> None:
    phone.add_init_script("indexedDB.open = () => { throw new DOMException('closed', 'SecurityError'); };")
    phone.reload()
    choose_the_lamp(phone)
    phone.get_by_label("In your own words").fill("路灯不亮")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Send the report").click()
    expect(phone.get_by_text("this phone keeps no draft")).to_be_visible()
    phone.context.set_offline(False)

    send(phone)

    assert len(sent_in(world)) == 1
