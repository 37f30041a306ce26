"""Digests: the week of each unit, written when it is over, for those whose unit it is."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from listening import READERS, UnitDigest, get_digest, list_digests
from people import Role
from web.api.fields import CODE_LENGTH_MAX, Day, Instant, PageQuery, Text
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.rate_fields import RatesReply
from web.auth import access, principal
from web.unit_of_work import reading

blueprint = ApiBlueprint("digests", "Digests: the week of each unit, written when it is over.")


class DigestQuery(PageQuery):
    """Of which unit digests are asked for; without one, of all that somebody may read."""

    unit = Text(load_default=None, length_max=CODE_LENGTH_MAX)


class OverdueReply(Schema):
    """A report that was overdue at the end of the week, and since which day."""

    report_id = fields.UUID(required=True)
    number = fields.String(required=True)
    due_on = Day(required=True)


class DigestSummaryReply(RatesReply):
    """A unit's week, both days included; duties as of its end, what reporters say as of when it was written."""

    id = fields.UUID(required=True)
    unit = fields.String(required=True, attribute="unit_code")
    first_on = Day(required=True, data_key="from")
    last_on = Day(required=True, data_key="until")
    written_at = Instant(required=True)
    charged = fields.Integer(required=True)
    discharged_on_time = fields.Integer(required=True)
    discharged_late = fields.Integer(required=True)
    moved_away = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    open = fields.Integer(required=True)
    handled = fields.Integer(required=True)
    open_overdue = fields.Integer(required=True)
    on_time_rate = fields.Float(required=True, allow_none=True)


class DigestReply(DigestSummaryReply):
    """A unit's week with the reports that were overdue at its end, the longest first."""

    overdue = fields.List(fields.Nested(OverdueReply), required=True)


@blueprint.get("/digests")
@access(*READERS, Role.ADMINISTRATOR)
@blueprint.arguments(DigestQuery, location="query")
@blueprint.response(200, page_of(DigestSummaryReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List the digests of the units of one's own subtree, newest first."""

    def read(session: Session) -> dict[str, Any]:
        found = list_digests(
            session,
            seen_by=principal(),
            unit_code=asked["unit"],
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page([_told(digest) for digest in found.items], found.next_before)

    return reading(read)


@blueprint.get("/digests/<uuid:digest_id>")
@access(*READERS)
@blueprint.response(200, DigestReply)
def show(digest_id: UUID) -> Any:
    """Show a digest with the reports that were overdue."""

    def read(session: Session) -> dict[str, Any]:
        digest, overdue = get_digest(session, digest_id, seen_by=principal())
        return {**_told(digest), "overdue": overdue}

    return reading(read)


def _told(digest: UnitDigest) -> dict[str, Any]:
    names = [name for name in DigestSummaryReply().fields if hasattr(digest, name)]
    return {
        **{name: getattr(digest, name) for name in names},
        "unit_code": digest.unit_code,
        "first_on": digest.week_on,
        "last_on": digest.week_on + timedelta(days=6),
    }
