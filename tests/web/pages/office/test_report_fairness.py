"""Appeals, covered words, limits and what is written for others, on the office's pages."""

import re

import pytest

from people import Role
from reports import ReportStatus
from tests.web.pages.browser import Browser, browser_of, browser_of_person, text_of
from tests.web.pages.office.reporting import Officers, done, refused
from tests.web.reporting import CATEGORY
from tests.web.world import VILLAGE, World


@pytest.fixture
def office(world: World) -> Officers:
    """Return the officers of a desk where nothing is reported yet."""
    return Officers(world)


def appealed(office: Officers) -> tuple[str, str]:
    """Return the address of a report that was rejected and appealed about, and the id of the appeal."""
    report_id = str(office.desk.sent_in()["id"])
    office.desk.step(report_id, "rejection", "supervisor", reason="看不清", kind="false")
    made = office.desk.step(report_id, "appeals", "resident", subject="rejection", reason="灯杆编号 0312")
    return f"/office/reports/{report_id}", str(made["id"])


def test_an_appeal_waits_among_the_decisions_and_is_decided_with_a_reason(office: Officers) -> None:
    path, appeal_id = appealed(office)
    queue = office.supervisor.get("/office/reports")
    assert "An appeal" in text_of(queue)
    assert "false: nothing was found there" in text_of(office.supervisor.get(path))
    field, choice = (f"{name}_{appeal_id.replace('-', '')}" for name in ("appeal_note", "appeal"))
    form = f"appeals/{appeal_id}/decision"
    bare = refused(office.supervisor, path, form, **{field: "", choice: "uphold"})
    assert (bare.status_code, f'id="m-{field}"' in bare.text) == (422, True)
    unsaid = refused(office.supervisor, path, form, **{field: "x"})
    assert (unsaid.status_code, f'id="m-{choice}"' in unsaid.text) == (422, True)
    said = done(office.supervisor, path, form, **{field: "照片清楚", choice: "uphold"})
    assert "The appeal is upheld." in said
    assert "Taken up again: an appeal was upheld" in said
    assert office.report(path).status is ReportStatus.SUBMITTED


def test_who_had_a_part_in_it_reads_the_appeal_and_does_not_decide(office: Officers) -> None:
    first, second = office.supervisor, office.browser(Role.SUPERVISOR, handle="second")
    path = office.brought_to(ReportStatus.SUBMITTED)
    done(first, path, "rejection", rejection_reason="看不清", rejection_kind="other")
    report_id = path.rpartition("/")[2]
    made = office.desk.step(report_id, "appeals", "resident", subject="rejection", reason="x")
    page = first.get(path)
    assert "A supervisor who had no part in the report decides." in text_of(page)
    assert f"appeals/{made['id']}/decision" not in page.text
    assert f"appeals/{made['id']}/decision" in second.get(path).text
    key = made["id"].replace("-", "")
    answer = refused(
        first, path, f"appeals/{made['id']}/decision", **{f"appeal_note_{key}": "x", f"appeal_{key}": "dismiss"}
    )
    assert answer.status_code == 403
    said = done(
        second, path, f"appeals/{made['id']}/decision", **{f"appeal_note_{key}": "x", f"appeal_{key}": "dismiss"}
    )
    assert "The appeal is dismissed." in said


def test_covered_words_are_opened_by_supervisors_only(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    said = done(office.supervisor, path, "covering", covering_reason="辱骂；内容：井盖")
    assert "Covered: 辱骂；内容：井盖" in said
    page = office.supervisor.get(path)
    assert re.search(r"<details[^>]*><summary[^>]*>Open the words</summary><blockquote[^>]*>井盖没了", page.text)
    assert 'action="' + path + '/covering"' not in page.text
    handlers = office.handler.get(path)
    assert "Covered: 辱骂；内容：井盖" in text_of(handlers)
    assert "井盖没了" not in handlers.text
    assert "井盖没了" not in office.handler.get("/office/reports/all").text


def test_what_others_add_is_covered_on_the_page(office: Officers) -> None:
    path = office.brought_to(ReportStatus.ACCEPTED)
    report_id = path.rpartition("/")[2]
    made = office.desk.step(report_id, "joins", "neighbour", evidence="一群懒虫")
    field = f"covering_{made['id'].replace('-', '')}"
    form = f"joins/{made['id']}/covering"
    bare = refused(office.supervisor, path, form, **{field: " "})
    assert f'id="m-{field}"' in bare.text
    said = done(office.supervisor, path, form, **{field: "辱骂"})
    assert "Covered: 辱骂" in said
    again = refused(office.supervisor, path, form, **{field: "辱骂"})
    assert (again.status_code, "This text is covered already" in text_of(again)) == (409, True)


def test_limits_are_set_beside_the_caps(office: Officers) -> None:
    officer = office.browser(Role.ADMINISTRATOR)
    assert "no limit" in text_of(officer.get("/office/caps"))
    fields = {"limit_per_day": "5", "limit_false_count": "2", "limit_false_days": "60"}
    key = officer.hidden("idempotency_key")
    empty = dict.fromkeys(
        ("limit_waiting", "limit_nameless_per_hour", "limit_on_behalf_per_month", "limit_on_behalf_per_resident"), ""
    )
    page = officer.follow(officer.post("/office/limits", idempotency_key=key, **fields, **empty))
    assert "Set. It holds from now on." in text_of(page)
    # What holds stands in the form, to be changed.
    assert re.search(r'name="limit_per_day"[^>]*value="5"|value="5"[^>]*name="limit_per_day"', page.text)
    for wrong, field in (
        ({"limit_per_day": "x"}, "limit_per_day"),
        ({"limit_per_day": "10001"}, "limit_per_day"),
        ({"limit_false_days": ""}, "limit_false_days"),
    ):
        answer = officer.post("/office/limits", idempotency_key="k", **{**fields, **empty, **wrong})
        assert (answer.status_code, f'id="m-{field}"' in answer.text) == (422, True), wrong
    second = officer.post("/office/limits", idempotency_key="other", **{**fields, **empty, "limit_per_day": ""})
    assert "Limits before" in text_of(officer.follow(second))


def test_what_one_officer_writes_for_one_resident_is_listed_by_case(world: World, office: Officers) -> None:
    auditor = browser_of_person(world, Role.AUDITOR)
    assert "There is no cap" in text_of(auditor.get("/office/on-behalf"))
    body = {"category": CATEGORY, "description": "x", "unit": VILLAGE, "on_behalf_of": str(office.desk.reporter.id)}
    keys = office.desk.keys
    numbers = [world.post("/reports", body, keys["dispatcher"]).get_json()["number"] for _ in range(2)]
    limits = dict.fromkeys(
        (
            *("per_day", "waiting", "nameless_per_hour", "false_count", "false_days"),
            *("on_behalf_per_month", "on_behalf_per_resident"),
        )
    ) | {"on_behalf_per_resident": 2}
    assert world.post("/report-limits", limits, world.administrator).status_code == 201
    for browser, may_open in ((auditor, False), (office.supervisor, True)):
        page = browser.get("/office/on-behalf")
        for number in numbers:
            assert f"{number[:6]} {number[6:]}" in text_of(page)
        assert ('href="/office/reports/' in page.text.split("<main", 1)[-1].split("pairs", 1)[1]) is may_open
    assert "Nothing in this month" in text_of(auditor.get("/office/on-behalf?month=2026-05-01"))
    for odd in ("x", "0001-01-01", "9999-12-31"):
        assert auditor.get(f"/office/on-behalf?month={odd}").status_code == 200


def test_an_officer_is_told_of_the_cap_on_the_form(world: World, office: Officers) -> None:
    reporter = office.desk.reporter
    clerk = office.browser(Role.DISPATCHER, handle="clerk")
    limits = dict.fromkeys(
        (
            *("per_day", "waiting", "nameless_per_hour", "false_count", "false_days"),
            *("on_behalf_per_month", "on_behalf_per_resident"),
        )
    ) | {"on_behalf_per_month": 1}
    world.post("/report-limits", limits, world.administrator)

    def write(browser: Browser) -> str:
        browser.get("/office/reports/new")
        answer = browser.post(
            "/office/reports/new",
            idempotency_key=browser.hidden("idempotency_key"),
            category=CATEGORY,
            description="x",
            unit=VILLAGE,
            resident_number=reporter.number,
        )
        return text_of(browser.follow(answer) if answer.status_code == 303 else answer)

    assert "Written down under the number" in write(clerk)
    said = write(clerk)
    assert "The cap on reports for others is reached" in said
    assert "An officer writes 1 of them a month" in said
    assert browser_of(world, reporter).get("/me/reports").status_code == 200
