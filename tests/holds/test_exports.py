"""Outside programs read books with holds, captures and both ways to end, and come to the same balances."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from holds import expire_holds
from ledger import ExportFormat, export
from tests.clock import SHANGHAI
from tests.holds.builders import LATER, captured, hold, town, voided
from tests.ledger.outside_programs import (
    Balances,
    balances_by_beancount,
    balances_by_hledger,
    balances_by_ledger,
    balances_by_us,
)
from tests.ledger.test_outside_programs import needs

READERS = [
    pytest.param(ExportFormat.BEANCOUNT, balances_by_beancount, id="beancount"),
    pytest.param(ExportFormat.LEDGER, balances_by_hledger, id="hledger", marks=needs("hledger")),
    pytest.param(ExportFormat.LEDGER, balances_by_ledger, id="ledger", marks=needs("ledger")),
]


@pytest.mark.parametrize(("form", "read"), READERS)
def test_outside_programs_follow_what_is_set_aside(
    session: Session, tmp_path: Path, form: ExportFormat, read: Callable[[Path], Balances]
) -> None:
    place = town(session, this_year=100, next_year=100, other_fund=100)
    hold(session, place, 150)
    expire_holds(session, now=LATER)
    in_parts = hold(session, place, 120)
    captured(session, place, in_parts.id, 70)
    captured(session, place, in_parts.id, 20, final=True)
    voided(session, hold(session, place, 30).id)
    hold(session, place, 11, lasting=timedelta(days=9))
    path = tmp_path / "books"
    path.write_text("".join(export(session, form, zone=SHANGHAI)), encoding="utf-8")

    balances = balances_by_us(session)

    assert read(path) == balances
    assert {code: int(100 * amount) for (code, _), amount in balances.items() if code.startswith("resident")} == {
        "resident:7f3:available": -199,
        "resident:7f3:held": -11,
    }
