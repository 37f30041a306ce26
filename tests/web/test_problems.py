"""The table of problems is whole, and told in two languages."""

import re
from collections.abc import Iterator

import pytest

import awards
import cards
import duties
import earnings
import holds
import ledger
import listening
import merchants
import notices
import oversight
import payments
import people
import photos
import publishing
import receivables
import reports
import responsibilities
import safeguards
import seals
import settlements
import suspicions
import tills
import webhooks
from tests.web.world import World, problem
from web.problems import REFUSALS, ROWS, ProblemError, problem_of, problem_of_refusal, row_of
from web.problems.requests import BY_STATUS, RATE_LIMITED

BASES = (
    ledger.LedgerError,
    holds.HoldError,
    people.PeopleError,
    awards.AwardError,
    duties.DutyError,
    earnings.EarningError,
    reports.ReportError,
    responsibilities.ResponsibilityError,
    listening.ListeningError,
    notices.NoticeError,
    photos.PhotoError,
    publishing.PublishingError,
    merchants.MerchantError,
    payments.PaymentError,
    cards.PaperError,
    safeguards.SafeguardError,
    oversight.OversightError,
    receivables.ReceivableError,
    seals.SealError,
    settlements.SettlementError,
    suspicions.SuspicionError,
    tills.TillError,
    webhooks.WebhookError,
)
CODES_OF_REFUSAL = (
    *("insufficient_balance", "code_expired", "code_used", "code_unknown", "order_no_used", "merchant_not_named"),
    *("merchant_suspended", "fund_not_accepted_here", "limit_exceeded", "possible_duplicate", "pin_required"),
    *("pin_wrong", "pin_locked", "order_closed", "refund_exceeds_redemption", "refund_window_closed"),
    *("owner_approval_required", "fund_exhausted", "account_frozen", "same_person", "already_reversed"),
    "not_reversible",
)


def errors_of(base: type[Exception]) -> Iterator[type[Exception]]:
    """Yield every error below a package's base."""
    for each in base.__subclasses__():
        yield each
        yield from errors_of(each)


@pytest.mark.parametrize("error", [each for base in BASES for each in errors_of(base)], ids=lambda each: each.__name__)
def test_every_domain_error_has_a_row_of_its_own(error: type[Exception]) -> None:
    assert error in ROWS
    row = ROWS[error]
    assert 400 <= row.status < 600
    assert re.fullmatch(r"[a-z_]+", row.code)


def test_every_way_to_refuse_a_payment_has_a_row() -> None:
    assert {refusal.value for refusal in payments.Refusal} - REFUSALS.keys() == set()


def test_the_codes_of_the_contract_keep_their_status() -> None:
    assert set(CODES_OF_REFUSAL) - REFUSALS.keys() == set()
    forbidden = {code for code in CODES_OF_REFUSAL if REFUSALS[code].status == 403}
    assert forbidden == {"same_person", "owner_approval_required"}
    assert {REFUSALS[code].status for code in CODES_OF_REFUSAL} == {403, 409}


def test_a_bug_has_no_row() -> None:
    assert row_of(ValueError("x")) is None
    with pytest.raises(KeyError):
        problem_of(ValueError("x"))


def test_the_words_of_a_row_ask_only_for_what_its_error_knows(world: World) -> None:
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        told = problem_of(people.UnitsFileError(7, "no such level"))
        assert told.detail == "Line 7: no such level."
        assert problem_of(payments.TooManyLiveCodesError(60)).headers == {"Retry-After": "60"}
        assert problem_of(ledger.LostRaceError()).headers == {"Retry-After": "2"}
        assert problem_of(ProblemError(RATE_LIMITED, retry_after_s=9)).headers == {"Retry-After": "9"}
        for row in (*ROWS.values(), *REFUSALS.values(), *BY_STATUS.values()):
            assert str(row.title)
            assert str(row.detail)


@pytest.mark.parametrize("fault", responsibilities.ListFault)
def test_every_fault_of_a_responsibility_list_has_words(world: World, fault: responsibilities.ListFault) -> None:
    names = ("code", "columns", "column", "count", "expected", "length_max", "kinds", "days_max", "parent_code")
    facts = dict.fromkeys((*names, "kind", "parent_kind", "department_code"), "7")
    told = []
    for language in ("en", "zh"):
        with world.app.test_request_context(headers={"Accept-Language": language}):
            told.append(problem_of(responsibilities.ResponsibilitiesFileError(3, fault, **facts)))
    english, chinese = told
    assert english.detail.startswith("Line 3: ")
    assert chinese.detail.startswith("第 3 行：")
    assert english.facts == {"line": 3, "fault": fault}
    assert not re.search(r"[A-Za-z]{5}", chinese.detail.partition("：")[2].replace("private", ""))


def test_a_refused_attempt_is_told_by_its_code(world: World) -> None:
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        told = problem_of_refusal("code_used", redemption_id="7")
        assert (told.status, told.code, told.title) == (409, "code_used", "This code has been used")
        assert told.facts == {"redemption_id": "7"}


def test_words_come_in_the_language_that_is_asked_for(world: World) -> None:
    path = "/api/v1/nothing"
    client = world.app.test_client()
    english = client.get(path, headers={"Accept-Language": "en-GB,en;q=0.9"}).get_json()["title"]
    assert english == "There is no such thing here"
    by_query = client.get(path, query_string={"language": "en"}).get_json()["title"]
    assert by_query == english
    client.set_cookie("language", "en")
    assert client.get(path).get_json()["title"] == english
    assert world.app.test_client().get(path).get_json()["title"] == "这里没有这个内容"


def test_a_problem_for_a_person_is_a_page(world: World) -> None:
    answer = world.app.test_client().get("/nothing", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_bug_is_one_logged_500_without_what_it_happened_with(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    personal = "张三 13800001234"

    def broken(_connection: object, _secret: str) -> None:
        raise ValueError(personal)

    monkeypatch.setattr("web.auth.principal_by_key", broken)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = world.get("/residents", world.administrator)
    assert problem(answer) == (500, "internal_error")
    assert "张三" not in answer.text
    logged = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(logged) == 1
    assert answer.headers["X-Request-ID"] in logged[0].getMessage()
    assert "ValueError" in logged[0].getMessage()
    assert "张三" not in caplog.text


def test_what_cannot_be_done_at_an_address_is_said_with_what_can(world: World) -> None:
    answer = world.app.test_client().delete("/api/v1/residents")
    assert problem(answer) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}
