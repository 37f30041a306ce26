"""Versions of the limits on payments: each stays as it was, the latest holds."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

import ledger
from safeguards import (
    LIMIT_NAMES,
    LimitsError,
    LimitsUnknownError,
    PaymentLimits,
    get_payment_limits,
    limits_by_number,
    limits_in_force,
    list_payment_limits,
    set_payment_limits,
)
from tests.clock import NOON


def test_the_latest_version_holds_and_the_others_stay_to_be_read(session: Session) -> None:
    assert limits_in_force(session) == PaymentLimits()
    first = set_payment_limits(session, limits=PaymentLimits(per_payment=100), actor="a", now=NOON)
    second = set_payment_limits(session, limits=PaymentLimits(per_day=200), actor="b", now=NOON)
    assert limits_in_force(session) == PaymentLimits(per_day=200)
    assert limits_by_number(session, 1) == PaymentLimits(per_payment=100)
    assert [each.id for each in list_payment_limits(session)] == [second.id, first.id]
    assert get_payment_limits(session, first.id).set_by == "a"
    with pytest.raises(LimitsUnknownError):
        get_payment_limits(session, ledger.new_id())


@pytest.mark.parametrize("name", LIMIT_NAMES)
def test_a_limit_that_cannot_be_is_named(session: Session, name: str) -> None:
    least = 0 if name.startswith("pin") else 1
    wrong: tuple[Any, ...] = (least - 1, ledger.AMOUNT_MAX + 1)
    for value in wrong:
        with pytest.raises(LimitsError) as refused:
            set_payment_limits(session, limits=PaymentLimits(**{name: value}), actor="a", now=NOON)
        assert refused.value.name == name
    set_payment_limits(session, limits=PaymentLimits(**{name: least}), actor="a", now=NOON)
