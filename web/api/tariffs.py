"""Tariffs: what a report of each category earns; set by the office, and seen by everybody, without a key."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Range
from sqlalchemy.orm import Session

from awards import PERCENT_MAX, Tariff, get_tariff, list_tariffs, set_tariff
from people import Role
from responsibilities import get_category
from web.api.calls import call_of, once
from web.api.fields import CODE_LENGTH_MAX, Day, Instant, PageQuery, Reply, Request, Text, a_code, an_amount
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal, public
from web.clock import now
from web.unit_of_work import reading

blueprint = ApiBlueprint("tariffs", "Tariffs: what a report of each category earns, in versions.")


class TariffRequest(Request):
    """What a report of a category earns from a day on, in minor units."""

    category = a_code()
    fund = a_code()
    amount = an_amount(required=True)
    on_acceptance_percent = fields.Integer(
        required=True,
        strict=True,
        validate=Range(min=0, max=PERCENT_MAX),
        metadata={"description": "How much of it is due on acceptance; the rest is due when the work is verified."},
    )
    valid_from = Day(
        data_key="from",
        load_default=None,
        metadata={"description": "Today if missing; not in the past. It takes the place of all versions before it."},
    )


class TariffReply(Reply):
    """One version of what a category earns; of those that have begun, the one with the highest number is in force."""

    id = fields.UUID(required=True)
    category = fields.String(required=True, attribute="category_code")
    number = fields.Integer(required=True, metadata={"description": "Counted from 1 in each category."})
    fund = fields.String(required=True, attribute="fund_code")
    amount = fields.Integer(required=True)
    on_acceptance_percent = fields.Integer(required=True)
    valid_from = Day(required=True, data_key="from")
    set_at = Instant(required=True)


class TariffQuery(PageQuery):
    """Which tariffs are asked for."""

    category = Text(load_default=None, length_max=CODE_LENGTH_MAX)


@blueprint.post("/tariffs")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(TariffRequest)
@blueprint.response(201, TariffReply)
def set_one(asked: dict[str, Any]) -> Any:
    """Set what a category earns, as its next version; until one is set, it earns nothing.

    From its first day on it takes the place of all versions before it, of those too that were to begin later.
    """

    def make(session: Session) -> Tariff:
        return set_tariff(
            session,
            category_code=get_category(session, asked["category"]).code,
            fund_code=asked["fund"],
            amount=asked["amount"],
            on_acceptance_percent=asked["on_acceptance_percent"],
            valid_from=asked["valid_from"],
            actor=principal().actor,
            now=now(),
            call=call,
        )

    call = call_of(asked)
    return once(call, make, get_tariff)


@blueprint.get("/tariffs")
@public
@blueprint.arguments(TariffQuery, location="query")
@blueprint.response(200, page_of(TariffReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List the tariffs (of one category), past and coming ones too, newest first."""

    def read(session: Session) -> dict[str, Any]:
        found = list_tariffs(
            session, category_code=asked["category"], limit=asked["limit"], before=id_cursor(asked["cursor"])
        )
        return page(found.items, found.next_before)

    return reading(read)


@blueprint.get("/tariffs/<uuid:tariff_id>")
@public
@blueprint.response(200, TariffReply)
def show(tariff_id: UUID) -> Any:
    """Show one version of what a category earns."""
    return reading(lambda session: get_tariff(session, tariff_id))
