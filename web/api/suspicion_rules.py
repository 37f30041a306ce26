"""The rules by which payments are held back until somebody has looked: all off until the office sets them."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from marshmallow.validate import Range
from sqlalchemy.orm import Session

from people import Role
from suspicions import (
    BOUNDS,
    RULE_NAMES,
    SuspicionRules,
    SuspicionRulesSet,
    get_suspicion_rules,
    list_suspicion_rules,
    set_suspicion_rules,
)
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request
from web.api.pages import page_of, page_of_versions
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, principal
from web.clock import now
from web.unit_of_work import reading

blueprint = ApiBlueprint("suspicion_rules", "Rules by which payments are held back until somebody has looked.")


def _value(name: str) -> fields.Integer:
    least, most = BOUNDS[name]
    return fields.Integer(required=True, allow_none=True, strict=True, validate=Range(min=least, max=most))


class _Asked(Request):
    """All rules anew; a rule whose values are null is off. Credits are in minor units."""


class _Told(Reply):
    """One version of the rules; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    set_at = Instant(required=True)


SuspicionRulesRequest: type[Schema] = type(
    "SuspicionRulesRequest", (_Asked,), {"__doc__": _Asked.__doc__, **{name: _value(name) for name in RULE_NAMES}}
)
SuspicionRulesReply: type[Schema] = type(
    "SuspicionRulesReply",
    (_Told,),
    {"__doc__": _Told.__doc__, **{name: fields.Integer(required=True, allow_none=True) for name in RULE_NAMES}},
)


@blueprint.post("/suspicion-rules")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(SuspicionRulesRequest)
@blueprint.response(201, SuspicionRulesReply)
def set_some(asked: dict[str, Any]) -> Any:
    """Set all rules from now on, as their next version; what is not settled is looked at anew by them."""
    call = call_of(asked)

    def make(session: Session) -> SuspicionRulesSet:
        rules = SuspicionRules(**asked)
        return set_suspicion_rules(session, rules=rules, actor=principal().actor, now=now(), call=call)

    return once(call, make, get_suspicion_rules)


@blueprint.get("/suspicion-rules")
@access(*BOOKS, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(SuspicionRulesReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List all versions of the rules, newest first."""
    return reading(lambda session: page_of_versions(list_suspicion_rules(session), asked))


@blueprint.get("/suspicion-rules/<uuid:rules_id>")
@access(*BOOKS, everywhere=True)
@blueprint.response(200, SuspicionRulesReply)
def show(rules_id: UUID) -> Any:
    """Show one version of the rules."""
    return reading(lambda session: get_suspicion_rules(session, rules_id))
