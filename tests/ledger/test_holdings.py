"""What many accounts hold together."""

from datetime import date

from sqlalchemy.orm import Session

from ledger import Asset, Holding, accounts_with_past_lots, holdings, post
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, UNDATED, awarding, funded_books, tell_a_story

KINDS = ["fund:%:available", "resident:%", "fund:%"]
DAY_AFTER = date(2027, 1, 1)


def test_holdings_are_summed_by_kind_of_account_and_lot(session: Session) -> None:
    books = funded_books(session, fund=1_000)
    post(session, [awarding(books, 30), awarding(books, 12, taker=books.other), awarding(books, 8, lot=NEXT_YEAR)])
    assert holdings(session, assets=[Asset.PAB], kinds=KINDS) == [
        Holding("fund:%:available", UNDATED, 950),
        Holding("resident:%", THIS_YEAR, 42),
        Holding("resident:%", NEXT_YEAR, 8),
    ]


def test_assets_without_lots_are_listed_by_account(session: Session) -> None:
    funded_books(session, fund=1_000)
    assert holdings(session, assets=[Asset.CNY], kinds=KINDS) == [
        Holding("", "treasury:bank", 1_000),
        Holding("fund:%", "fund:peace:backing", 1_000),
    ]


def test_what_matches_no_kind_is_not_lost(session: Session) -> None:
    tell_a_story(session)
    held = holdings(session, assets=[Asset.PAB], kinds=KINDS)
    assert [each for each in held if each.kind == ""] == [Holding("", UNDATED, 1_300)]
    assert sum(each.amount for each in held) == 100_000


def test_accounts_with_lots_past_their_day_are_found_page_by_page(session: Session) -> None:
    books = funded_books(session)
    post(session, [awarding(books, 1), awarding(books, 1, taker=books.other), awarding(books, 1, lot=NEXT_YEAR)])
    in_order = sorted([books.resident, books.other])
    assert accounts_with_past_lots(session, kind="resident:%", today=DAY_AFTER, after=0, limit=10) == in_order
    assert accounts_with_past_lots(session, kind="resident:%", today=DAY_AFTER, after=0, limit=1) == in_order[:1]
    assert (
        accounts_with_past_lots(session, kind="resident:%", today=DAY_AFTER, after=in_order[0], limit=9) == in_order[1:]
    )


def test_lots_on_their_last_day_other_kinds_and_undated_lots_are_not_past(session: Session) -> None:
    books = funded_books(session, resident=1)
    last_day = date(2026, 12, 31)
    assert accounts_with_past_lots(session, kind="resident:%", today=last_day, after=0, limit=9) == []
    assert accounts_with_past_lots(session, kind="merchant:%", today=DAY_AFTER, after=0, limit=9) == []
    assert accounts_with_past_lots(session, kind="%", today=date(9999, 12, 31), after=0, limit=9) == [books.resident]
