"""A report that an officer writes down for somebody who called or came."""

import pytest

from people import Role
from reports import Channel, ReportStatus
from tests.web.pages.browser import Browser, text_of
from tests.web.pages.office.reporting import Officers
from tests.web.reporting import CATEGORY
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, World

OTHER_VILLAGE = "140881002001"
PATH = "/office/reports/new"
FACTS = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE}
EMPTY = {"address": "", "resident_number": "", "latitude": "", "longitude": ""}


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office with a list, where nothing is reported yet."""
    made = Officers(world)
    assert made.desk is not None
    return made


def sent(browser: Browser, **changes: str) -> str:
    """Send the form and return what the page then says."""
    browser.get(PATH)
    answer = browser.post(PATH, **{**FACTS, **EMPTY, "idempotency_key": "k", **changes})
    return text_of(browser.follow(answer))


def test_a_supervisor_writes_a_report_down_and_goes_on_with_it(office: Officers) -> None:
    words = sent(
        office.supervisor,
        address="电机厂门口",
        resident_number=office.desk.reporter.number,
        latitude="34.867",
        longitude="１１０．４４",
    )
    assert "Written down under the number" in words
    assert "taken down by the office" in words
    page = office.supervisor.page
    assert page is not None
    made = office.report(page.request.path)
    assert (made.channel, made.status, made.resident_id) == (
        Channel.OFFICER,
        ReportStatus.SUBMITTED,
        office.desk.reporter.id,
    )
    assert (made.address, made.latitude, made.longitude) == ("电机厂门口", 34.867, 110.44)
    # Whoever wrote it down is the reporter's hand, and no supervisor of it.
    assert "You had another part in this report" in words


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.ADMINISTRATOR])
def test_who_has_nothing_more_to_do_with_it_is_told_its_number(office: Officers, role: Role) -> None:
    browser = office.browser(role, TOWN)
    words = sent(browser)
    assert "Written down under the number" in words
    assert "For somebody who called or came." in words


def test_a_form_sent_twice_makes_one_report(office: Officers) -> None:
    sent(office.supervisor)
    sent(office.supervisor)
    assert office.supervisor.get("/office/reports/all").text.count('class="no"') == 1


def test_places_and_callers_of_others_are_not_there(office: Officers) -> None:
    browser = office.browser(Role.DISPATCHER, TOWN)
    page = browser.get(PATH).text
    assert f'value="{VILLAGE}"' in page
    assert f'value="{OTHER_VILLAGE}"' not in page
    stranger = office.world.resident(unit=OTHER_VILLAGE)
    for field, value in (
        ("unit", OTHER_VILLAGE),
        ("unit", OTHER_TOWN),
        ("unit", "nowhere\x00"),
        ("resident_number", stranger.number),
        ("resident_number", "123"),
        ("category", "C01"),
        ("category", "none"),
    ):
        answer = browser.post(PATH, **{**FACTS, **EMPTY, field: value, "idempotency_key": "k"})
        assert (answer.status_code, f'id="m-{field}"' in answer.text) == (422, True), (field, value)


def test_what_is_typed_wrongly_is_said_beside_it(office: Officers) -> None:
    browser = office.supervisor
    browser.get(PATH)
    for field, value in (
        ("description", ""),
        ("category", ""),
        ("unit", ""),
        ("unit", "140881-D01"),
        ("address", "长" * 101),
        ("latitude", "north"),
        ("latitude", "nan"),
        ("latitude", "34.8"),
        ("longitude", "inf"),
    ):
        answer = browser.post(PATH, **{**FACTS, **EMPTY, field: value, "idempotency_key": "k"})
        assert (answer.status_code, f'id="m-{field}"' in answer.text) == (422, True), (field, value)
        assert "井盖没了" in answer.text or field == "description"
    assert "No report yet" in text_of(browser.get("/office/reports/all"))


def test_without_a_list_nothing_can_be_reported(world: World) -> None:
    assert "Nothing can be reported yet" in text_of(Officers(world).supervisor.get(PATH))
