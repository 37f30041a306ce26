"""The page of one report: each step by its form, refusals in words beside it, and nothing that would be refused."""

from datetime import timedelta

import pytest

import reports
from people import Role
from reports import ReportStatus, StepKind
from tests.web.pages.browser import Browser, logged_in, text_of
from tests.web.pages.office.reporting import DEPARTMENT, OTHER_DEPARTMENT, Officers, done, refused
from tests.web.world import OTHER_TOWN, World

# Each form and what it sends where nothing is wrong with it.
FORMS: dict[str, dict[str, str]] = {
    "acceptance": {"severity": "urgent"},
    "rejection": {"rejection_reason": "不在本市", "rejection_kind": "not_ours"},
    "merger": {"into_number": "260601000000"},
    "dispatch": {"dispatch_unit": DEPARTMENT, "due_on": ""},
    "transfer": {"transfer_unit": OTHER_DEPARTMENT},
    "acknowledgement": {},
    "handling": {"handling_note": "好了"},
    "verification": {"verification_note": ""},
    "return": {"return_note": "还在晃"},
    "closure": {},
    "postponement": {"later_on": "2026-07-30", "postponement_reason": "等配件"},
    "withdrawal": {"withdrawal_reason": "误报"},
}
OFFERED = {
    ReportStatus.SUBMITTED: ({"acceptance", "rejection", "merger"}, set(), set()),
    ReportStatus.ACCEPTED: ({"postponement", "withdrawal"}, {"dispatch"}, set()),
    ReportStatus.DISPATCHED: ({"postponement", "withdrawal"}, {"transfer"}, {"acknowledgement"}),
    ReportStatus.ACKNOWLEDGED: ({"postponement", "withdrawal"}, {"transfer"}, {"handling"}),
    ReportStatus.HANDLED: ({"verification", "return", "withdrawal"}, set(), set()),
    ReportStatus.VERIFIED: ({"closure"}, set(), set()),
    ReportStatus.CLOSED: (set(), set(), set()),
}


@pytest.fixture
def office(world: World) -> Officers:
    """Return an office where nothing is reported yet."""
    return Officers(world)


def offered(browser: Browser, path: str) -> set[str]:
    """Return the forms that a report's page offers; nothing where there is no such page for the reader."""
    answer = browser.get(path)
    return {name for name in FORMS if f'action="{path}/{name}"' in answer.text}


def test_a_page_offers_exactly_what_may_be_done_now(office: Officers) -> None:
    people = office.supervisor, office.dispatcher, office.handler
    for status, expected in OFFERED.items():
        path = office.brought_to(status)
        assert tuple(offered(browser, path) for browser in people) == expected, status
        for browser in people:
            page = browser.get(path)
            # One primary action, or none.
            assert page.text.count('class="big"') <= 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_goes_its_way_by_the_forms_of_three_people(world: World, language: str) -> None:
    office = Officers(world, language)
    path = office.brought_to(ReportStatus.SUBMITTED)
    english = language == "en"
    words = done(office.supervisor, path, "acceptance", severity="serious")
    assert ("Accepted." if english else "已受理。") in words
    # Who is next.
    assert ("gives it to a department by" if english else "派给责任部门") in words
    words = done(office.dispatcher, path, "dispatch", dispatch_unit=DEPARTMENT, due_on="")
    assert ("has to do it by" if english else "办好。") in words
    assert office.duty(path)[0] == DEPARTMENT
    done(office.handler, path, "acknowledgement")
    words = done(office.handler, path, "handling", handling_note="换了新井盖")
    assert "换了新井盖" in words
    assert ("a supervisor looks" if english else "督办员查看") in words
    done(office.supervisor, path, "return", return_note="还在晃")
    done(office.handler, path, "handling", handling_note="这次固定了")
    done(office.supervisor, path, "verification", verification_note="")
    words = done(office.supervisor, path, "closure")
    assert ("Closed." if english else "已结案。") in words
    assert office.report(path).status is ReportStatus.CLOSED
    # Names of those who did it, and of nobody who reported.
    assert "李桂兰" in words
    assert ("A resident" if english else "一位居民") in words


def test_a_department_reads_nothing_of_the_reporter(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    number = office.desk.reporter.number
    assert "王*明" in text_of(office.supervisor.get(path))
    assert number in text_of(office.supervisor.get(path)).replace(" ", "")
    for browser in (office.dispatcher, office.handler):
        words = text_of(browser.get(path))
        assert "王*明" not in words
        assert number not in words.replace(" ", "")


def test_whose_a_confidential_report_is_two_supervisors_learn_together(office: Officers) -> None:
    report_id = office.sent_in_by(office.reporter, is_confidential=True)
    nameless = office.sent_in_by(reports.nobody())
    for path, name in ((report_id, "kept confidential"), (nameless, "without a name")):
        words = text_of(office.supervisor.get(f"/office/reports/{path}"))
        assert name in words
        assert "王*明" not in words
    assert "Somebody without a name" in text_of(office.supervisor.get(f"/office/reports/{nameless}"))
    office.browser(Role.SUPERVISOR, handle="first")
    first, second = office.principal("first"), office.principal("li.guan")
    at = office.world.clock.at
    office.world.done(lambda session: reports.ask_unmasking(session, report_id=report_id, reason="x", by=first, now=at))
    office.world.done(
        lambda session: reports.decide_unmasking(
            session, report_id=report_id, is_approved=True, note=None, by=second, now=at
        )
    )
    assert "王*明" in text_of(logged_in(office.world, "first").get(f"/office/reports/{report_id}"))
    assert "王*明" not in text_of(office.supervisor.get(f"/office/reports/{report_id}"))


def test_a_report_is_rejected_with_a_reason_or_merged_by_number(office: Officers) -> None:
    rejected, merged, other = (office.brought_to(ReportStatus.SUBMITTED) for _ in range(3))
    assert "不在本市" in done(
        office.supervisor, rejected, "rejection", rejection_reason="不在本市", rejection_kind="not_ours"
    )
    number = office.report(other).number
    words = done(office.supervisor, merged, "merger", into_number=f"{number[:6]} {number[6:]}")
    assert "Merged. It goes on with the other report." in words
    assert f'href="{other}"' in office.supervisor.get(merged).text
    assert office.report(merged).merged_into_id == office.report(other).id


def test_a_number_to_merge_into_is_refused_beside_its_field(office: Officers) -> None:
    path, ended = office.brought_to(ReportStatus.SUBMITTED), office.brought_to(ReportStatus.SUBMITTED)
    done(office.supervisor, ended, "rejection", rejection_reason="x", rejection_kind="other")
    for number, words in (
        ("", "Fill this in."),
        ("123", "There is no such report"),
        (office.report(path).number, "The reports cannot be merged"),
        (office.report(ended).number, "The reports cannot be merged"),
    ):
        answer = refused(office.supervisor, path, "merger", into_number=number)
        assert (answer.status_code, words in text_of(answer)) == (422, True), number
        assert 'id="m-into_number"' in answer.text
        assert '<details class="reveal" open>' in answer.text
    assert office.report(path).status is ReportStatus.SUBMITTED


def test_the_day_of_a_dispatch_may_be_earlier_than_the_lists_and_not_later(office: Officers) -> None:
    path = office.brought_to(ReportStatus.ACCEPTED)
    page = office.dispatcher.get(path).text
    last_on = page.partition('max="')[2].partition('"')[0]
    assert f'<option value="{office.report(path).department_code or DEPARTMENT}"' in page
    late = refused(office.dispatcher, path, "dispatch", dispatch_unit=DEPARTMENT, due_on="2027-01-01")
    assert (late.status_code, f"to {last_on}." in text_of(late)) == (422, True)
    assert 'id="m-due_on"' in late.text
    assert 'value="2027-01-01"' in late.text
    wrong = refused(office.dispatcher, path, "dispatch", dispatch_unit="nowhere", due_on="")
    assert 'id="m-dispatch_unit"' in wrong.text
    today = office.world.clock.at.date().isoformat()
    done(office.dispatcher, path, "dispatch", dispatch_unit=OTHER_DEPARTMENT, due_on=today)
    assert office.duty(path) == (OTHER_DEPARTMENT, office.world.clock.at.date())


def test_a_transfer_in_time_keeps_the_day(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    department, due_on = office.duty(path)
    other = OTHER_DEPARTMENT if department != OTHER_DEPARTMENT else DEPARTMENT
    again = refused(office.dispatcher, path, "transfer", transfer_unit=department)
    assert (again.status_code, 'id="m-transfer_unit"' in again.text) == (422, True)
    done(office.dispatcher, path, "transfer", transfer_unit=other)
    assert office.duty(path) == (other, due_on)


def test_a_later_day_is_asked_by_one_and_given_by_another(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    first, second = office.supervisor, office.browser(Role.SUPERVISOR)
    due_on = office.duty(path)[1]
    early = refused(first, path, "postponement", later_on=due_on.isoformat(), postponement_reason="等配件")
    assert (early.status_code, 'id="m-later_on"' in early.text) == (422, True)
    later = due_on + timedelta(days=9)
    words = done(first, path, "postponement", later_on=later.isoformat(), postponement_reason="等配件")
    assert "Asked. Another supervisor decides." in words
    assert "You asked for this" in words
    # While this waits, nothing else is asked.
    assert offered(first, path) == offered(second, path) == set()
    own = refused(first, path, "decision", kind="postponement", decision="approve", decision_note="")
    assert own.status_code == 403
    assert "等配件" in text_of(second.get(path))
    words = done(second, path, "decision", kind="postponement", decision="approve", decision_note="同意")
    assert "Approved." in words
    assert "同意" in words
    assert office.duty(path)[1] == later
    nothing = refused(second, path, "decision", kind="postponement", decision="approve", decision_note="")
    assert (nothing.status_code, "Nothing waits for a decision" in text_of(nothing)) == (409, True)


def test_a_withdrawal_ends_a_report_only_when_another_approves(office: Officers) -> None:
    path = office.brought_to(ReportStatus.DISPATCHED)
    first, second = office.supervisor, office.browser(Role.SUPERVISOR)
    done(first, path, "withdrawal", withdrawal_reason="误报")
    words = done(second, path, "decision", kind="withdrawal", decision="reject", decision_note="再看一次")
    assert "Not approved. Everything stays as it was." in words
    assert office.report(path).status is ReportStatus.DISPATCHED
    done(first, path, "withdrawal", withdrawal_reason="确实是误报")
    done(second, path, "decision", kind="withdrawal", decision="approve", decision_note="")
    assert office.report(path).status is ReportStatus.WITHDRAWN
    for field, wrong in (("decision", "maybe"), ("kind", "nothing")):
        sent = {"kind": "withdrawal", "decision": "approve", "decision_note": "", field: wrong}
        assert refused(second, path, "decision", **sent).status_code == 422


def test_what_can_no_longer_happen_can_still_be_rejected(office: Officers) -> None:
    path = office.brought_to(ReportStatus.ACKNOWLEDGED)
    first, second = office.supervisor, office.browser(Role.SUPERVISOR)
    later = office.duty(path)[1] + timedelta(days=9)
    done(first, path, "postponement", later_on=later.isoformat(), postponement_reason="等配件")
    done(office.handler, path, "handling", handling_note="好了")
    late = refused(second, path, "decision", kind="postponement", decision="approve", decision_note="")
    assert (late.status_code, "This step is not possible now" in text_of(late)) == (409, True)
    done(second, path, "decision", kind="postponement", decision="reject", decision_note="")


def test_what_is_typed_wrongly_is_said_beside_it_and_kept(office: Officers) -> None:
    new, handled = office.brought_to(ReportStatus.SUBMITTED), office.brought_to(ReportStatus.HANDLED)
    for path, form, fields, field in (
        (new, "acceptance", {"severity": "grave"}, "severity"),
        (new, "rejection", {"rejection_reason": " ", "rejection_kind": "other"}, "rejection_reason"),
        (new, "rejection", {"rejection_reason": "长" * 501, "rejection_kind": "other"}, "rejection_reason"),
        (new, "rejection", {"rejection_reason": "x", "rejection_kind": "rude"}, "rejection_kind"),
        (handled, "return", {"return_note": ""}, "return_note"),
        (handled, "verification", {"verification_note": "a\x07"}, "verification_note"),
    ):
        answer = refused(office.supervisor, path, form, **fields)
        assert (answer.status_code, f'id="m-{field}"' in answer.text) == (422, True), (form, fields)
    assert office.report(new).status is ReportStatus.SUBMITTED
    assert office.report(handled).status is ReportStatus.HANDLED


def test_a_form_sent_twice_does_one_thing(office: Officers) -> None:
    path = office.brought_to(ReportStatus.SUBMITTED)
    office.supervisor.get(path)
    answers = [office.supervisor.post(f"{path}/acceptance", severity="normal", idempotency_key="k") for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {path}
    assert office.steps(path) == [StepKind.SUBMISSION, StepKind.ACCEPTANCE]
    other_key = office.supervisor.post(f"{path}/acceptance", severity="normal", idempotency_key="l")
    assert (other_key.status_code, "This step is not possible now" in text_of(other_key)) == (409, True)
    assert office.supervisor.post(f"{path}/acceptance", severity="urgent", idempotency_key="k").status_code == 422
    assert office.supervisor.post(f"{path}/acceptance", severity="urgent").status_code == 400


def test_one_person_never_has_two_ends_of_a_report(office: Officers) -> None:
    office.browser(Role.SUPERVISOR, handle="both")
    both = office.browser(Role.DISPATCHER, handle="both")
    path = office.brought_to(ReportStatus.SUBMITTED)
    done(both, path, "acceptance", severity="normal")
    assert "dispatch" not in offered(both, path)
    assert "You had another part in this report" in text_of(both.get(path))
    answer = refused(both, path, "dispatch", dispatch_unit=DEPARTMENT, due_on="")
    assert answer.status_code == 403
    assert 'data-code="same_person"' in answer.text
    assert office.report(path).status is ReportStatus.ACCEPTED


def test_who_has_nothing_to_do_with_a_report_can_do_nothing(office: Officers) -> None:
    path = office.brought_to(ReportStatus.HANDLED)
    strangers = {role: office.browser(role, OTHER_TOWN) for role in (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)}
    for role, browser in strangers.items():
        assert browser.get(path).status_code == 404
        browser.get("/account")
        for form, fields in FORMS.items():
            answer = browser.post(f"{path}/{form}", idempotency_key=f"{role}{form}", **fields)
            assert answer.status_code in {403, 404}, (role, form)
    finance = office.browser(Role.FINANCE)
    assert finance.get(path).status_code == 403
    for form, fields in FORMS.items():
        assert finance.post(f"{path}/{form}", idempotency_key=form, **fields).status_code == 403
        assert office.supervisor.forged(f"{path}/{form}", idempotency_key=form, **fields).status_code in {400, 403}
    assert office.report(path).status is ReportStatus.HANDLED
