"""The office's pages: residents, reports, awards, funds, responsibilities, tariffs, shops, staff and the books."""

from web.pages.office import (
    awards,
    bank_files,
    bank_statements,
    batches,
    books,
    call_backs,
    caps,
    closures,
    corrections,
    debts,
    digests,
    funds,
    home,
    limits,
    namings,
    notices,
    on_behalf,
    papers,
    payees,
    payment_limits,
    periods,
    pins,
    plaques,
    publications,
    report_calls,
    report_fairness,
    report_joins,
    report_lists,
    report_new,
    report_orders,
    report_overview,
    report_page,
    report_photos,
    report_queues,
    report_steps,
    residents,
    responsibilities,
    settlements,
    shop_debts,
    shops,
    staff,
    tariffs,
)
from web.pages.office.blueprint import blueprint

# Importing these adds their routes to the blueprint.
ROUTES = (
    *(awards, batches, books, call_backs, caps, closures, corrections, debts, digests, funds, home, limits, namings),
    *(notices, on_behalf, papers, payment_limits, periods, pins, plaques, publications, report_calls),
    *(report_fairness, report_joins, report_lists, report_new, report_orders, report_overview, report_page),
    *(report_photos, report_queues, report_steps, residents, responsibilities, shop_debts, shops, staff, tariffs),
    *(bank_files, bank_statements, payees, settlements),
)

__all__ = ["ROUTES", "blueprint"]
