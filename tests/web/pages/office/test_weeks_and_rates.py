"""The overview with rates, months and categories, and the weeks of units: of one's own places, with honest counts."""

import re

import pytest

from people import Role
from reports import ReportStatus
from tests.web.pages.browser import Browser, sentences_of, text_of
from tests.web.pages.office.reporting import Officers
from tests.web.world import OTHER_TOWN, TOWN, World

OVERVIEW = "/office/reports/overview"


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office where nothing is reported yet."""
    return Officers(world)


def jobs(world: World) -> None:
    """Run the jobs."""
    done = world.app.test_cli_runner().invoke(args=["jobs", "run"])
    assert done.exit_code == 0, done.output


def rated(office: Officers, *stars: int) -> None:
    """Let reports be closed and rated."""
    for count in stars:
        report_id = office.desk.brought_to(ReportStatus.CLOSED)
        made = office.world.post(f"/reports/{report_id}/rating", {"stars": count}, office.desk.reporter.key)
        assert made.status_code == 201


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Answered by the next working day: 3 of 3 reports given to units (100 %).",
                "Satisfied: 1 of 2 who rated or were asked (50 %).",
                "100 % 3 of 3",
                "In Jun 2026 3 were sent in and 3 closed; in the month before, 0 and 0.",
                "Most of the 3 reports sent in these days are about: Missing or broken manhole cover (3).",
            ),
        ),
        (
            "zh",
            (
                "响应率 100%：交给单位 3 次，3 次在下一个工作日内响应。",
                "满意率 50%：评价或接受回访的 2 件，1 件满意。",
                "100 % 3 件中 3 件",
                "2026年6月收到 3 件，结案 3 件；上个月收到 0 件，结案 0 件。",
                "这段时间收到的 3 件上报中，最多的是",
            ),
        ),
    ],
)
def test_each_rate_stands_beside_its_counts(world: World, language: str, words: tuple[str, ...]) -> None:
    office = Officers(world, language)
    rated(office, 5, 3)
    call_back_id = office.desk.to_call(office.desk.brought_to(ReportStatus.CLOSED))
    answer = {"reached": False, "note": "没人接"}
    caller = office.desk.keys["other_supervisor"]
    assert world.post(f"/call-backs/{call_back_id}/result", answer, caller).status_code == 201
    world.clock.pass_by(days=3)
    said = sentences_of(office.supervisor.get(OVERVIEW))
    assert [word for word in words if word not in said] == []
    assert ("1 was not reached and is not in it." if language == "en" else "另有 1 件未联系上，不计入。") in said
    public = sentences_of(Browser(world, language=language).get("/scoreboard"))
    assert [word for word in words[:3] if word not in public] == []


def test_a_period_narrows_rates_and_categories(office: Officers) -> None:
    rated(office, 5)
    office.world.clock.pass_by(days=40)
    supervisor = office.supervisor
    assert "Nothing to count in these days" not in text_of(supervisor.get(OVERVIEW))
    narrowed = supervisor.get(f"{OVERVIEW}?from=2026-07-01&until=2026-07-09")
    assert "Nothing to count in these days" in text_of(narrowed)
    assert "By category" not in text_of(narrowed)
    wrong = supervisor.get(f"{OVERVIEW}?from=2026-07-09&until=2026-07-01")
    assert (wrong.status_code, "The last day lies before the first." in text_of(wrong)) == (422, True)
    assert supervisor.get(f"{OVERVIEW}?from=x").status_code == 422


def test_a_supervisor_sees_the_units_and_places_of_their_own(office: Officers) -> None:
    rated(office, 5)
    department = office.duty(office.brought_to(ReportStatus.VERIFIED))[0]
    office.world.clock.pass_by(days=3)
    town, elsewhere = office.browser(Role.SUPERVISOR, TOWN), office.browser(Role.SUPERVISOR, OTHER_TOWN)
    of_department = office.browser(Role.SUPERVISOR, department)
    assert "In Jun 2026 2 were sent in" in sentences_of(town.get(OVERVIEW))
    # The rates are those of units, and the department is not the town's.
    assert "Nothing to count in these days" in text_of(town.get(OVERVIEW))
    assert "Satisfied: 1 of 1 who rated or were asked (100 %)." in text_of(of_department.get(OVERVIEW))
    for word in ("were sent in", "By category", "Satisfied: 1 of 1"):
        assert word not in text_of(elsewhere.get(OVERVIEW))


def test_many_categories_are_folded(office: Officers) -> None:
    for number in range(1, 6):
        for part in ("C01", "C02", "C03"):
            office.world.post(
                "/reports",
                {"category": f"{part}{number:02}", "description": "x", "unit": "140881001001"},
                office.desk.keys["resident"],
            )
    page = office.supervisor.get(OVERVIEW)
    assert re.search(r"\d more categor", text_of(page))


# --- weeks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Week from 8 June 2026 to 14 June 2026", "Overdue at the end of the week 1", "Days over 1")),
        ("zh", ("2026年6月8日 至 2026年6月14日", "周末超期的上报 1", "超期天数")),
    ],
)
def test_a_week_is_listed_and_read(world: World, language: str, words: tuple[str, ...]) -> None:
    office = Officers(world, language)
    report_id = office.desk.brought_to(ReportStatus.DISPATCHED)
    empty = text_of(office.supervisor.get("/office/digests"))
    assert ("No week is written yet" if language == "en" else "还没有周报") in empty
    world.clock.pass_by(days=14)
    jobs(world)
    supervisor = office.browser(Role.SUPERVISOR)
    listed = supervisor.get("/office/digests")
    digests = re.findall(r'href="(/office/digests/[0-9a-f-]{36})"', listed.text)
    assert digests
    pages = [supervisor.get(each) for each in digests]
    page = next(each for each in pages if report_id in each.text)
    said = text_of(page)
    assert [word for word in words[:2] if word not in said] == []
    assert "data-print" in page.text
    # Only the unit's own weeks.
    earlier = re.search(r'href="(/office/digests\?unit=[^"]+)"', page.text)
    assert earlier is not None
    assert len(re.findall(r'href="/office/digests/[0-9a-f-]{36}"', supervisor.get(earlier[1]).text)) == 1


def test_weeks_are_read_by_those_whose_unit_it_is(office: Officers) -> None:
    department = office.duty(office.brought_to(ReportStatus.DISPATCHED))[0]
    office.world.clock.pass_by(days=14)
    jobs(office.world)
    handler = office.browser(Role.HANDLER, department)
    stranger = office.browser(Role.HANDLER, "140881-D09" if department != "140881-D09" else "140881-D02")
    [own] = re.findall(r'href="(/office/digests/[0-9a-f-]{36})"', handler.get("/office/digests").text)
    assert handler.get(own).status_code == 200
    assert stranger.get(own).status_code == 404
    assert "No week is written yet" in text_of(stranger.get("/office/digests"))
    assert stranger.get("/office/digests?before=x").status_code == 404
    assert "No week is written yet" in text_of(handler.get("/office/digests?unit=nowhere"))
    assert handler.get("/office/digests?unit=%00").status_code == 200
