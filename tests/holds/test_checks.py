"""The audit's checks of holds: silent where all is well, and each names the first difference."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

import ledger
from holds import CHECKS, Hold, HoldCapture, HoldLot, expire_holds
from holds.checks import the_guards_of_holds_stand
from tests.clock import NOON
from tests.holds.builders import AN_HOUR, LATER, Town, captured, hold, town, voided
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, UNDATED, moving


@dataclass(frozen=True)
class Story:
    """One hold of each fate, with what was captured of it."""

    place: Town
    open: UUID
    whole: UUID
    final: UUID
    void: UUID
    expired: UUID
    capture: UUID
    entry: UUID


@pytest.fixture
def story(session: Session) -> Story:
    """Return books in which all is well, and nothing guards the holds."""
    place = town(session, this_year=100, next_year=100)
    expired = hold(session, place, 8)
    expire_holds(session, now=LATER)
    still_open = hold(session, place, 10, lasting=AN_HOUR)
    capture = captured(session, place, still_open.id, 4)
    whole, final, void = hold(session, place, 20), hold(session, place, 30), hold(session, place, 5)
    captured(session, place, whole.id)
    captured(session, place, final.id, 12, final=True)
    voided(session, void.id)
    session.flush()
    return Story(place, still_open.id, whole.id, final.id, void.id, expired.id, capture.id, entry=still_open.entry_id)


def lift_guards(session: Session) -> None:
    """Let rows stand that the database would refuse, as in a file that somebody altered."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        for event in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER holds_refuse_{event}"))
        return
    session.execute(text("DROP TRIGGER holds_end_once ON holds"))
    for name in ("captures_within_amount", "open_while_something_is_left", "the_rest_went_back"):
        session.execute(text(f"ALTER TABLE holds DROP CONSTRAINT ck_holds_{name}"))
    session.execute(text("ALTER TABLE hold_lots DROP CONSTRAINT ck_hold_lots_captures_within_amount"))


def differences(session: Session) -> dict[str, str]:
    """Return what the checks find, by their names; that the guards of holds were lifted is no news."""
    found = {check.__name__: check(session) for check in CHECKS if check is not the_guards_of_holds_stand}
    return {name: difference for name, difference in found.items() if difference is not None}


@pytest.fixture
def bare(session: Session, story: Story) -> Story:
    """Return the same books, in which nothing guards the holds any more."""
    lift_guards(session)
    return story


def change(session: Session, hold_id: UUID, **values: object) -> None:
    """Alter a hold behind the domain's back."""
    session.execute(update(Hold).where(Hold.id == hold_id).values(values))


def test_where_all_is_well_no_check_says_anything(session: Session, story: Story) -> None:
    assert differences(session) == {}
    names = {check.__name__.replace("_", " ") for check in CHECKS}
    results = [result for result in ledger.audit(session, CHECKS) if result.name in names]
    assert [result.ok for result in results] == [True] * len(CHECKS) == [True] * 8
    assert story.open != story.void


def test_empty_books_are_well(session: Session) -> None:
    assert differences(session) == {}


def test_credits_in_a_held_account_that_no_hold_knows_are_named(session: Session, bare: Story) -> None:
    place = bare.place
    ledger.post(session, [moving(place.available, place.held, 3, lot=NEXT_YEAR, kind="award")])
    assert differences(session) == {
        "held_accounts_hold_what_open_holds_have_left": f"account resident:7f3:held keeps 3 of lot {NEXT_YEAR},"
        " its open holds have 0 left"
    }


def test_what_a_fund_holds_for_other_reasons_is_well(session: Session, story: Story) -> None:
    place = story.place
    ledger.post(session, [moving(place.books.fund, place.fund_held, 3, lot=UNDATED, kind="forced_correction")])
    assert differences(session) == {}


def test_a_hold_whose_credits_are_gone_is_named(session: Session, bare: Story) -> None:
    place = bare.place
    ledger.post(session, [moving(place.held, place.available, 2, kind="award")])
    assert differences(session) == {
        "held_accounts_hold_what_open_holds_have_left": f"account resident:7f3:held keeps 4 of lot {THIS_YEAR},"
        " its open holds have 6 left"
    }


def test_a_lot_that_was_altered_is_named(session: Session, bare: Story) -> None:
    session.execute(update(HoldLot).where(HoldLot.hold_id == bare.open).values(captured=5))
    assert differences(session) == {
        "held_accounts_hold_what_open_holds_have_left": f"account resident:7f3:held keeps 6 of lot {THIS_YEAR},"
        " its open holds have 5 left",
        "every_hold_is_the_sum_of_its_lots": f"hold {bare.open} is of 10, 4 captured; its lots add up to 10,"
        " 5 captured",
        "every_lot_of_a_hold_is_in_the_books": f"hold {bare.open}, lot {THIS_YEAR}: beyond what it says its entries"
        " set aside 0, captured -1, gave back 0",
    }


def test_a_lot_that_is_missing_is_named(session: Session, bare: Story) -> None:
    session.execute(delete(HoldLot).where(HoldLot.hold_id == bare.whole))
    assert differences(session) == {
        "every_hold_is_the_sum_of_its_lots": f"hold {bare.whole} is of 20, 20 captured; its lots add up to 0,"
        " 0 captured",
        "every_lot_of_a_hold_is_in_the_books": f"hold {bare.whole}, lot {THIS_YEAR}: beyond what it says its entries"
        " set aside 20, captured 20, gave back 0",
    }


def test_a_hold_that_is_opened_again_is_named(session: Session, bare: Story) -> None:
    change(session, bare.void, state="open", ended_at=None, ended_by=None, returned_entry_id=None)
    found = differences(session)
    assert found["held_accounts_hold_what_open_holds_have_left"].endswith("its open holds have 11 left")
    assert found["every_entry_of_a_hold_has_its_hold"].endswith("of the kind hold_voided belongs to 0, not to 1")


def test_a_hold_of_another_amount_is_named(session: Session, bare: Story) -> None:
    change(session, bare.expired, amount=9)
    assert differences(session) == {
        "every_hold_is_the_sum_of_its_lots": f"hold {bare.expired} is of 9, 0 captured; its lots add up to 8,"
        " 0 captured",
        "what_a_hold_takes_and_gives_back_is_its_owners": f"hold {bare.expired} of 9 took 8 from its owner and gave"
        " back 8, which should be 9",
    }


def test_a_hold_of_anothers_account_is_named(session: Session, bare: Story) -> None:
    change(session, bare.final, available_account_id=bare.place.books.other)
    assert differences(session) == {
        "what_a_hold_takes_and_gives_back_is_its_owners": f"hold {bare.final} of 30 took 0 from its owner and gave"
        " back 0, which should be 18",
    }


def test_a_capture_of_another_amount_is_named(session: Session, bare: Story) -> None:
    session.execute(update(HoldCapture).where(HoldCapture.id == bare.capture).values(amount=5))
    assert differences(session) == {
        "every_capture_is_in_the_books": f"capture {bare.capture} is of 5; its entry took 4 of what is set aside"
    }


def test_an_entry_without_its_hold_is_named(session: Session, bare: Story) -> None:
    session.execute(delete(HoldCapture).where(HoldCapture.id == bare.capture))
    found = differences(session)
    assert found["every_entry_of_a_hold_has_its_hold"].endswith("of the kind hold_captured belongs to 0, not to 1")
    change(session, bare.open, entry_id=ledger.new_id())
    found = differences(session)
    assert found["every_entry_of_a_hold_has_its_hold"] == (
        f"entry {bare.entry} of the kind hold belongs to 0, not to 1"
    )


def test_a_hold_that_says_it_ended_and_gave_nothing_back_is_named(session: Session, bare: Story) -> None:
    change(session, bare.void, returned_entry_id=None)
    found = differences(session)
    assert found["every_hold_ends_once_and_whole"].startswith(f"hold {bare.void} of 5 is voided, 0 captured, ended at")
    assert found["every_hold_ends_once_and_whole"].endswith("by entry None")


@pytest.mark.parametrize(
    "change_of", [{"ended_at": NOON}, {"captured_total": 10}, {"returned_entry_id": UUID(int=1)}], ids=str
)
def test_an_open_hold_with_an_end_is_named(session: Session, bare: Story, change_of: dict[str, object]) -> None:
    if "ended_at" in change_of and session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE holds DROP CONSTRAINT ck_holds_ended_at_an_instant"))
    change(session, bare.open, **change_of)
    assert differences(session)["every_hold_ends_once_and_whole"].startswith(f"hold {bare.open} of 10 is open")


def test_a_guard_that_is_missing_is_named(session: Session) -> None:
    assert the_guards_of_holds_stand(session) is None
    lift_guards(session)
    guard = "holds_refuse_delete" if session.get_bind().dialect.name == "sqlite" else "holds_end_once"
    assert the_guards_of_holds_stand(session) == f"trigger {guard} is missing or disabled"


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_says_in_its_name_and_in_words_what_it_shows(check: Callable[[Session], str | None]) -> None:
    assert check.__doc__
    assert "_" in check.__name__
