"""What many accounts hold together."""

from sqlalchemy.orm import Session

from ledger import Asset, Holding, holdings, post
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, UNDATED, awarding, funded_books, tell_a_story

KINDS = ["fund:%:available", "resident:%", "fund:%"]


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
