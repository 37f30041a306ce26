"""The pages that people see, rendered on the server."""

from flask import Flask, Response, request

from web import auth
from web.pages import (
    account,
    appeals,
    claims,
    debts,
    following,
    log_in,
    office,
    own_notices,
    own_papers,
    own_payments,
    own_pin,
    payment_code,
    plaque_reports,
    plaques,
    proofs,
    public,
    public_reports,
    receipt_checks,
    report_alike,
    report_sending,
    reporting,
    resident,
    resident_blueprint,
    responsibilities,
    scoreboard,
    seals,
    shop_applications,
    till,
    till_arrivals,
    till_blueprint,
    till_crew,
    till_days,
    till_disputes,
    till_held,
    till_naming,
    till_orders,
    till_outcomes,
    till_payments,
    till_plaque,
    till_settlements,
    till_shifts,
    till_shops,
    till_webhooks,
)
from web.pages.viewer import register_viewer

_BLUEPRINTS = (
    *(public.blueprint, log_in.blueprint, account.blueprint, proofs.blueprint),
    *(resident_blueprint.blueprint, own_payments.blueprint, plaques.blueprint),
    *(plaque_reports.blueprint, till_blueprint.blueprint, office.blueprint),
)
# Importing these adds routes to the blueprints above.
_ADD_ROUTES = (
    *(
        appeals,
        claims,
        debts,
        following,
        own_notices,
        own_papers,
        own_pin,
        payment_code,
        public_reports,
        receipt_checks,
    ),
    *(report_alike, report_sending, reporting, resident, responsibilities, scoreboard, seals),
    shop_applications,
    *(
        till,
        till_arrivals,
        till_naming,
        till_orders,
        till_outcomes,
        till_payments,
        till_plaque,
        till_settlements,
        till_shops,
    ),
    till_webhooks,
    *(till_crew, till_days, till_disputes, till_shifts),
    till_held,
)


def register_pages(app: Flask) -> None:
    """Bind the pages to the application."""
    register_viewer(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)


def _keep_to_reader(response: Response) -> Response:
    """Let nobody keep what a page says to one person; what it says to everybody is asked for anew each time."""
    open_to_all = request.blueprint == public.blueprint.name and auth.viewer() is None
    response.headers.setdefault("Cache-Control", "no-cache" if open_to_all else "no-store")
    return response


# Once: a blueprint that an application has registered takes no more.
for _blueprint in _BLUEPRINTS:
    _blueprint.after_request(_keep_to_reader)
