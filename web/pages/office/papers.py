"""Statements that the office prints: of a fund, and of any account of the books."""

from flask import request
from flask.typing import ResponseReturnValue

from awards import fund_position, get_fund
from ledger import AccountUnknownError
from web.auth import BOOKS, access
from web.pages.office.blueprint import blueprint
from web.pages.office.funds import FUNDS_SEEN_BY
from web.pages.papers import paper_page
from web.statements import account_file_word, account_owner, fund_owner
from web.unit_of_work import reading


@blueprint.get("/funds/<code>/paper", endpoint="fund_paper")
@access(*FUNDS_SEEN_BY)
def show_fund_paper(code: str) -> ResponseReturnValue:
    """Print a fund's statement, or keep it."""
    fund = reading(lambda session: fund_position(session, code)).fund
    return paper_page(
        "office/fund_paper.html",
        lambda session: fund_owner(session, get_fund(session, code)),
        file_word=code,
        fund=fund,
    )


@blueprint.get("/books/paper", endpoint="books_paper")
@access(*BOOKS, everywhere=True)
def show_books_paper() -> ResponseReturnValue:
    """Print the statement of any account, or of all accounts of an owner, or keep it."""
    code = request.args.get("code", "").strip()
    return paper_page(
        "office/books_paper.html",
        lambda session: account_owner(session, code),
        file_word=account_file_word(code),
        at_fault={AccountUnknownError: "code"},
        asked=["code"],
    )
