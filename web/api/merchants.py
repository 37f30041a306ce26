"""Merchants and their naming by the office."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Length
from sqlalchemy.orm import Session

from awards import get_fund
from ledger import Call, balances
from merchants import (
    Merchant,
    Naming,
    NamingStep,
    accepted_funds,
    create_merchant,
    current_naming,
    get_merchant,
    get_naming,
    get_naming_step,
    list_merchants,
    list_namings,
    merchant_by_code,
    name_merchant,
    naming_history,
    reinstate_naming,
    revoke_naming,
    suspend_naming,
)
from people import Role
from web.api.calls import call_of, once
from web.api.fields import (
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Day,
    Instant,
    PageQuery,
    Reply,
    Request,
    Text,
    a_code,
    a_name,
    a_text,
)
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, principal
from web.clock import now, today
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading

blueprint = ApiBlueprint("merchants", "Merchants: where credits may be spent while the office names them.")


class MerchantRequest(Request):
    """A merchant to be registered; it can be paid once it is named."""

    code = a_code()
    name = a_name()
    category = a_name()


class NamingRequest(Request):
    """A naming from day to day, both included."""

    naming_class = a_name(data_key="class")
    valid_from = Day(required=True, data_key="from")
    valid_until = Day(required=True, data_key="until")
    document = a_text()
    funds = fields.List(
        Text(length_max=CODE_LENGTH_MAX),
        load_default=None,
        allow_none=True,
        validate=Length(min=1, max=15),
        metadata={"description": "Codes of the funds whose credits may be spent there; without it, all."},
    )


class NamingReply(Reply):
    """A naming; `funds` null stands for all of them, `renews` is the naming that it follows."""

    id = fields.UUID(required=True)
    naming_class = fields.String(required=True, data_key="class")
    valid_from = Day(required=True, data_key="from")
    valid_until = Day(required=True, data_key="until")
    document = fields.String(required=True)
    funds = fields.List(fields.String(), required=True, allow_none=True)
    renews = fields.UUID(required=True, allow_none=True)
    suspended_at = Instant(required=True, allow_none=True)
    revoked_at = Instant(required=True, allow_none=True)
    named_at = Instant(required=True)


class MerchantReply(Reply):
    """A merchant with the naming in force. What it collected is shown to itself and to the office, in minor units."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    naming = fields.Nested(NamingReply, required=True, allow_none=True)
    payable = fields.Integer()
    in_settlement = fields.Integer()
    receivable = fields.Integer()
    created_at = Instant(required=True)


class StepRequest(Request):
    """Why a naming is changed."""

    reason = a_text()


class StepReply(Reply):
    """A suspension, reinstatement or revocation of a naming."""

    id = fields.UUID(required=True)
    naming_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    made_at = Instant(required=True)


class MerchantQuery(PageQuery):
    """Which merchants are asked for: a part of code, name or category."""

    q = Text(load_default="", length_max=NAME_LENGTH_MAX, length_min=0)


@blueprint.post("/merchants")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(MerchantRequest)
@blueprint.response(201, MerchantReply)
def register(asked: dict[str, Any]) -> Any:
    """Register a merchant."""
    call = call_of(asked)
    return once(
        call,
        lambda session: _shown(
            session, create_merchant(session, **asked, actor=principal().actor, now=now(), call=call)
        ),
        lambda session, made_id: _shown(session, get_merchant(session, made_id)),
    )


@blueprint.get("/merchants")
@access()
@blueprint.arguments(MerchantQuery, location="query")
@blueprint.response(200, page_of(MerchantReply))
def list_all(asked: dict[str, Any]) -> Any:
    """List merchants, newest first."""

    def read(session: Session) -> dict[str, Any]:
        limit = asked["limit"]
        found = list_merchants(session, limit=limit + 1, before=id_cursor(asked["cursor"]), text=asked["q"])
        items = [_shown(session, each) for each in found[:limit]]
        return page(items, found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/merchants/<code>")
@access()
@blueprint.response(200, MerchantReply)
def show(code: str) -> Any:
    """Show a merchant and the naming in force."""
    return reading(lambda session: _shown(session, merchant_by_code(session, code)))


@blueprint.post("/merchants/<code>/namings")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(NamingRequest)
@blueprint.response(201, NamingReply)
def give_naming(asked: dict[str, Any], code: str) -> Any:
    """Name a merchant, for all funds or for some."""

    def make(session: Session) -> dict[str, Any]:
        merchant = merchant_by_code(session, code)
        for fund in asked["funds"] or ():
            get_fund(session, fund)
        naming = name_merchant(session, merchant=merchant, **asked, actor=principal().actor, now=now(), call=call)
        return shown_naming(naming)

    def again(session: Session, made_id: UUID) -> dict[str, Any]:
        return shown_naming(there(get_naming(session, made_id)))

    call = call_of(asked)
    return once(call, make, again)


@blueprint.get("/merchants/<code>/namings")
@access(*BOOKS, Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(NamingReply))
def list_given(asked: dict[str, Any], code: str) -> Any:
    """List all namings a merchant ever had, newest first."""

    def read(session: Session) -> dict[str, Any]:
        found = list_namings(session, merchant_id=seen_merchant(session, code).id)
        return part_of([shown_naming(each) for each in found], asked)

    return reading(read)


@blueprint.get("/merchants/<code>/namings/<uuid:naming_id>")
@access(*BOOKS, Role.MERCHANT_OWNER)
@blueprint.response(200, NamingReply)
def show_naming(code: str, naming_id: UUID) -> Any:
    """Show one naming."""

    def read(session: Session) -> dict[str, Any]:
        naming = get_naming(session, naming_id)
        if naming is None or naming.merchant_id != seen_merchant(session, code).id:
            raise ProblemError(NOT_FOUND)
        return shown_naming(naming)

    return reading(read)


@blueprint.post("/merchants/<code>/namings/suspension")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(StepRequest)
@blueprint.response(201, StepReply)
def suspend(asked: dict[str, Any], code: str) -> Any:
    """Suspend a merchant's naming: it cannot be paid until it is reinstated."""
    return _step(suspend_naming, asked, code)


@blueprint.post("/merchants/<code>/namings/reinstatement")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(StepRequest)
@blueprint.response(201, StepReply)
def reinstate(asked: dict[str, Any], code: str) -> Any:
    """End the suspension of a merchant's naming."""
    return _step(reinstate_naming, asked, code)


@blueprint.post("/merchants/<code>/namings/revocation")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(StepRequest)
@blueprint.response(201, StepReply)
def revoke(asked: dict[str, Any], code: str) -> Any:
    """Revoke a merchant's naming for good; refunds still work."""
    return _step(revoke_naming, asked, code)


@blueprint.get("/merchants/<code>/namings/steps")
@access(*BOOKS, Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(StepReply))
def list_steps(asked: dict[str, Any], code: str) -> Any:
    """List the suspensions, reinstatements and revocations of a merchant's namings, newest first."""
    return reading(
        lambda session: part_of(list(naming_history(session, merchant_id=seen_merchant(session, code).id)), asked)
    )


def _step(change: Callable[..., NamingStep], asked: dict[str, Any], code: str) -> Any:
    def make(session: Session) -> NamingStep:
        merchant = merchant_by_code(session, code)
        return change(session, merchant=merchant, reason=asked["reason"], actor=principal().actor, now=now(), call=call)

    call: Call = call_of(asked)
    return once(call, make, lambda session, made_id: there(get_naming_step(session, made_id)))


def seen_merchant(session: Session, code: str) -> Merchant:
    """Return a merchant of which the caller sees what the office knows.

    Raises:
        MerchantUnknownError, ProblemError: there is none; it is another's.
    """
    merchant = merchant_by_code(session, code)
    if not (principal().may(*BOOKS) or principal().acts_for_merchant(merchant.id)):
        raise ProblemError(NOT_FOUND)
    return merchant


def there(found: Any) -> Any:
    """Return what was found.

    Raises:
        ProblemError: there was nothing.
    """
    if found is None:
        raise ProblemError(NOT_FOUND)
    return found


def part_of(items: list[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return one part of a short list: the cursor is the id of the last item shown."""
    after = id_cursor(asked["cursor"])
    ids = [each["id"] if isinstance(each, dict) else each.id for each in items]
    start = ids.index(after) + 1 if after in ids else 0
    end = start + asked["limit"]
    return page(items[start:end], ids[end - 1] if end < len(items) else None)


def _shown(session: Session, merchant: Merchant) -> dict[str, Any]:
    naming = current_naming(session, merchant_id=merchant.id, day=today())
    shown: dict[str, Any] = {
        "id": merchant.id,
        "code": merchant.code,
        "name": merchant.name,
        "category": merchant.category,
        "naming": None if naming is None else shown_naming(naming),
        "created_at": merchant.created_at,
    }
    if principal().may(*BOOKS) or principal().acts_for_merchant(merchant.id, Role.MERCHANT_OWNER):
        accounts = (merchant.payable_account_id, merchant.in_settlement_account_id, merchant.receivable_account_id)
        held = balances(session, accounts)
        shown |= dict(
            zip(("payable", "in_settlement", "receivable"), (held[account] for account in accounts), strict=True)
        )
    return shown


def shown_naming(naming: Naming) -> dict[str, Any]:
    """Return a naming as it is told."""
    funds = accepted_funds(naming.fund_codes)
    return {
        "id": naming.id,
        "naming_class": naming.naming_class,
        "valid_from": naming.valid_from,
        "valid_until": naming.valid_until,
        "document": naming.document,
        "renews": naming.renews_id,
        "funds": None if funds is None else sorted(funds),
        "suspended_at": naming.suspended_at,
        "revoked_at": naming.revoked_at,
        "named_at": naming.named_at,
    }
