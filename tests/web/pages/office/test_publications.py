"""Moderating on the office's pages: words side by side, a grid over each photo, and a preview before it is public."""

import html
import re

import pytest

from people import Role
from photos import Box, BoxError
from reports import ReportStatus
from tests.web.pages.browser import Browser, text_of
from tests.web.pages.office.reporting import COUNTY, Officers
from tests.web.publishing import SECRET, PublishingDesk
from tests.web.world import OTHER_TOWN, World
from web.pages.office.boxes import boxes_text, boxes_typed


@pytest.fixture
def desk(world: World) -> PublishingDesk:
    """Return a desk where nothing is reported yet."""
    return PublishingDesk(world)


@pytest.fixture
def office(world: World) -> Officers:
    """Return the office's people."""
    return Officers(world)


def fields_of(browser: Browser) -> dict[str, str]:
    """Return the hidden fields of the last page's form that publishes."""
    assert browser.page is not None
    form = browser.page.text.rpartition('/publication">')[2]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {
        name: html.unescape(value) for name, value in found.items() if name not in {"csrf_token", "idempotency_key"}
    }


def sent(browser: Browser, path: str, act: str, **fields: str) -> str:
    """Send the form of a report's publication, and return what the answer says."""
    key = browser.hidden("idempotency_key")
    answer = browser.post(f"{path}/publication", act=act, idempotency_key=key, **fields)
    return text_of(browser.follow(answer) if answer.status_code == 303 else answer)


def test_covered_words_do_not_stand_in_the_form_that_publishes(desk: PublishingDesk, office: Officers) -> None:
    report = desk.accepted(description=SECRET)
    path, browser = f"/office/reports/{report['id']}", office.supervisor
    assert SECRET in text_of(browser.get(f"{path}/publication"))
    desk.step(report["id"], "coverings", "supervisor", text="report", reason="骂人")
    assert SECRET not in browser.get(f"{path}/publication").text
    desk.world.clock.pass_by(minutes=1)
    covering_id = fields_of(browser)["covering"]
    desk.published(report["id"], text="井盖没了", covering_id=covering_id)
    assert "井盖没了" in browser.get(f"{path}/publication").text


@pytest.mark.parametrize("act", ["preview", "publish", "change"])
def test_a_form_that_was_opened_before_the_words_were_covered_publishes_nothing(
    desk: PublishingDesk, office: Officers, act: str
) -> None:
    report = desk.accepted(description=SECRET)
    photo = desk.add_photo(report["id"]).replace("-", "")
    path, browser = f"/office/reports/{report['id']}", office.supervisor
    browser.get(f"{path}/publication")
    shown = {"text": SECRET, "answer": "", "reason": "", f"photo_{photo}": "show"}
    sent(browser, path, "preview", **fields_of(browser), **shown)
    seen = fields_of(browser)
    assert (seen["text"], seen["covering"]) == (SECRET, "")
    made = desk.step(report["id"], "coverings", "supervisor", text="report", reason="骂人")
    answer = browser.post(f"{path}/publication", act=act, idempotency_key=browser.hidden("idempotency_key"), **seen)
    assert answer.status_code == 409
    assert "They were covered because: 骂人 Nothing was published." in text_of(answer)
    assert SECRET not in answer.text
    assert desk.world.get(f"/reports/{report['id']}/publications", desk.keys["supervisor"]).get_json()["items"] == []
    assert len(desk.stored()) == 1
    # The form that comes back has seen it, without the words; what is written anew goes out.
    again = fields_of(browser)
    assert again["covering"] == made["id"]
    sent(browser, path, "preview", **again | shown | {"text": "井盖没了"})
    assert "Everybody can see it now" in sent(browser, path, "publish", **fields_of(browser))


def test_a_form_that_was_opened_before_a_takedown_publishes_nothing(desk: PublishingDesk, office: Officers) -> None:
    report = desk.accepted()
    path, browser = f"/office/reports/{report['id']}", office.supervisor
    desk.published(report["id"], text="井盖没了")
    browser.get(f"{path}/publication")
    sent(browser, path, "preview", **fields_of(browser) | {"text": "井盖没了", "answer": "", "reason": ""})
    seen = fields_of(browser)
    desk.step(report["id"], "takedown", "supervisor", reason="有人认出")
    assert "Somebody else decided meanwhile" in sent(browser, path, "publish", **seen)
    assert desk.public(f"/reports/{report['number']}").text.count("<blockquote") == 0
    # The form that comes back has seen it.
    sent(browser, path, "preview", **fields_of(browser) | {"text": "井盖没了", "answer": "", "reason": ""})
    assert "Everybody can see it now" in sent(browser, path, "publish", **fields_of(browser))


def test_a_report_is_moderated_looked_at_and_published_without_any_script(
    desk: PublishingDesk, office: Officers
) -> None:
    report = desk.accepted(description=SECRET)
    photo = desk.add_photo(report["id"]).replace("-", "")
    path, browser = f"/office/reports/{report['id']}", office.supervisor
    assert "Reports to publish: 1" in text_of(browser.get("/office"))
    assert f'href="{path}/publication"' in browser.get("/office/publications").text
    form = browser.get(f"{path}/publication")
    assert form.text.count(f'name="cells_{photo}"') == 16 * 12
    assert SECRET in text_of(form)
    # Nobody has said whether the photo is shown.
    words = sent(browser, path, "preview", text=SECRET, answer="", reason="")
    assert "Say of each photo whether it is shown." in words
    cells = {f"photo_{photo}": "show", f"cells_{photo}": "4.5"}
    words = sent(browser, path, "preview", text=SECRET, answer="", reason="", **cells)
    assert "Nothing is published yet" in words
    assert "13800001234" in words
    assert "looks like it leads to somebody" in words
    assert desk.public(f"/reports/{report['number']}").text.count("<blockquote") == 0
    seen = fields_of(browser)
    assert seen[f"boxes_{photo}"] == "312,333,63,84"
    words = sent(browser, path, "change", **seen)
    assert "Keep the 1 box that is drawn" in words
    kept = {f"photo_{photo}": "show", f"boxes_{photo}": seen[f"boxes_{photo}"]}
    words = sent(browser, path, "preview", text="井盖没了", answer="", reason="", **kept)
    assert "looks like it leads" not in words
    assert "Everybody can see it now" in sent(browser, path, "publish", **fields_of(browser))
    assert "井盖没了" in text_of(desk.public(f"/reports/{report['number']}"))
    assert "Nothing waits here" in text_of(browser.get("/office/publications"))
    assert "井盖没了" in browser.get(f"{path}/publication").text


def test_what_is_withheld_needs_a_reason_and_the_reporter_reads_it(desk: PublishingDesk, office: Officers) -> None:
    report_id = desk.brought_to(ReportStatus.HANDLED)
    path, browser = f"/office/reports/{report_id}", office.supervisor
    form = browser.get(f"{path}/publication")
    assert "换了新井盖" in form.text
    empty = {"text": "", "answer": "换了新井盖", "reason": ""}
    sent(browser, path, "preview", **empty)
    assert "the reporter reads it" in sent(browser, path, "publish", **empty)
    whole = {**empty, "reason": "全是\r\n人名"}
    browser.get(f"{path}/publication")
    assert "全是" in sent(browser, path, "preview", **whole)
    assert "Published" in sent(browser, path, "publish", **whole)
    assert "全是 人名" in text_of(browser.get(path))


def test_everything_is_taken_down_with_a_reason(desk: PublishingDesk, office: Officers) -> None:
    report, _photo = desk.with_photo()
    path, browser = f"/office/reports/{report['id']}", office.supervisor
    assert "Take everything down" in text_of(browser.get(f"{path}/publication"))
    key = browser.hidden("idempotency_key")
    empty = browser.post(f"{path}/takedown", down_reason="", idempotency_key=key)
    assert (empty.status_code, 'id="m-down_reason"' in empty.text) == (422, True)
    words = text_of(browser.follow(browser.post(f"{path}/takedown", down_reason="有人认出", idempotency_key="down")))
    assert "Nobody sees its words and photos any more" in words
    assert "有人认出" in words
    assert "Take everything down" not in text_of(browser.get(f"{path}/publication"))
    again = browser.post(f"{path}/takedown", down_reason="x", idempotency_key="again")
    assert again.status_code == 409


def test_a_photo_of_somebody_without_a_name_is_no_choice(desk: PublishingDesk, office: Officers) -> None:
    sent_in = desk.sent_in(anonymous=True)
    photo = desk.add_photo(sent_in["id"], code=sent_in["claim_code"]).replace("-", "")
    desk.step(sent_in["id"], "acceptance", "supervisor", severity="normal")
    path, browser = f"/office/reports/{sent_in['id']}", office.supervisor
    form = browser.get(f"{path}/publication")
    assert "a photo can tell who took it" in text_of(form)
    assert f'name="photo_{photo}" value="withhold"' in form.text
    assert f'name="cells_{photo}"' not in form.text
    fields = {"text": "x", "answer": "", "reason": "匿名", f"photo_{photo}": "show"}
    sent(browser, path, "preview", **fields)
    assert "This photo is never shown" in sent(browser, path, "publish", **fields)


def test_only_supervisors_who_had_no_other_part_moderate(desk: PublishingDesk, office: Officers) -> None:
    report, _photo = desk.with_photo()
    path = f"/office/reports/{report['id']}"
    for browser, status in (
        (office.handler, 403),
        (office.dispatcher, 403),
        (office.browser(Role.SUPERVISOR, unit_code=OTHER_TOWN), 404),
        (office.browser(Role.SUPERVISOR, unit_code=COUNTY), 200),
    ):
        assert browser.get(f"{path}/publication").status_code == status
    hidden = desk.accepted(confidential=True)
    page = office.supervisor.get(f"/office/reports/{hidden['id']}")
    assert "Decide what the public sees" not in text_of(page)
    assert "not even that there is this report" in text_of(page)
    assert office.supervisor.get(f"/office/reports/{hidden['id']}/publication").status_code == 409


def test_a_form_that_was_not_ours_publishes_nothing(desk: PublishingDesk, office: Officers) -> None:
    report = desk.accepted()
    photo = desk.add_photo(report["id"]).replace("-", "")
    path, browser = f"/office/reports/{report['id']}", office.supervisor
    for wrong in (
        {f"cells_{photo}": "12.0"},
        {f"cells_{photo}": "x"},
        {f"boxes_{photo}": "1,2,3"},
        {f"boxes_{photo}": "990,0,20,20"},
        {f"boxes_{photo}": "0,0,0,0"},
        {f"boxes_{photo}": "1,1,1,1;" * 5_000},
        {f"photo_{photo}": "both"},
    ):
        browser.get(f"{path}/publication")
        fields = {"text": "x", "answer": "", "reason": "", f"photo_{photo}": "show", **wrong}
        key = browser.hidden("idempotency_key")
        answer = browser.post(f"{path}/publication", act="publish", idempotency_key=key, **fields)
        assert (answer.status_code, 'id="m-photos"' in answer.text) == (422, True), wrong
    long_one = browser.post(
        f"{path}/publication", act="publish", idempotency_key="k", text="x" * 4_001, answer="", reason=""
    )
    assert 'id="m-text"' in long_one.text
    forged = browser.forged(f"{path}/publication", act="publish", idempotency_key="k", text="x")
    assert forged.status_code == 400
    assert desk.world.get(f"/reports/{report['id']}/publications", desk.keys["supervisor"]).get_json()["items"] == []


def test_what_waits_is_shown_a_part_at_a_time(
    desk: PublishingDesk, office: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.office.publications._ON_PAGE", 2)
    paths = [f"/office/reports/{desk.accepted()['id']}/publication" for _ in range(3)]
    first = office.supervisor.get("/office/publications").text
    assert re.findall(r'class="item" href="([^"]+)"', first) == paths[:2]
    [more] = set(re.findall(r'href="(/office/publications\?before=[^"]+)"', first))
    assert re.findall(r'class="item" href="([^"]+)"', office.supervisor.part(more).text) == paths[2:]


@pytest.mark.parametrize(
    ("cells", "drawn", "boxes"),
    [
        ([], "", []),
        (["0.0"], "", [Box(0, 0, 63, 84)]),
        (["11.15"], "", [Box(937, 916, 63, 84)]),
        # A row's neighbours are one box, and equal rows below each other too.
        (["2.3", "2.4", "3.3", "3.4"], "", [Box(187, 166, 126, 168)]),
        (["0.0", "0.2"], "", [Box(0, 0, 63, 84), Box(125, 0, 63, 84)]),
        (["0.0"], "10,20,30,40;0,0,63,84", [Box(10, 20, 30, 40), Box(0, 0, 63, 84)]),
    ],
)
def test_ticked_cells_and_drawn_boxes_become_few_boxes(cells: list[str], drawn: str, boxes: list[Box]) -> None:
    assert list(boxes_typed(cells, drawn)) == boxes
    assert list(boxes_typed([], boxes_text(boxes))) == boxes


def test_every_cell_of_the_grid_is_covered() -> None:
    every = [f"{row}.{column}" for row in range(12) for column in range(16)]
    assert boxes_typed(every, "") == (Box(0, 0, 1000, 1000),)
    with pytest.raises(BoxError):
        boxes_typed(["0.16"], "")


def test_an_appeal_that_was_upheld_puts_the_report_into_the_queue_again(desk: PublishingDesk, office: Officers) -> None:
    report = desk.accepted()
    desk.published(report["id"])
    desk.step(report["id"], "takedown", "supervisor", reason="有人认出")
    assert "Nothing waits here" in text_of(office.supervisor.get("/office/publications"))
    made = desk.step(report["id"], "appeals", "resident", subject="publication", reason="认不出")
    path, decider = f"/office/reports/{report['id']}", office.supervisor
    page = decider.get(path)
    assert "it waits to be decided about anew" in text_of(page)
    desk.step(
        report["id"], f"appeals/{made['id']}/decision", "other_supervisor", decision="uphold", reason="确实认不出"
    )
    assert f'href="{path}/publication"' in decider.get("/office/publications").text
    form = text_of(decider.get(f"{path}/publication"))
    assert "An appeal against the last decision was upheld" in form
    assert "确实认不出" in form
