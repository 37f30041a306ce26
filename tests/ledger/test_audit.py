"""The audit as a whole: green on sound books, with others' checks, and knowing whether the guards stand."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from awards.checks import GUARDS as AWARDS_GUARDS
from cards.checks import GUARDS as CARDS_GUARDS
from holds.checks import GUARDS as HOLDS_GUARDS
from ledger import CheckResult, audit
from ledger.guards import GUARDS
from listening.checks import GUARDS as LISTENING_GUARDS
from merchants.checks import GUARDS as MERCHANTS_GUARDS
from publishing.checks import GUARDS as PUBLISHING_GUARDS
from reports.checks import GUARDS as REPORTS_GUARDS
from reports.fairness_checks import GUARDS as FAIRNESS_GUARDS
from seals.checks import GUARDS as SEALS_GUARDS
from settlements.checks import GUARDS as SETTLEMENTS_GUARDS
from suspicions.checks import GUARDS as SUSPICIONS_GUARDS
from tests.ledger.builders import open_books, tell_a_story
from tests.ledger.tampering import difference
from tills.checks import GUARDS as TILLS_GUARDS

CHECKS = [
    "every entry has postings",
    "every posting has its entry",
    "every entry balances",
    "all debits equal all credits",
    "every amount is positive and on a side",
    "every posting is in its accounts asset",
    "every lot suits its asset",
    "no entry is reversed twice",
    "every reversal mirrors its entry",
    "every reversal is by another person",
    "every balance is the sum of its postings",
    "every account is within its bounds",
    "every account counts its postings",
    "every account remembers its latest entry",
    "every seq is gapless",
    "every running balance is right",
    "time never runs backwards",
    "every lot is the sum of its postings",
    "lots add up to their account",
    "every closing statement says what the postings say",
    "every closing balance carries on",
    "every closing balance is where later sums begin",
    "closed periods stay closed",
    "the guards stand",
    "who could change the books",
]


@pytest.mark.parametrize("books", [lambda _: None, open_books, tell_a_story], ids=["no", "empty", "full"])
def test_sound_books_pass_every_check(session: Session, books: Callable[[Session], object]) -> None:
    books(session)
    results = list(audit(session))
    assert [result.name for result in results] == CHECKS
    assert [result for result in results if not result.ok] == []
    assert [result.name for result in results if result.detail] == ["who could change the books"]


def test_what_cannot_be_read_is_a_difference_and_ends_no_audit(session: Session) -> None:
    def every_cup_is_counted(_session: Session) -> str | None:
        raise ValueError("seven and a half\nof eight")

    def every_saucer_is_counted(_session: Session) -> str | None:
        return None

    *_, cups, saucers, _ = audit(session, [every_cup_is_counted, every_saucer_is_counted])
    assert (cups.ok, cups.detail) == (False, "what stands there cannot be read: seven and a half")
    assert saucers.ok


def test_other_rooms_add_checks_of_their_own(session: Session) -> None:
    def every_cup_has_a_handle(_session: Session) -> str | None:
        return None

    def no_cup_is_broken(asked: Session) -> str | None:
        return "cup 7 is broken" if asked is session else None

    results = list(audit(session, extra_checks=[every_cup_has_a_handle, no_cup_is_broken]))
    assert CheckResult("every cup has a handle", ok=True, detail="") in results
    assert CheckResult("no cup is broken", ok=False, detail="cup 7 is broken") in results


def test_taking_the_guards_away_breaks_nothing_else(broken: Session) -> None:
    assert [result.name for result in audit(broken) if not result.ok] == ["the guards stand"]


# --- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "guard"), [(kind, each) for kind in GUARDS for each in GUARDS[kind]], indirect=["database"]
)
def test_a_guard_that_is_missing_is_found(session: Session, guard: str) -> None:
    table = next(table for table in ("postings", "accounts", "journal_entries") if guard.startswith(table))
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    session.execute(text(f"DROP TRIGGER {guard}" if on_sqlite else f"DROP TRIGGER {guard} ON {table}"))
    assert difference(session, "the guards stand") == f"trigger {guard} is missing or disabled"


@pytest.mark.parametrize("how", ["DISABLE", "ENABLE REPLICA"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_guard_that_sleeps_is_found(session: Session, how: str) -> None:
    session.execute(text(f"ALTER TABLE postings {how} TRIGGER postings_append_only"))
    assert difference(session, "the guards stand") == "trigger postings_append_only is missing or disabled"


ALL_GUARDS = (
    *(GUARDS, AWARDS_GUARDS, FAIRNESS_GUARDS, HOLDS_GUARDS, LISTENING_GUARDS, PUBLISHING_GUARDS, REPORTS_GUARDS),
    *(SEALS_GUARDS, SETTLEMENTS_GUARDS, CARDS_GUARDS, MERCHANTS_GUARDS, TILLS_GUARDS, SUSPICIONS_GUARDS),
)


def test_the_audit_knows_every_guard_there_is(session: Session) -> None:
    kind = session.get_bind().dialect.name
    every_trigger = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    known = [guard for guards in ALL_GUARDS for guard in guards[kind]]
    assert sorted(session.scalars(text(every_trigger[kind]))) == sorted(known)


def remark(session: Session) -> str:
    (result,) = [result for result in audit(session) if result.name == "who could change the books"]
    assert result.ok
    return result.detail


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_audit_says_that_sqlite_has_no_roles(session: Session) -> None:
    assert "SQLite has no roles" in remark(session)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_audit_says_whether_the_applications_role_could_change_the_books(session: Session) -> None:
    # A role belongs to the whole server, so what is done here is rolled back.
    assert remark(session).startswith("role postgres could change the books but for the triggers")
    session.execute(text("CREATE ROLE ledger_app_of_the_audit"))
    session.execute(text("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO ledger_app_of_the_audit"))
    session.execute(text("SET LOCAL ROLE ledger_app_of_the_audit"))
    assert remark(session) == "role ledger_app_of_the_audit may only read the books and add to them"
    session.execute(text("RESET ROLE"))
    session.execute(text("GRANT DELETE ON postings TO ledger_app_of_the_audit"))
    session.execute(text("SET LOCAL ROLE ledger_app_of_the_audit"))
    assert remark(session).startswith("role ledger_app_of_the_audit could change the books")
    session.rollback()
