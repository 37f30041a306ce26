"""The tree of units: towns, communities, and the grids and buildings that the office adds below them."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

from ledger import new_id, remember_call
from people import Level, Role, Unit, add_unit, child_units, get_unit, is_unit_code
from web.api.calls import call_of, once
from web.api.fields import CODE_LENGTH_MAX, PageQuery, Reply, Request, Text, a_code, a_name
from web.api.pages import cursor_refused, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal, require
from web.clock import now
from web.unit_of_work import reading

blueprint = ApiBlueprint("units", "Units: the tree of county, towns, communities, grids and buildings.")


class UnitRequest(Request):
    """A unit to be added below another one."""

    code = a_code()
    parent = a_code()
    level = fields.String(required=True, validate=OneOf([level.value for level in Level]))
    name = a_name()


class UnitReply(Reply):
    """A unit of the tree."""

    code = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True, attribute="parent_code")
    level = fields.String(required=True)
    name = fields.String(required=True)


class UnitsQuery(PageQuery):
    """Below which unit the units are asked for."""

    parent = Text(load_default=None, length_max=CODE_LENGTH_MAX)


@blueprint.post("/units")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(UnitRequest)
@blueprint.response(201, UnitReply)
def add(asked: dict[str, Any]) -> Any:
    """Add a unit, for example a grid below a community."""

    def make(session: Session) -> Unit:
        parent = get_unit(session, asked["parent"])
        require(principal().may(Role.ADMINISTRATOR, unit_path=parent.path))
        unit = add_unit(
            session, code=asked["code"], parent_code=parent.code, level=Level(asked["level"]), name=asked["name"]
        )
        # A unit is known by its code; the id only says that the call was answered.
        remember_call(session, call, made_id=new_id(), now=now())
        return unit

    call = call_of(asked)
    return once(call, make, lambda session, _made_id: get_unit(session, asked["code"]))


@blueprint.get("/units")
@access()
@blueprint.arguments(UnitsQuery, location="query")
@blueprint.response(200, page_of(UnitReply))
def list_children(asked: dict[str, Any]) -> Any:
    """List the units right below one, or the tree's roots, by code."""

    def read(session: Session) -> dict[str, Any]:
        parent, limit = asked["parent"], asked["limit"]
        if parent is not None:
            get_unit(session, parent)
        if (after := asked["cursor"]) is not None and not is_unit_code(after):
            raise cursor_refused()
        found = child_units(session, parent, limit=limit + 1, after=after)
        return page(found[:limit], found[limit - 1].code if len(found) > limit else None)

    return reading(read)


@blueprint.get("/units/<code>")
@access()
@blueprint.response(200, UnitReply)
def show(code: str) -> Any:
    """Show a unit."""
    return reading(lambda session: get_unit(session, code))
