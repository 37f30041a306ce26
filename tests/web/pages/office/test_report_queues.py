"""What waits for officers of reports, and the lists in which they find the others."""

import re

import pytest

from people import Role
from reports import ReportStatus
from tests.web.pages.browser import Browser, text_of
from tests.web.pages.office.reporting import COUNTY, Officers
from tests.web.world import OTHER_TOWN, TOWN, World

OTHER_VILLAGE, OTHER_CATEGORY = "140881002001", "C0104"


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office where nothing is reported yet."""
    return Officers(world)


def numbers_on(browser: Browser, path: str, *reports: str) -> list[str]:
    """Return which of some reports a page links to, in its order."""
    page = browser.get(path).text
    places = {report: page.find(f'href="{report}"') for report in reports}
    return sorted((report for report in reports if places[report] >= 0), key=lambda report: places[report])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_function_has_its_queue_and_the_head_counts_what_is_late(world: World, language: str) -> None:
    office = Officers(world, language)
    due_on = office.duty(office.brought_to(ReportStatus.DISPATCHED))[1]
    office.brought_to(ReportStatus.DISPATCHED)
    office.brought_to(ReportStatus.ACKNOWLEDGED)
    words = text_of(office.handler.get("/office/reports"))
    assert ("没有超期的" if language == "zh" else "Nothing is overdue") in words
    world.clock.pass_by(days=(due_on - world.clock.at.date()).days)
    # After a night, who comes back logs in.
    words = text_of(office.browser(Role.HANDLER, COUNTY).get("/office/reports"))
    assert ("今天到期 3 件" if language == "zh" else "3 due today") in words
    world.clock.pass_by(days=1)
    handler = office.browser(Role.HANDLER, COUNTY)
    words = text_of(handler.get("/office/reports"))
    assert ("超期 3 件" if language == "zh" else "3 reports overdue") in words
    assert ("超期 1 天" if language == "zh" else "1 day over") in words
    counted = "待办理的上报：3 件（超期 3 件，今天到期 0 件）" if language == "zh" else "(3 overdue, 0 due today)"
    assert counted in text_of(handler.get("/office"))


def test_what_is_due_first_stands_first(office: Officers) -> None:
    later = office.brought_to(ReportStatus.ACCEPTED)
    sooner = office.brought_to(ReportStatus.ACCEPTED)
    office.world.clock.pass_by(days=1)
    last = office.brought_to(ReportStatus.ACCEPTED)
    assert numbers_on(office.dispatcher, "/office/reports", last, sooner, later) == [later, sooner, last]


def test_a_supervisor_has_three_queues_and_one_for_what_others_ask(office: Officers) -> None:
    new, handled = office.brought_to(ReportStatus.SUBMITTED), office.brought_to(ReportStatus.HANDLED)
    verified, asked = office.brought_to(ReportStatus.VERIFIED), office.brought_to(ReportStatus.DISPATCHED)
    office.desk.step(asked.rpartition("/")[2], "withdrawal", "supervisor", reason="误报")
    supervisor = office.supervisor
    every = (new, handled, verified, asked)
    assert set(numbers_on(supervisor, "/office/reports", *every)) == set(every)
    for queue, only in (("accept", new), ("verify", handled), ("close", verified), ("decide", asked)):
        assert numbers_on(supervisor, f"/office/reports?queue={queue}", *every) == [only]
    assert "Requests about reports to decide: 1" in text_of(supervisor.get("/office"))
    # A queue that is not theirs is none.
    assert set(numbers_on(supervisor, "/office/reports?queue=handle", *every)) == set(every)


def test_who_dispatched_a_report_does_not_find_it_among_those_to_verify(office: Officers) -> None:
    office.browser(Role.SUPERVISOR, handle="both")
    dispatcher = office.browser(Role.DISPATCHER, handle="both")
    mine, other = office.brought_to(ReportStatus.ACCEPTED), office.brought_to(ReportStatus.HANDLED)
    dispatcher.get(mine)
    answer = dispatcher.post(f"{mine}/dispatch", dispatch_unit="140881-D01", due_on="", idempotency_key="k")
    assert answer.status_code == 303
    for step, body in (("acknowledgement", {}), ("handling", {"note": "好了"})):
        office.desk.step(mine.rpartition("/")[2], step, "handler", **body)
    assert numbers_on(dispatcher, "/office/reports?queue=verify", mine, other) == [other]
    assert "You had another part in this report" in text_of(dispatcher.get(mine))


def test_a_long_queue_is_filtered_by_state_place_and_category(office: Officers) -> None:
    seen, here = office.brought_to(ReportStatus.ACKNOWLEDGED), office.brought_to(ReportStatus.DISPATCHED)
    made = office.desk.sent_in(unit=OTHER_VILLAGE, category=OTHER_CATEGORY)
    office.desk.step(made["id"], "acceptance", "supervisor", severity="urgent")
    office.desk.step(made["id"], "dispatch", "dispatcher")
    elsewhere = f"/office/reports/{made['id']}"
    every = (seen, here, elsewhere)
    for query, expected in (
        ("status=acknowledged", {seen}),
        (f"unit={OTHER_VILLAGE}", {elsewhere}),
        (f"category={OTHER_CATEGORY}", {elsewhere}),
        (f"status=dispatched&unit={office.report(here).unit_code}", {here}),
        ("status=nonsense", set(every)),
        ("unit=nowhere%00", set()),
    ):
        assert set(numbers_on(office.handler, f"/office/reports?{query}", *every)) == expected, query
    assert "Nothing fits" in text_of(office.handler.get("/office/reports?unit=nowhere"))
    facets = office.handler.get("/office/reports").text
    assert all(f'name="{facet}"' in facets for facet in ("status", "unit", "category"))
    # On a phone they are folded, before the first case; how many are set stands on the fold.
    fold = facets.partition('<details class="fold">')[2].partition("</details>")[0]
    assert 'class="search facets"' in fold
    assert "Filters: 1 set" in text_of(office.handler.get("/office/reports?status=dispatched"))


def test_officers_find_what_is_in_their_places_and_nothing_else(office: Officers) -> None:
    here = office.brought_to(ReportStatus.SUBMITTED)
    neighbour = office.browser(Role.SUPERVISOR, OTHER_TOWN)
    for path in ("/office/reports", "/office/reports/all"):
        assert numbers_on(office.supervisor, path, here) == [here]
        assert numbers_on(neighbour, path, here) == []
    assert neighbour.get(here).status_code == 404
    assert "Nothing waits here" in text_of(neighbour.get("/office/reports?queue=accept"))


def test_all_reports_are_listed_newest_first_part_by_part(office: Officers) -> None:
    made = [f"/office/reports/{office.desk.sent_in()['id']}" for _ in range(31)]
    supervisor = office.supervisor
    page = supervisor.get("/office/reports/all")
    assert f'href="{made[-1]}"' in page.text
    assert f'href="{made[0]}"' not in page.text
    more = page.text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    rest = supervisor.part(more)
    assert f'href="{made[0]}"' in rest.text
    assert "<html" not in rest.text
    assert supervisor.get("/office/reports/all?before=x").status_code == 404
    assert "No such report" in text_of(supervisor.get("/office/reports/all?status=closed"))
    assert "No such report" in text_of(supervisor.get(f"/office/reports/all?category={OTHER_CATEGORY}"))
    assert "No such report" not in text_of(supervisor.get("/office/reports/all?category=%00&status=x"))


def test_a_report_is_found_by_its_number(office: Officers) -> None:
    path = office.brought_to(ReportStatus.SUBMITTED)
    number = office.report(path).number
    supervisor, neighbour = office.supervisor, office.browser(Role.SUPERVISOR, OTHER_TOWN)
    for browser in (supervisor, neighbour):
        browser.get("/office/reports/all")
    found = supervisor.post("/office/reports/all", number=f"{number[:6]} {number[6:]}")
    assert (found.status_code, found.headers["Location"]) == (303, path)
    unknown = "There is no such report"
    for browser, typed, words in (
        (neighbour, number, unknown),
        (supervisor, "123", unknown),
        (supervisor, " ", "Fill this in."),
    ):
        answer = browser.post("/office/reports/all", number=typed)
        assert (answer.status_code, words in text_of(answer)) == (422, True)


def test_an_administrator_of_everything_reads_all_and_one_of_a_town_none(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    everything, town = office.browser(Role.ADMINISTRATOR), office.browser(Role.ADMINISTRATOR, TOWN)
    assert numbers_on(everything, "/office/reports/all", path) == [path]
    words = text_of(everything.get(path))
    assert "Dispatch it" not in words
    assert "王*明" not in words
    assert numbers_on(town, "/office/reports/all", path) == []
    assert town.get(path).status_code == 404


def test_a_supervisor_sees_what_each_unit_owes_and_how_late_it_is(office: Officers) -> None:
    assert "No unit owes anything" in text_of(office.supervisor.get("/office/reports/overview"))
    office.brought_to(ReportStatus.DISPATCHED)
    path = office.brought_to(ReportStatus.DISPATCHED)
    office.brought_to(ReportStatus.HANDLED)
    department, due_on = office.duty(path)
    assert "None of 2 is overdue." in text_of(office.supervisor.get("/office/reports/overview"))
    office.world.clock.pass_by(days=(due_on - office.world.clock.at.date()).days + 8)
    page = office.browser(Role.SUPERVISOR).get("/office/reports/overview")
    assert "2 of 2 are overdue" in text_of(page)
    assert 'class="bar-long-overdue" x="0" width="1000"' in page.text
    neighbour = office.browser(Role.SUPERVISOR, OTHER_TOWN)
    assert "No unit owes anything" in text_of(neighbour.get("/office/reports/overview"))
    assert department.startswith(COUNTY)


def test_reports_with_a_position_stand_on_a_map_beside_the_list_and_lead_to_themselves(office: Officers) -> None:
    office.brought_to(ReportStatus.SUBMITTED)
    assert "data-map" not in office.supervisor.get("/office/reports").text

    placed = office.desk.sent_in(lat=34.86712, long=110.44801)

    page = office.supervisor.get("/office/reports")
    assert "1 of 2 reports listed here have a position." in text_of(page)
    [pin] = re.findall(r'<li data-pin="34.86712,110.44801" data-label="[^"]*(\d{12})"><a[^>]*href="([^"]+)"', page.text)
    assert pin == (placed["number"], f"/office/reports/{placed['id']}")
    # Without scripts the map stays away: it says nothing that the list does not.
    assert re.search(r'<details class="card map-card" hidden>', page.text)
    shown = office.supervisor.get(pin[1]).text
    assert 'data-map="one"' in shown
    assert 'data-position="34.86712,110.44801"' in shown
