"""The interface for programs: `/api/v1`, described by its own schemas."""

from flask import Flask

from web.api import (
    assistance,
    award_caps,
    awards,
    balances,
    books,
    call_backs,
    cards,
    categories,
    claims,
    closures,
    code_sheets,
    day_closes,
    digests,
    disputes,
    docs,
    forced_corrections,
    funds,
    holds,
    merchant_applications,
    merchants,
    naming_renewals,
    notices,
    orders,
    payment_codes,
    payment_limits,
    publications,
    ratings,
    redemptions,
    repayments,
    report_appeals,
    report_calls,
    report_coverings,
    report_joins,
    report_limits,
    report_orders,
    report_photos,
    report_steps,
    report_suggestions,
    reports,
    residents,
    scoreboard,
    seals,
    settlements,
    statements,
    suspicion_rules,
    suspicions,
    tariffs,
    till_refund_limits,
    till_shifts,
    units,
    unmaskings,
    webhooks,
)
from web.api.health import register_health
from web.api.parsing import PREFIX
from web.api.specification import LedgerApi, finish_specification
from web.extensions import csrf

# Importing these adds their routes to the blueprints of residents and reports.
_RESOURCES = (
    residents.blueprint,
    units.blueprint,
    funds.blueprint,
    awards.blueprint,
    merchants.blueprint,
    merchant_applications.blueprint,
    payment_codes.blueprint,
    redemptions.blueprint,
    orders.blueprint,
    payment_limits.blueprint,
    suspicion_rules.blueprint,
    suspicions.blueprint,
    cards.blueprint,
    books.blueprint,
    seals.blueprint,
    forced_corrections.blueprint,
    repayments.blueprint,
    closures.blueprint,
    settlements.blueprint,
    till_shifts.blueprint,
    statements.blueprint,
    categories.blueprint,
    tariffs.blueprint,
    reports.blueprint,
    award_caps.blueprint,
    report_limits.blueprint,
    claims.blueprint,
    scoreboard.blueprint,
    call_backs.blueprint,
    digests.blueprint,
    notices.blueprint,
    webhooks.blueprint,
)
_ADDS_ROUTES = (
    *(
        assistance,
        balances,
        code_sheets,
        day_closes,
        disputes,
        holds,
        naming_renewals,
        publications,
        ratings,
        report_appeals,
        report_calls,
    ),
    *(report_coverings, report_joins, report_orders, report_photos, report_steps, report_suggestions),
    *(till_refund_limits, unmaskings),
)


def register_api(app: Flask) -> None:
    """Bind the API to the application."""
    app.config.update(
        API_TITLE="Ping'an Ledger",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = LedgerApi(app)
    for resource in _RESOURCES:
        api.register_blueprint(resource)
        # Keys are no cookies: no other site can make a browser send one.
        csrf.exempt(resource)
    register_health(app)
    app.register_blueprint(docs.blueprint)
    finish_specification(app, api)
