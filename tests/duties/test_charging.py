"""Duties by themselves: what their state allows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

import duties
from duties import Duty, DutyOutcome, DutyStateError
from ledger import new_id, post
from people import Level, add_unit
from tests.clock import NOON

COUNTY, OTHER = "140881", "140882"
ACTOR = f"person:{1:032x}"


@pytest.fixture
def duty(session: Session) -> Duty:
    """Return a duty of the county that ends today."""
    for code in (COUNTY, OTHER):
        add_unit(session, code=code, parent_code=None, level=Level.COUNTY, name=code)
    charged = duties.charge(session, matter_id=new_id(), unit_code=COUNTY, due_on=NOON.date(), actor=ACTOR, now=NOON)
    post(session, [charged.entry])
    return charged.duty


def moved(session: Session, duty: Duty, now: datetime = NOON) -> Duty:
    made = duties.move(session, duty, unit_code=OTHER, due_on=NOON.date() + timedelta(days=1), actor=ACTOR, now=now)
    post(session, [made.entry])
    return made.duty


def test_a_matter_has_one_open_duty(session: Session, duty: Duty) -> None:
    assert duties.open_duty(session, duty.matter_id) is duty
    later = moved(session, duty)
    assert duty.outcome is DutyOutcome.MOVED
    assert duties.open_duty(session, duty.matter_id) is later


def test_the_last_day_ends_at_midnight_of_the_community(session: Session, duty: Duty) -> None:
    moved(session, duty, NOON.replace(hour=23, minute=59))
    assert duty.outcome is DutyOutcome.MOVED


def test_past_its_date_a_duty_is_missed(session: Session, duty: Duty) -> None:
    moved(session, duty, NOON + timedelta(hours=12))
    assert duty.outcome is DutyOutcome.MISSED


def test_only_what_its_state_allows_is_done_with_a_duty(session: Session, duty: Duty) -> None:
    def refused(step: Callable[..., Any]) -> None:
        with pytest.raises(DutyStateError):
            step(session, duty, actor=ACTOR, now=NOON)

    for step in (duties.discharge, duties.give_back):
        refused(step)
    duties.hand_over(session, duty, actor=ACTOR, now=NOON)
    refused(duties.hand_over)
    with pytest.raises(DutyStateError):
        moved(session, duty)
    duties.discharge(session, duty, actor=ACTOR, now=NOON)
    for step in (duties.discharge, duties.give_back, duties.hand_over, duties.withdraw):
        refused(step)
