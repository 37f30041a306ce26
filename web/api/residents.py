"""Residents: registering them, and finding them again."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from ledger import remember_call
from people import Resident, Role, find_residents, get_resident, get_unit, masked_phone, register_resident
from web.api.calls import call_of, once
from web.api.fields import (
    NAME_LENGTH_MAX,
    Instant,
    PageQuery,
    Reply,
    Request,
    Text,
    a_code,
    a_cursor,
    a_limit,
    a_name,
)
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen, subtree_of
from web.auth import access, principal, require
from web.clock import now
from web.secret_keys import phone_vault
from web.unit_of_work import reading

blueprint = ApiBlueprint("residents", "Residents: who they are, what they hold, what happened to it.")


class ResidentRequest(Request):
    """Somebody to be registered."""

    name = a_name()
    phone = Text(required=True, length_max=40)
    unit = a_code(metadata={"description": "The code of the unit where they live."})


class ResidentReply(Reply):
    """A resident. The phone is masked; the number is what they log in with and what the office types."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    unit = fields.String(required=True)
    registered_at = Instant(required=True)
    left_at = Instant(required=True, allow_none=True, metadata={"description": "Null while they take part."})


class ResidentSearch(Request):
    """Whom somebody is looking for: a number, a whole phone number, or part of a name."""

    text = Text(required=True, length_max=NAME_LENGTH_MAX)
    limit = a_limit(fields.Integer, strict=True)
    cursor = a_cursor()


@blueprint.post("/residents")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(ResidentRequest)
@blueprint.response(201, ResidentReply)
def register(asked: dict[str, Any]) -> Any:
    """Register a resident and open their accounts."""

    def make(session: Session) -> dict[str, Any]:
        unit = get_unit(session, asked["unit"])
        require(principal().may(Role.ADMINISTRATOR, unit_path=unit.path))
        at = now()
        resident = register_resident(
            session, name=asked["name"], phone=asked["phone"], unit_code=unit.code, vault=phone_vault(), now=at
        )
        remember_call(session, call, made_id=resident.id, now=at)
        return shown_resident(resident)

    # A phone is short enough to be guessed from a hash: the call remembers a keyed one.
    call = call_of(asked | {"phone": phone_vault().lookup(asked["phone"])})
    return once(call, make, lambda session, made_id: shown_resident(get_resident(session, made_id)))


@blueprint.get("/residents")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ResidentReply))
def list_all(asked: dict[str, Any]) -> Any:
    """List the residents of the caller's subtree, newest first."""
    return _found("", asked)


@blueprint.post("/residents/search")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(ResidentSearch)
@blueprint.response(200, page_of(ResidentReply))
def search(asked: dict[str, Any]) -> Any:
    """Find residents of the caller's subtree by number, phone or name, newest first.

    What is looked for is personal, so it comes in the body and not in an address. Nothing is made, so no key is needed.
    """
    return _found(asked["text"], asked)


def _found(text: str, asked: dict[str, Any]) -> dict[str, Any]:
    def read(session: Session) -> dict[str, Any]:
        found = find_residents(
            session,
            text=text,
            vault=phone_vault(),
            within_path=subtree_of(Role.ADMINISTRATOR),
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page([shown_resident(each) for each in found.items], found.next_before)

    return reading(read)


@blueprint.get("/residents/<uuid:resident_id>")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.response(200, ResidentReply)
def show(resident_id: UUID) -> Any:
    """Show a resident to themselves and to the office."""
    return reading(lambda session: shown_resident(resident_seen(session, resident_id, Role.ADMINISTRATOR)))


def shown_resident(resident: Resident) -> dict[str, Any]:
    """Return what is shown of a resident."""
    return {
        "id": resident.id,
        "number": resident.number,
        "name": resident.name,
        "phone": masked_phone(resident, phone_vault()),
        "unit": resident.unit_code,
        "registered_at": resident.registered_at,
        "left_at": resident.left_at,
    }
