"""The form of a report, as it is shown anew and beside what is wrong about it."""

import math
from typing import Any

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import get_resident, get_unit
from web.maps import map_view
from web.pages.categories_shown import category_groups
from web.pages.forms import Form
from web.pages.photos_kept import DROPPED, KEPT, FormPhotos, keep_photos
from web.pages.units_shown import place_groups
from web.pages.viewer import resident_id
from web.unit_of_work import reading

NAMED, CONFIDENTIAL, ANONYMOUS = "named", "confidential", "anonymous"
# What a report is sent in with, beside photos that come along; pages between carry these.
REPORT_FIELDS = (
    "category",
    "description",
    "unit",
    "address",
    "lat",
    "long",
    "urgent",
    "name",
    "joint_with",
    KEPT,
    DROPPED,
)


def new_page(form: Form, photos: FormPhotos | None = None) -> ResponseReturnValue:
    """Show the form, with what was typed, and keep its photos for when it comes again."""
    if photos is not None:
        keep_photos(form, photos)

    def read(session: Session) -> dict[str, Any]:
        home = get_unit(session, get_resident(session, resident_id()).unit_code)
        return {
            "groups": category_groups(session),
            "home": (home.code, home.name),
            "places": place_groups(session, near=home),
        }

    page = render_template(
        "resident/report_new.html",
        map=map_view(),
        account=resident_id().hex,
        is_typed=photos is not None,
        **reading(read),
        **form.context,
    )
    return make_response(page, form.status)


def degrees(form: Form, field: str) -> float | None:
    """Return what a position's hidden field says, None where it is empty; a fault where it is no number."""
    text = form.values[field].strip()
    try:
        found = float(text[:40]) if text else None
    except ValueError:
        found = math.nan
    if found is None or math.isfinite(found):
        return found
    form.wrong("lat", _("This position cannot be read. Take it again, or leave it out."))
    return None
