"""What can be reported: where the protocol is served, the categories as its services, and what each asks for."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import units_by_code
from responsibilities import Category, categories, get_category
from web.auth import public
from web.community import community_name
from web.open311.blueprint import blueprint
from web.open311.reading import check_jurisdiction, jurisdiction_id
from web.open311.writing import FORMAT, answer
from web.pages.categories_shown import category_name
from web.settings import current_settings
from web.unit_of_work import reading

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# When what is served here changed last.
_CHANGESET = "2026-11-27T00:00:00Z"


@blueprint.get(f"/discovery.{FORMAT}")
@public
def discovery(form: str) -> Response:
    """Say where the protocol is served, and how one gets a key."""

    def read(session: Session) -> tuple[str, str]:
        check_jurisdiction(session, request.args)
        return jurisdiction_id(session), community_name(session)

    jurisdiction, community = reading(read)
    here = url_for("open311.list_services", form="xml").removesuffix("/services.xml")
    base = current_settings().public_url or request.host_url.rstrip("/")
    ask = _("Ask the office of %(community)s for a key.", community=community)
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}{here}",
        "changeset": _CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    facts = {
        "changeset": _CHANGESET,
        "contact": ask,
        "key_service": ask,
        "jurisdiction_id": jurisdiction,
        "endpoints": [endpoint],
    }
    return answer(form, "discovery", facts)


@blueprint.get(f"/services.{FORMAT}")
@public
def list_services(form: str) -> Response:
    """List the categories that may be reported under."""

    def read(session: Session) -> list[dict[str, Any]]:
        check_jurisdiction(session, request.args)
        found = categories(session)
        tops = {each.code: each for each in found if each.parent_code is None}
        leaves = [each for each in found if each.parent_code is not None]
        owners = units_by_code(session, {each.department_code for each in leaves if each.department_code})
        return [
            _service(each, tops[each.parent_code or ""], owners[each.department_code or ""].name) for each in leaves
        ]

    return answer(form, "services", reading(read))


@blueprint.get(f"/services/<service_code>.{FORMAT}")
@public
def define_service(form: str, service_code: str) -> Response:
    """Say which attributes a report of a category may have."""

    def read(session: Session) -> str:
        check_jurisdiction(session, request.args)
        return get_category(session, service_code).code

    code = reading(read)
    attributes = [
        _attribute(1, "unit", _("The code of the community, village, grid or building where it is, if you know it.")),
        # Clients fill these in themselves; which of them a client knows differs.
        _attribute(2, "fixmystreet_id", _("The number of the report where it was written."), automated="server_set"),
        _attribute(3, "external_id", _("The same, for other clients."), automated="server_set"),
    ]
    return answer(form, "service_definition", {"service_code": code, "attributes": attributes})


def _service(category: Category, parent: Category, owner: str) -> dict[str, Any]:
    words = [category.name, category.name_en, parent.name, parent.name_en, category.kind.value]
    return {
        "service_code": category.code,
        "service_name": category_name(category),
        "description": _(
            "%(owner)s answers for it, within %(days)s working days as a rule.", owner=owner, days=category.normal_days
        ),
        "metadata": True,
        "type": "realtime",
        # Clients that publish reports keep those to themselves that bear the last word.
        "keywords": ", ".join([*dict.fromkeys(words), *(["private"] if category.is_private else [])]),
        "group": category_name(parent),
    }


def _attribute(order: int, code: str, description: str, **more: str) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": "string",
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": description,
        "values": [],
        **more,
    }
