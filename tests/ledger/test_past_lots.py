"""Lots past their day: found by an index, in the order of days, and let go of when they are empty."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from ledger import Asset, PastLot, Side, credit, debit, forget_past_lots, open_account, past_lots, post
from ledger.model import AccountLot
from tests.ledger.builders import (
    NEXT_YEAR,
    OTHER_FUND,
    THIS_YEAR,
    Books,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
)

LAST_DAY, DAY_AFTER = date(2026, 12, 31), date(2027, 1, 1)
FOR_EVER = date(9999, 12, 31)


def two_holders(session: Session) -> Books:
    """Return books in which two residents hold lots of this year, and one of them one of the next."""
    books = funded_books(session)
    post(
        session,
        [
            awarding(books, 1),
            awarding(books, 2, lot=OTHER_FUND),
            awarding(books, 4, lot=NEXT_YEAR),
            awarding(books, 8, taker=books.other),
        ],
    )
    return books


def kept(session: Session) -> set[tuple[int, str]]:
    """Return the lots that the books keep a row of."""
    return {(each.account_id, each.lot) for each in session.scalars(select(AccountLot))}


def test_past_lots_come_in_the_order_of_their_days_part_by_part(session: Session) -> None:
    books = two_holders(session)
    first, second = sorted([books.resident, books.other])
    in_order = [PastLot(THIS_YEAR, first), PastLot(THIS_YEAR, second), PastLot(OTHER_FUND, books.resident)]
    assert past_lots(session, today=DAY_AFTER, after=None, limit=10) == in_order
    assert past_lots(session, today=DAY_AFTER, after=None, limit=2) == in_order[:2]
    assert past_lots(session, today=DAY_AFTER, after=in_order[0], limit=9) == in_order[1:]
    assert past_lots(session, today=DAY_AFTER, after=in_order[-1], limit=9) == []


def test_lots_on_their_last_day_and_undated_ones_are_not_past(session: Session) -> None:
    books = two_holders(session)
    assert past_lots(session, today=LAST_DAY, after=None, limit=9) == []
    found = past_lots(session, today=FOR_EVER, after=None, limit=9)
    assert len(found) == 4
    assert books.fund not in {each.account_id for each in found}


def test_duties_are_never_past(session: Session) -> None:
    charged = open_account(session, code="duties:charged", asset=Asset.DUTY, normal_side=Side.DEBIT, bounded=False)
    duties = open_account(session, code="unit:u:duties", asset=Asset.DUTY, normal_side=Side.CREDIT)
    lines = (debit(charged, Asset.DUTY, 1, "2026-01-01"), credit(duties, Asset.DUTY, 1, "2026-01-01"))
    post(session, [entry_of(*lines, kind="duty")])
    assert past_lots(session, today=FOR_EVER, after=None, limit=9) == []


def test_emptied_lots_past_their_day_are_let_go_of_and_nothing_else(session: Session) -> None:
    books = two_holders(session)
    post(session, [moving(books.resident, books.shop, 1), moving(books.resident, books.shop, 4, NEXT_YEAR)])
    before = kept(session)

    forget_past_lots(session, [books.resident], today=DAY_AFTER)

    # The other lot of the same day still holds something, and the empty one of the next year may be given again.
    assert before - kept(session) == {(books.resident, THIS_YEAR)}
    assert findings(session) == []


def test_a_lot_that_was_let_go_of_can_be_held_again(session: Session) -> None:
    books = two_holders(session)
    post(session, [moving(books.resident, books.shop, 1)])
    forget_past_lots(session, [books.resident], today=DAY_AFTER)

    post(session, [awarding(books, 5)])

    assert (books.resident, THIS_YEAR) in kept(session)
    assert findings(session) == []


def test_past_lots_are_found_without_looking_at_the_others(engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []

    def heard(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    with Session(engine) as session:
        two_holders(session)
        event.listen(engine, "before_cursor_execute", heard)
        past_lots(session, today=DAY_AFTER, after=None, limit=500)
        event.remove(engine, "before_cursor_execute", heard)
        [(statement, values)] = asked
        explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
        plan = " ".join(str(row) for row in session.connection().exec_driver_sql(explain + statement, values))
    assert "ix_account_lots_lot_account_id" in plan
