"""The office's pages: residents, reports, awards, funds, responsibilities, tariffs, shops, staff and the books."""

from web.pages.office import (
    assisting,
    awards,
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
    on_paper,
    papers,
    periods,
    printing,
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
    resident_pins,
    residents,
    responsibilities,
    shop_debts,
    shops,
    staff,
    tariffs,
)
from web.pages.office.blueprint import blueprint

# Importing these adds their routes to the blueprint.
ROUTES = (
    *(assisting, awards, batches, books, call_backs, caps, closures, corrections, debts, digests, funds, home),
    *(limits, namings),
    *(notices, on_behalf, on_paper, papers, periods, printing, publications, report_calls, report_fairness),
    *(report_joins, report_lists, report_new, report_orders, report_overview, report_page, report_photos),
    *(report_queues, report_steps, resident_pins, residents, responsibilities),
    *(shop_debts, shops, staff, tariffs),
)

__all__ = ["ROUTES", "blueprint"]
