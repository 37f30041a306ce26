"""What can be reported, who answers for it and by when, and what it earns: for everybody, without a key."""

from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from awards import Tariff, tariffs_in_force
from responsibilities import Category, CategoryKind, categories, is_category_code
from web.api.fields import PageQuery, Reply
from web.api.pages import cursor_refused, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import public
from web.clock import today
from web.unit_of_work import reading

blueprint = ApiBlueprint(
    "categories", "Categories: what can be reported, who answers for it by when, and what it earns."
)


class WorkingDaysReply(Schema):
    """By when the department must have done it, in working days after it was charged, by severity."""

    normal = fields.Integer(required=True, attribute="normal_days")
    serious = fields.Integer(required=True, attribute="serious_days")
    urgent = fields.Integer(required=True, attribute="urgent_days")


class CategoryReply(Reply):
    """A category of the list in force; at the top there is neither a department nor a deadline."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    kind = fields.Enum(CategoryKind, by_value=True, required=True)
    parent = fields.String(required=True, allow_none=True, attribute="parent_code")
    department = fields.String(required=True, allow_none=True, attribute="department_code")
    due_working_days = fields.Nested(WorkingDaysReply, required=True, allow_none=True)
    private = fields.Boolean(
        required=True, attribute="is_private", metadata={"description": "Reports of it are never shown to the public."}
    )
    award = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "What a report of it earns today, in minor units; null: nothing."},
    )


@blueprint.get("/categories")
@public
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(CategoryReply))
def list_categories(asked: dict[str, Any]) -> Any:
    """List what can be reported, by code."""
    after, limit = asked["cursor"], asked["limit"]
    if after is not None and not is_category_code(after):
        raise cursor_refused()

    def read(session: Session) -> dict[str, Any]:
        found = [each for each in categories(session) if after is None or each.code > after]
        earns = tariffs_in_force(session, today())
        items = [_shown(each, earns.get(each.code)) for each in found[:limit]]
        return page(items, found[limit - 1].code if len(found) > limit else None)

    return reading(read)


def _shown(category: Category, tariff: Tariff | None) -> dict[str, Any]:
    facts = {name: getattr(category, name) for name in ("code", "name", "name_en", "kind", "parent_code")}
    owned = {"department_code": category.department_code, "is_private": category.is_private}
    due = {"due_working_days": category if category.parent_code else None}
    return facts | owned | due | {"award": tariff.amount if tariff else None}
