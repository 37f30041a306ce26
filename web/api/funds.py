"""Funds: programmes of earmarked credits, and the money that backs them."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from awards import (
    END_OF_NEXT_YEAR,
    CoverLine,
    FundMovement,
    FundUnknownError,
    MovementKind,
    appropriate,
    cover_lines,
    create_fund,
    fund_page,
    fund_position,
    get_movement,
    list_movements,
    move_money,
    return_money,
)
from people import Role
from web.api.calls import call_of, once
from web.api.fields import CODE_LENGTH_MAX, Instant, PageQuery, Reply, Request, Text, a_code, a_name, a_text, an_amount
from web.api.pages import cursor_refused, id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal, require
from web.clock import now
from web.unit_of_work import reading

blueprint = ApiBlueprint("funds", "Funds: programmes of earmarked credits, each backed by a yuan.")

SEEN_BY = (Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR, Role.APPROVER)


class FundRequest(Request):
    """A fund to be created, empty."""

    code = a_code()
    name = a_name()
    purpose = a_text()
    expiry_rule = Text(
        load_default=END_OF_NEXT_YEAR,
        length_max=32,
        metadata={"description": "`end_of_next_year`, `months:N`, `on:YYYY-MM-DD` or `never`."},
    )


class FundReply(Reply):
    """A fund with its cover, in minor units: backing = available + held + outstanding."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    purpose = fields.String(required=True)
    expiry_rule = fields.String(required=True)
    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    outstanding = fields.Integer(required=True)
    backing = fields.Integer(required=True)
    created_at = Instant(required=True)


class MoneyRequest(Request):
    """Money in fen, and the document that says so."""

    amount = an_amount(required=True)
    document = a_text()


class TransferRequest(MoneyRequest):
    """Money in fen that goes to another fund."""

    to = Text(required=True, length_max=CODE_LENGTH_MAX)


class MovementReply(Reply):
    """Money that arrived for a fund, was returned, or was moved to another one."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    fund = fields.String(required=True, attribute="fund_code")
    to = fields.String(required=True, allow_none=True, attribute="to_fund_code")
    amount = fields.Integer(required=True)
    document = fields.String(required=True)
    entry_id = fields.UUID(required=True)
    made_at = Instant(required=True)


@blueprint.post("/funds")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(FundRequest)
@blueprint.response(201, FundReply)
def create(asked: dict[str, Any]) -> Any:
    """Create an empty fund."""

    def make(session: Session) -> dict[str, Any]:
        create_fund(session, **asked, actor=principal().actor, now=now(), call=call)
        return _position(session, asked["code"])

    call = call_of(asked)
    return once(call, make, lambda session, _made_id: _position(session, asked["code"]))


@blueprint.get("/funds")
@access(*SEEN_BY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(FundReply))
def list_all(asked: dict[str, Any]) -> Any:
    """List the funds with their cover, newest first."""

    def read(session: Session) -> dict[str, Any]:
        try:
            found = fund_page(session, limit=asked["limit"], before=asked["cursor"])
        except FundUnknownError as error:
            raise cursor_refused() from error
        lines = {line.fund.code: line for line in cover_lines(session)}
        return page([_shown(lines[fund.code]) for fund in found.items], found.next_before)

    return reading(read)


@blueprint.get("/funds/<code>")
@access(*SEEN_BY)
@blueprint.response(200, FundReply)
def show(code: str) -> Any:
    """Show a fund: what it can still award, what is out, and what backs it."""
    return reading(lambda session: _position(session, code))


@blueprint.post("/funds/<code>/appropriations")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(MoneyRequest)
@blueprint.response(201, MovementReply)
def book_appropriation(asked: dict[str, Any], code: str) -> Any:
    """Book money that arrived for a fund; credits of the same worth become available."""
    call = call_of(asked)
    return once(
        call,
        lambda session: appropriate(session, fund_code=code, **asked, actor=principal().actor, now=now(), call=call),
        get_movement,
    )


@blueprint.post("/funds/<code>/returns")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(MoneyRequest)
@blueprint.response(201, MovementReply)
def book_return(asked: dict[str, Any], code: str) -> Any:
    """Book money that a fund gave back; credits of the same worth are available no more."""
    call = call_of(asked)
    return once(
        call,
        lambda session: return_money(session, fund_code=code, **asked, actor=principal().actor, now=now(), call=call),
        get_movement,
    )


@blueprint.post("/funds/<code>/transfers")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(TransferRequest)
@blueprint.response(201, MovementReply)
def book_transfer(asked: dict[str, Any], code: str) -> Any:
    """Move money, and the credits it backs, to another fund."""

    def make(session: Session) -> FundMovement:
        return move_money(
            session,
            fund_code=code,
            to_fund_code=asked["to"],
            amount=asked["amount"],
            document=asked["document"],
            actor=principal().actor,
            now=now(),
            call=call,
        )

    call = call_of(asked)
    return once(call, make, get_movement)


@blueprint.get("/funds/<code>/movements")
@access(*SEEN_BY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MovementReply))
def list_money(asked: dict[str, Any], code: str) -> Any:
    """List what moved a fund's money (appropriations, returns, transfers from and to it), newest first."""
    return _listed(code, None, asked)


@blueprint.get("/funds/<code>/appropriations")
@access(*SEEN_BY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MovementReply))
def list_appropriations(asked: dict[str, Any], code: str) -> Any:
    """List the money that arrived for a fund, newest first."""
    return _listed(code, MovementKind.APPROPRIATION, asked)


@blueprint.get("/funds/<code>/returns")
@access(*SEEN_BY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MovementReply))
def list_returns(asked: dict[str, Any], code: str) -> Any:
    """List the money that a fund gave back, newest first."""
    return _listed(code, MovementKind.MONEY_RETURNED, asked)


@blueprint.get("/funds/<code>/transfers")
@access(*SEEN_BY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MovementReply))
def list_transfers(asked: dict[str, Any], code: str) -> Any:
    """List the money that a fund moved to others or got from them, newest first."""
    return _listed(code, MovementKind.MONEY_MOVED, asked)


@blueprint.get("/funds/<code>/movements/<uuid:movement_id>")
@access(*SEEN_BY)
@blueprint.response(200, MovementReply)
def show_money(code: str, movement_id: UUID) -> Any:
    """Show one movement of a fund's money."""

    def read(session: Session) -> FundMovement:
        found = get_movement(session, movement_id)
        require(code in {found.fund_code, found.to_fund_code})
        return found

    return reading(read)


def _listed(code: str, kind: MovementKind | None, asked: dict[str, Any]) -> Any:
    def read(session: Session) -> dict[str, Any]:
        found = list_movements(
            session, fund_code=code, kind=kind, limit=asked["limit"], before=id_cursor(asked["cursor"])
        )
        return page(found.items, found.next_before)

    return reading(read)


def _position(session: Session, code: str) -> dict[str, Any]:
    return _shown(fund_position(session, code))


def _shown(line: CoverLine) -> dict[str, Any]:
    fund = line.fund
    return {
        "code": fund.code,
        "name": fund.name,
        "purpose": fund.purpose,
        "expiry_rule": fund.expiry_rule,
        "available": line.available,
        "held": line.held,
        "outstanding": line.outstanding,
        "backing": line.backing,
        "created_at": fund.created_at,
    }
