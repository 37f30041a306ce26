"""Forced corrections at once: two approvals, two who ask, and an approval during a claw-back."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from awards import ClawBack, claw_back
from receivables import (
    ForcedTooMuchError,
    Matter,
    MatterDecidedError,
    MatterOpenError,
    TakeBackFirstError,
    owed_by_resident,
)
from tests.awards.builders import OTHER_OFFICER, awarded, fund, resident
from tests.clock import NOON
from tests.receivables.builders import approved, asked, at_once, figures, spent_award


def test_of_two_approvals_at_once_one_is_booked(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        peace = fund(session, available=500)
        wrong = spent_award(session, 100)
        matter = asked(session, wrong)
        session.commit()
    works = [lambda session: approved(session, matter)] * 4
    done = at_once(engine, works)
    assert sum(isinstance(each, Matter) for each in done) == 1
    assert sum(isinstance(each, MatterDecidedError) for each in done) == 3
    with Session(engine) as session:
        assert owed_by_resident(session, wrong.resident_id) == {"peace": 100}
        assert figures(session, peace) == (400, 100, 0, 500)


def test_of_two_who_ask_at_once_one_does(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=500)
        wrong = spent_award(session, 100)
        session.commit()
    done = at_once(engine, [lambda session: asked(session, wrong)] * 4)
    assert sum(isinstance(each, Matter) for each in done) == 1
    assert sum(isinstance(each, MatterOpenError) for each in done) == 3


def test_an_approval_during_a_claw_back_never_takes_more_than_was_paid(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        peace = fund(session, available=500)
        zhang = resident(session)
        wrong = spent_award(session, 100, to=zhang)
        matter = asked(session, wrong)
        # Another award fills the lot again, so that a claw-back would find something.
        awarded(session, zhang, 60)
        session.commit()

    def take_back(session: Session) -> object:
        return claw_back(session, award_id=wrong.id, reason="x", actor=OTHER_OFFICER, now=NOON)

    decided, taken = at_once(engine, [lambda session: approved(session, matter), take_back])
    assert isinstance(decided, TakeBackFirstError | ForcedTooMuchError)
    assert isinstance(taken, ClawBack)
    with Session(engine) as session:
        assert owed_by_resident(session, zhang.id) == {}
        assert figures(session, peace) == (400, 0, 100, 500)
