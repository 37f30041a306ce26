"""The audit: green on sound books, and on broken ones it names the first difference."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, String, Table, delete, insert, literal, select, text, update
from sqlalchemy.orm import Session

import ledger
from ledger import Asset, CheckResult, Side, account_id, audit
from ledger.guards import GUARDS
from tests.clock import NOON
from tests.ledger.builders import NEXT_YEAR, OFFICER, THIS_YEAR, UNDATED, Books, open_books, tell_a_story
from tests.ledger.tampering import take_the_guards_away

ENTRIES: Table = ledger.Base.metadata.tables["journal_entries"]
POSTINGS: Table = ledger.Base.metadata.tables["postings"]
ACCOUNTS: Table = ledger.Base.metadata.tables["accounts"]
LOTS: Table = ledger.Base.metadata.tables["account_lots"]

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
    "the guards stand",
    "who could change the books",
]

RESIDENT = "resident:7f3:available"


# --- sound books -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("books", [lambda _: None, open_books, tell_a_story], ids=["no", "empty", "full"])
def test_sound_books_pass_every_check(session: Session, books: Callable[[Session], object]) -> None:
    books(session)
    results = list(audit(session))
    assert [result.name for result in results] == CHECKS
    assert [result for result in results if not result.ok] == []
    assert [result.name for result in results if result.detail] == ["who could change the books"]


def test_other_rooms_add_checks_of_their_own(session: Session) -> None:
    def every_cup_has_a_handle(_session: Session) -> str | None:
        return None

    def no_cup_is_broken(asked: Session) -> str | None:
        return "cup 7 is broken" if asked is session else None

    results = list(audit(session, extra_checks=[every_cup_has_a_handle, no_cup_is_broken]))
    assert CheckResult("every cup has a handle", ok=True, detail="") in results
    assert CheckResult("no cup is broken", ok=False, detail="cup 7 is broken") in results


# --- broken books ----------------------------------------------------------------------------------------------------


@pytest.fixture
def books(session: Session) -> Books:
    """Return books in which nothing guards the rows any more."""
    made = tell_a_story(session)
    session.commit()
    take_the_guards_away(session)
    return made


def difference(session: Session, check: str) -> str:
    """Return what this check found."""
    (result,) = [result for result in audit(session) if result.name == check]
    assert not result.ok
    return result.detail


def first_entry(session: Session, kind: str) -> UUID:
    """Return the first entry of a kind in the order of recording."""
    of_kind = select(ENTRIES.c.id).where(ENTRIES.c.kind == kind)
    found: UUID = session.scalars(of_kind.order_by(ENTRIES.c.recorded_at, ENTRIES.c.id).limit(1)).one()
    return found


def of(entry_id: UUID, line: int) -> ColumnElement[bool]:
    """Return the condition that picks one posting of an entry."""
    return (POSTINGS.c.entry_id == entry_id) & (POSTINGS.c.line == line)


def at(account: int, seq: int) -> ColumnElement[bool]:
    """Return the condition that picks one posting of an account."""
    return (POSTINGS.c.account_id == account) & (POSTINGS.c.seq == seq)


def entry_at(session: Session, account: int, seq: int) -> UUID:
    found: UUID = session.scalars(select(POSTINGS.c.entry_id).where(at(account, seq))).one()
    return found


def change_posting(session: Session, which: ColumnElement[bool], **values: Any) -> None:
    assert session.connection().execute(update(POSTINGS).where(which).values(**values)).rowcount == 1


def change_entry(session: Session, entry_id: UUID, **values: Any) -> None:
    assert session.connection().execute(update(ENTRIES).where(ENTRIES.c.id == entry_id).values(**values)).rowcount == 1


def change_account(session: Session, account: int, **values: Any) -> None:
    assert session.connection().execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(**values)).rowcount == 1


@pytest.mark.usefixtures("books")
def test_taking_the_guards_away_breaks_nothing_else(session: Session) -> None:
    assert [result.name for result in audit(session) if not result.ok] == ["the guards stand"]


def test_an_entry_without_postings_is_found(session: Session, books: Books) -> None:
    entry = entry_at(session, books.minutes, 1)
    session.execute(delete(POSTINGS).where(POSTINGS.c.entry_id == entry))
    assert difference(session, "every entry has postings") == f"entry {entry} has no postings"


@pytest.mark.usefixtures("books")
def test_postings_without_an_entry_are_found(session: Session) -> None:
    entry = first_entry(session, "redemption")
    session.execute(delete(ENTRIES).where(ENTRIES.c.id == entry))
    assert difference(session, "every posting has its entry") == f"postings name entry {entry}, which does not exist"


@pytest.mark.usefixtures("books")
def test_an_entry_that_does_not_balance_is_found(session: Session) -> None:
    entry = first_entry(session, "minutes")
    change_posting(session, of(entry, 1), amount=91)
    assert difference(session, "every entry balances") == f"entry {entry}: debits less credits of MIN are 1, not 0"
    assert difference(session, "all debits equal all credits") == "all debits less all credits of MIN are 1, not 0"


@pytest.mark.usefixtures("books")
def test_entries_that_balance_each_other_but_not_themselves_are_found(session: Session) -> None:
    award, appropriation = first_entry(session, "award"), first_entry(session, "appropriation")
    change_posting(session, of(award, 1), amount=POSTINGS.c.amount + 1)
    change_posting(session, of(appropriation, 4), amount=POSTINGS.c.amount + 1)
    assert "of PAB are" in difference(session, "every entry balances")
    assert "all debits equal all credits" not in [result.name for result in audit(session) if not result.ok]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("amount", [0, -90])
def test_an_amount_that_is_not_positive_is_found(session: Session, amount: int) -> None:
    entry = first_entry(session, "minutes")
    session.execute(update(POSTINGS).where(POSTINGS.c.entry_id == entry).values(amount=amount))
    found = difference(session, "every amount is positive and on a side")
    assert found == f"entry {entry}, line 1: {amount} on the debit side"


@pytest.mark.usefixtures("books")
def test_a_third_side_is_found(session: Session) -> None:
    entry = first_entry(session, "minutes")
    change_posting(session, of(entry, 2), side=literal("middle", String))
    found = difference(session, "every amount is positive and on a side")
    assert found == f"entry {entry}, line 2: 90 on the middle side"


@pytest.mark.usefixtures("books")
def test_an_unknown_asset_is_found(session: Session) -> None:
    entry = first_entry(session, "minutes")
    change_posting(session, of(entry, 2), asset=literal("GOLD", String))
    found = difference(session, "every posting is in its accounts asset")
    assert re.fullmatch(rf"entry {entry}, line 2: GOLD on account \d+ \(resident:7f3:minutes\)", found)


def test_an_account_that_vanished_is_found(session: Session, books: Books) -> None:
    session.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == books.minutes))
    entry = first_entry(session, "minutes")
    found = difference(session, "every posting is in its accounts asset")
    assert found == f"entry {entry}, line 2: MIN on account {books.minutes} (unknown)"


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(("kind", "asset", "lot"), [("redemption", "PAB", ""), ("minutes", "MIN", THIS_YEAR)])
def test_a_lot_that_does_not_suit_its_asset_is_found(session: Session, kind: str, asset: str, lot: str) -> None:
    entry = first_entry(session, kind)
    change_posting(session, of(entry, 2), lot=lot)
    assert difference(session, "every lot suits its asset") == f"entry {entry}, line 2: lot {lot!r} on {asset}"


# --- reversals -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("books")
def test_an_entry_reversed_twice_is_found(session: Session) -> None:
    wrong = session.scalars(select(ENTRIES.c.reverses_id).where(ENTRIES.c.kind == "reversal")).one()
    change_entry(session, first_entry(session, "redemption"), reverses_id=wrong)
    assert difference(session, "no entry is reversed twice") == f"entry {wrong} was reversed 2 times"


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "values", [{"amount": 78}, {"lot": NEXT_YEAR}, {"side": Side.CREDIT}, {"asset": Asset.CNY}], ids=str
)
def test_a_reversal_that_is_no_mirror_is_found(session: Session, values: dict[str, Any]) -> None:
    mirror = first_entry(session, "reversal")
    change_posting(session, of(mirror, 2), **values)
    found = difference(session, "every reversal mirrors its entry")
    assert found == f"reversal {mirror} does not mirror its entry on account resident:8a4:available"


@pytest.mark.usefixtures("books")
def test_a_reversal_with_a_posting_too_few_is_found(session: Session) -> None:
    mirror = first_entry(session, "reversal")
    session.execute(delete(POSTINGS).where(of(mirror, 1)))
    found = difference(session, "every reversal mirrors its entry")
    assert found == f"reversal {mirror} does not mirror its entry on account fund:peace:available"


@pytest.mark.usefixtures("books")
def test_a_reversal_by_the_author_is_found(session: Session) -> None:
    mirror = first_entry(session, "reversal")
    change_entry(session, mirror, actor=OFFICER)
    found = difference(session, "every reversal is by another person")
    assert found == f"reversal {mirror} is by {OFFICER}, who wrote the entry"


# --- what accounts keep ----------------------------------------------------------------------------------------------


def test_a_balance_that_is_not_the_sum_of_its_postings_is_found(session: Session, books: Books) -> None:
    change_account(session, books.resident, balance=751)
    found = difference(session, "every balance is the sum of its postings")
    assert found == "account resident:7f3:available keeps 751, its postings add up to 750"


def test_a_balance_without_postings_is_found(session: Session, books: Books) -> None:
    session.execute(delete(POSTINGS).where(POSTINGS.c.account_id == books.minutes))
    found = difference(session, "every balance is the sum of its postings")
    assert found == "account resident:7f3:minutes keeps 90, its postings add up to 0"


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("resident:7f3:available", {"balance": -1}, "is open and keeps -1"),
        ("issued", {"balance": 5}, "is open and keeps 5"),
        ("resident:7f3:available", {"state": "closed"}, "is closed and keeps 750"),
        ("resident:7f3:available", {"state": "asleep"}, "is asleep and keeps 750"),
    ],
)
@pytest.mark.usefixtures("books")
def test_an_account_outside_of_its_bounds_is_found(
    session: Session, code: str, values: dict[str, Any], words: str
) -> None:
    as_they_are = {name: literal(value) for name, value in values.items()}
    change_account(session, account_id(session, code), **as_they_are)
    assert difference(session, "every account is within its bounds") == f"account {code} {words}"


def test_a_wrong_count_of_postings_is_found(session: Session, books: Books) -> None:
    change_account(session, books.resident, seq=5)
    found = difference(session, "every account counts its postings")
    assert found == "account resident:7f3:available is at seq 5 and has 4 numbered postings"


def test_a_numbered_posting_of_an_unbounded_account_is_found(session: Session, books: Books) -> None:
    change_posting(session, POSTINGS.c.account_id == books.issued, seq=1)
    change_account(session, books.issued, seq=1)
    found = difference(session, "every account counts its postings")
    assert found == "account issued is at seq 1 and has 1 numbered postings"


@pytest.mark.parametrize("remembered", [None, NOON])
def test_an_account_that_forgot_its_latest_entry_is_found(
    session: Session, books: Books, remembered: datetime | None
) -> None:
    change_account(session, books.resident, recorded_at=remembered)
    found = difference(session, "every account remembers its latest entry")
    assert found.startswith(f"account resident:7f3:available remembers {remembered and remembered.astimezone(UTC)}")


# --- the order of an account's postings ------------------------------------------------------------------------------


@pytest.mark.parametrize(("tampered", "place"), [(9, 2), (3, 2), (None, 2)])
def test_a_gap_or_a_double_in_the_numbers_is_found(
    session: Session, books: Books, tampered: int | None, place: int
) -> None:
    change_posting(session, at(books.resident, 2), seq=tampered)
    found = difference(session, "every seq is gapless")
    assert re.fullmatch(rf"account {RESIDENT}, entry \S+: seq 3 stands where {place} belongs", found)


def test_a_wrong_balance_after_is_found(session: Session, books: Books) -> None:
    entry = entry_at(session, books.resident, 2)
    change_posting(session, at(books.resident, 2), balance_after=2_051)
    found = difference(session, "every running balance is right")
    assert found == f"account {RESIDENT}, seq 2, entry {entry}: balance after 2051, the postings add up to 2050"


def test_a_missing_balance_after_is_found(session: Session, books: Books) -> None:
    change_posting(session, at(books.resident, 1), balance_after=None)
    assert "balance after None" in difference(session, "every running balance is right")


def test_a_history_that_dipped_below_zero_is_found(session: Session, books: Books) -> None:
    change_posting(session, at(books.resident, 1), side=Side.DEBIT, balance_after=-1_250)
    found = difference(session, "every running balance is right")
    assert "seq 1" in found
    assert "balance after -1250, the postings add up to -1250" in found


def test_a_time_that_runs_backwards_is_found(session: Session, books: Books) -> None:
    entry = entry_at(session, books.resident, 3)
    change_entry(session, entry, recorded_at=NOON - timedelta(days=1))
    found = difference(session, "time never runs backwards")
    # The redemption is the shop's first entry, so the resident is the first to show it.
    assert found.startswith(f"account {RESIDENT}, seq 3: entry {entry} is recorded at 2026-05-31 04:00:00+00:00,")


# --- lots ------------------------------------------------------------------------------------------------------------


def change_lot(session: Session, account: int, label: str, **values: Any) -> None:
    which = (LOTS.c.account_id == account) & (LOTS.c.lot == label)
    assert session.connection().execute(update(LOTS).where(which).values(**values)).rowcount == 1


def test_a_lot_that_is_not_the_sum_of_its_postings_is_found(session: Session, books: Books) -> None:
    change_lot(session, books.resident, NEXT_YEAR, balance=751)
    found = difference(session, "every lot is the sum of its postings")
    assert found == f"account {RESIDENT} keeps 751 of lot {NEXT_YEAR}, its postings add up to 750"
    found = difference(session, "lots add up to their account")
    assert found == f"account {RESIDENT} keeps 750, its lots add up to 751"


def test_credits_relabelled_within_an_account_are_found(session: Session, books: Books) -> None:
    change_lot(session, books.resident, NEXT_YEAR, lot="never:school")
    found = difference(session, "every lot is the sum of its postings")
    assert found == f"account {RESIDENT} keeps 0 of lot {NEXT_YEAR}, its postings add up to 750"
    assert "lots add up to their account" not in [result.name for result in audit(session) if not result.ok]


def test_a_lot_that_vanished_is_found(session: Session, books: Books) -> None:
    session.execute(delete(LOTS).where(LOTS.c.account_id == books.shop))
    found = difference(session, "every lot is the sum of its postings")
    assert found == "account merchant:Corner_Shop-1:payable keeps 0 of lot never:peace, its postings add up to 1300"


def test_a_lot_below_zero_is_found(session: Session, books: Books) -> None:
    change_posting(session, at(books.shop, 1), side=Side.DEBIT)
    change_lot(session, books.shop, UNDATED, balance=-1_300)
    found = difference(session, "every lot is the sum of its postings")
    assert (
        found == "account merchant:Corner_Shop-1:payable keeps -1300 of lot never:peace, its postings add up to -1300"
    )


@pytest.mark.usefixtures("books")
def test_a_lot_of_no_account_is_found(session: Session) -> None:
    session.execute(insert(LOTS).values(account_id=999, lot=UNDATED, balance=1))
    assert "keeps 1 of lot never:peace" in difference(session, "every lot is the sum of its postings")


# --- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "guard"), [(kind, each) for kind in GUARDS for each in GUARDS[kind]], indirect=["database"]
)
def test_a_guard_that_is_missing_is_found(session: Session, guard: str) -> None:
    table = "postings" if guard.startswith("postings") else "journal_entries"
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    session.execute(text(f"DROP TRIGGER {guard}" if on_sqlite else f"DROP TRIGGER {guard} ON {table}"))
    assert difference(session, "the guards stand") == f"trigger {guard} is missing or disabled"


@pytest.mark.parametrize("how", ["DISABLE", "ENABLE REPLICA"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_guard_that_sleeps_is_found(session: Session, how: str) -> None:
    session.execute(text(f"ALTER TABLE postings {how} TRIGGER postings_append_only"))
    assert difference(session, "the guards stand") == "trigger postings_append_only is missing or disabled"


def test_the_audit_knows_every_guard_there_is(session: Session) -> None:
    kind = session.get_bind().dialect.name
    every_trigger = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    assert sorted(session.scalars(text(every_trigger[kind]))) == sorted(GUARDS[kind])


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
