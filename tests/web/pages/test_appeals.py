"""A resident's appeals and joint reports, on their pages and by code."""

import io

import pytest

from reports import ReportStatus
from tests.photos.uploads import encoded, quarters
from tests.web.pages.browser import Browser, browser_of, sentences_of, text_of
from tests.web.reporting import CATEGORY, Desk
from tests.web.world import VILLAGE, World


def rejected(desk: Desk) -> str:
    report_id = str(desk.sent_in()["id"])
    desk.step(report_id, "rejection", "supervisor", reason="看不清", kind="not_ours")
    return report_id


def test_a_rejection_says_its_kind_and_how_to_appeal(desk: Desk, mine: Browser) -> None:
    report_id = rejected(desk)
    path = f"/me/reports/{report_id}"
    said = sentences_of(mine.get(path))
    assert "Reason: nobody's to handle here" in said
    assert "You can appeal through 16 Jun." in said
    bare = mine.post(
        f"{path}/appeals",
        appeal_reason=" ",
        **{name: mine.hidden(name) for name in ("idempotency_key", "subject", "subject_id")},
    )
    assert (bare.status_code, 'id="m-appeal_reason"' in bare.text) == (422, True)
    sent = mine.post(
        f"{path}/appeals",
        appeal_reason="看得清",
        **{name: mine.hidden(name) for name in ("idempotency_key", "subject", "subject_id")},
    )
    page = mine.follow(sent)
    assert "Your appeal is with the office." in text_of(page)
    assert "not decided yet" in text_of(page)
    assert 'name="appeal_reason"' not in page.text
    [made] = desk.world.get("/appeals", desk.keys["other_supervisor"]).get_json()["items"]
    desk.step(
        report_id, f"appeals/{made['id']}/decision", "other_supervisor", decision="dismiss", reason="不是本市道路"
    )
    assert "不是本市道路" in text_of(mine.get(path))


def test_what_cannot_be_read_as_an_appeal_is_refused(desk: Desk, mine: Browser) -> None:
    path = f"/me/reports/{rejected(desk)}"
    mine.get(path)
    for subject, subject_id in (("nothing", "x"), ("rejection", "x"), ("rejection", "0" * 32)):
        answer = mine.post(
            f"{path}/appeals", idempotency_key="k", subject=subject, subject_id=subject_id, appeal_reason="x"
        )
        assert answer.status_code in {409, 422}, (subject, subject_id)


def test_whoever_has_the_code_appeals_without_a_log_in(world: World, desk: Desk) -> None:
    made = desk.sent_in(anonymous=True)
    desk.step(made["id"], "rejection", "supervisor", reason="x", kind="false")
    stranger, code = Browser(world), made["claim_code"]
    stranger.get("/reports/follow")
    page = stranger.post("/reports/follow", claim_code=code)
    assert "You can appeal through 16 Jun." in sentences_of(page)
    fields = {name: stranger.hidden(name) for name in ("idempotency_key", "subject", "subject_id")}
    bare = stranger.post("/reports/follow/appeal", claim_code=code, appeal_reason="", **fields)
    assert 'id="m-appeal_reason"' in bare.text
    sent = stranger.post("/reports/follow/appeal", claim_code=code, appeal_reason="y", **fields)
    assert "Your appeal is with the office." in text_of(sent)
    assert sent.headers["Cache-Control"] == "no-store"
    wrong = stranger.post("/reports/follow/appeal", claim_code="x", appeal_reason="y", **fields)
    assert "No report has this code." in text_of(wrong)


def test_who_wrote_covered_words_reads_them_and_why_others_do_not(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    desk.step(report_id, "joins", "neighbour")
    desk.step(report_id, "coverings", "supervisor", text="report", reason="辱骂")
    own = text_of(mine.get(f"/me/reports/{report_id}"))
    assert "井盖没了" in own
    assert "Others read instead: covered, because 辱骂" in own
    assert "My words were no insult" in own
    others = text_of(browser_of(desk.world, desk.neighbour).get(f"/me/reports/{report_id}"))
    assert "once the office has published it" in others
    assert "井盖没了" not in others
    staff = desk.world.get(f"/reports/{report_id}", desk.keys["dispatcher"]).get_json()
    assert (staff["description"], staff["covered"]) == (None, "辱骂")


def sent_by_page(browser: Browser, **changes: str) -> str:
    browser.get("/me/reports/new")
    form = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, "name": "named", **changes}
    key = {"idempotency_key": browser.hidden("idempotency_key")} | form
    photo = io.BytesIO(encoded(quarters(), "JPEG"))
    answer = browser.upload_several("/me/reports/new", [("photos", photo, "a.jpg")], **key)
    return text_of(browser.follow(answer) if answer.status_code == 303 else answer)


def test_a_joint_report_is_sent_confirmed_and_told_by_number(world: World, desk: Desk, mine: Browser) -> None:
    others = [desk.neighbour, world.resident()]
    typed = "，".join(f"{each.number[:3]} {each.number[3:6]} {each.number[6:]}" for each in others)
    said = sent_by_page(mine, joint_with=typed)
    assert "1 person reports this. 2 more were asked and have not answered." in said
    theirs = browser_of(world, desk.neighbour)
    [report] = world.get("/reports", desk.neighbour.key).get_json()["items"]
    path = f"/me/reports/{report['id']}"
    page = theirs.get(path)
    assert "Somebody named you as reporting this together with them." in text_of(page)
    assert theirs.post(f"{path}/together", idempotency_key="k", together="perhaps").status_code == 422
    confirmed = theirs.follow(theirs.post(f"{path}/together", idempotency_key="k", together="confirm"))
    assert "2 people report this together." in text_of(confirmed)
    assert theirs.post(f"{path}/together", idempotency_key="other", together="decline").status_code == 409
    third = browser_of(world, others[1])
    third.get(path)
    declined = third.follow(third.post(f"{path}/together", idempotency_key="k", together="decline"))
    assert "You do not report it together." in text_of(declined)
    assert third.get(path).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"joint_with": "123"},
        {"joint_with": ",".join(["203743096"] * 10)},
        {"name": "anonymous", "joint_with": "123"},
    ],
)
def test_who_cannot_report_together_is_said_beside_the_field(mine: Browser, changes: dict[str, str]) -> None:
    said = sent_by_page(mine, **changes)
    assert mine.page is not None
    assert 'id="m-joint_with"' in mine.page.text, said


def test_reports_without_a_name_are_limited_on_the_page_too(world: World, mine: Browser) -> None:
    limits = dict.fromkeys(
        (
            *("per_day", "waiting", "nameless_per_hour", "false_count", "false_days"),
            *("on_behalf_per_month", "on_behalf_per_resident"),
        )
    ) | {"nameless_per_hour": 1}
    world.post("/report-limits", limits, world.administrator)
    assert "Too many reports" not in sent_by_page(mine, name="anonymous")
    assert "Too many reports without a name" in sent_by_page(mine, name="anonymous")


def test_a_reporter_reads_why_it_is_not_shown_and_appeals(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    desk.step(report_id, "publications", "supervisor", text=None, photos=[], reason="全是人名")
    path = f"/me/reports/{report_id}"
    page = mine.get(path)
    assert "Not shown because: 全是人名" in text_of(page)
    assert "The public should see more of it" in text_of(page)
    fields = {name: mine.hidden(name) for name in ("idempotency_key", "subject", "subject_id")}
    sent = mine.follow(mine.post(f"{path}/appeals", appeal_reason="没有人名", **fields))
    assert "Against what the public does not see not decided yet" in text_of(sent)
    [made] = desk.world.get("/appeals", desk.keys["other_supervisor"]).get_json()["items"]
    desk.step(report_id, f"appeals/{made['id']}/decision", "other_supervisor", decision="uphold", reason="可以公开")
    said = text_of(mine.get(path))
    assert "可以公开" in said
    assert "An officer decides anew what the public sees." in said
    told = text_of(mine.get("/me/notices"))
    number = desk.world.get(f"/reports/{report_id}", desk.keys["resident"]).get_json()["number"]
    assert f"Some of report {number} is withheld from the public. The reason is with the report." in told
    assert f"Your appeal about report {number} was decided." in told


def test_whoever_has_the_code_appeals_for_what_the_public_does_not_see(world: World, desk: Desk) -> None:
    made = desk.sent_in(anonymous=True)
    desk.step(made["id"], "acceptance", "supervisor", severity="normal")
    desk.step(made["id"], "publications", "supervisor", text=None, photos=[], reason="能认出人")
    stranger, code = Browser(world), made["claim_code"]
    stranger.get("/reports/follow")
    assert "Not shown because: 能认出人" in text_of(stranger.post("/reports/follow", claim_code=code))
    fields = {name: stranger.hidden(name) for name in ("idempotency_key", "subject", "subject_id")}
    sent = stranger.post("/reports/follow/appeal", claim_code=code, appeal_reason="y", **fields)
    assert "Your appeal is with the office." in text_of(sent)
