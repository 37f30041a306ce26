"""Statements to print and to keep: of a resident, a merchant, a fund, or any account of the books, streamed."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

from awards import get_fund
from ledger import Asset
from merchants import merchant_by_code
from people import Role
from web.api.fields import Day, Request
from web.api.funds import SEEN_BY as FUNDS_SEEN_BY
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen
from web.auth import BOOKS, access, principal, require
from web.clock import today
from web.statements import (
    FindOwner,
    PaperForm,
    StatementOwner,
    account_file_word,
    account_owner,
    fund_owner,
    merchant_owner,
    paper_answer,
    resident_owner,
)

blueprint = ApiBlueprint("statements", "Statements to print and to keep, as HTML, CSV or XLSX.")

_CONTENT_TYPE = "application/octet-stream"


class PaperQuery(Request):
    """Over which days, by the day of recording and both included, and of which asset; without one, of all."""

    first_on = Day(
        data_key="from", load_default=None, metadata={"description": "Without it, the first of the last day's month."}
    )
    last_on = Day(data_key="until", load_default=None, metadata={"description": "Without it, today."})
    asset = fields.String(load_default=None, validate=OneOf([asset.value for asset in Asset]))


@blueprint.get("/residents/<uuid:resident_id>/statement.<form>")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(PaperQuery, location="query")
@blueprint.response(200, content_type=_CONTENT_TYPE)
def give_residents(asked: dict[str, Any], resident_id: UUID, form: str) -> Response:
    """Give out a resident's statement as `html`, `csv` or `xlsx`."""
    return _answer(
        lambda session: resident_owner(session, resident_seen(session, resident_id, Role.ADMINISTRATOR)), form, asked
    )


@blueprint.get("/merchants/<code>/statement.<form>")
@access(*BOOKS, Role.MERCHANT_OWNER)
@blueprint.arguments(PaperQuery, location="query")
@blueprint.response(200, content_type=_CONTENT_TYPE)
def give_merchants(asked: dict[str, Any], code: str, form: str) -> Response:
    """Give out a merchant's statement as `html`, `csv` or `xlsx`."""

    def find(session: Session) -> StatementOwner:
        merchant = merchant_by_code(session, code)
        require(principal().may_everywhere(*BOOKS) or principal().acts_for_merchant(merchant.id, Role.MERCHANT_OWNER))
        return merchant_owner(session, merchant)

    return _answer(find, form, asked, file_word=code)


@blueprint.get("/funds/<code>/statement.<form>")
@access(*FUNDS_SEEN_BY)
@blueprint.arguments(PaperQuery, location="query")
@blueprint.response(200, content_type=_CONTENT_TYPE)
def give_funds(asked: dict[str, Any], code: str, form: str) -> Response:
    """Give out a fund's statement as `html`, `csv` or `xlsx`."""
    return _answer(lambda session: fund_owner(session, get_fund(session, code)), form, asked, file_word=code)


@blueprint.get("/books/accounts/<code>/statement.<form>")
@access(*BOOKS, everywhere=True)
@blueprint.arguments(PaperQuery, location="query")
@blueprint.response(200, content_type=_CONTENT_TYPE)
def give_accounts(asked: dict[str, Any], code: str, form: str) -> Response:
    """Give out the statement of an account, or of all accounts of an owner such as `fund:peace`."""
    return _answer(lambda session: account_owner(session, code), form, asked, file_word=account_file_word(code))


def _answer(find: FindOwner, form: str, asked: dict[str, Any], *, file_word: str = "") -> Response:
    require(form in set(PaperForm))
    last_on = asked["last_on"] or today()
    return paper_answer(
        find,
        PaperForm(form),
        first_on=asked["first_on"] or last_on.replace(day=1),
        last_on=last_on,
        asset=None if asked["asset"] is None else Asset(asked["asset"]),
        file_word=file_word,
    )
