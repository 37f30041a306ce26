"""The sheet with a one-time activation code, for handing over."""

from datetime import datetime

from flask import render_template, url_for

from people import ACTIVATION_LIFETIME
from web.settings import current_settings


def activation_sheet(
    *,
    name: str,
    login_name: str,
    code: str,
    issued_at: datetime,
    kind: str,
    back_url: str,
    layout: str = "layouts/office.html",
) -> str:
    """Return the page that shows a code this once; `kind` is "resident", "till" or "staff"; `layout` is its frame."""
    public_url = current_settings().public_url
    page = url_for("auth.activate", _external=not public_url)
    return render_template(
        "office/activation_sheet.html",
        person_name=name,
        login_name=login_name,
        activation_code=code,
        valid_until=issued_at + ACTIVATION_LIFETIME,
        activate_url=public_url + page,
        kind=kind,
        back_url=back_url,
        layout=layout,
    )
