"""The office's pages: residents, reports, awards, funds, responsibilities, tariffs, shops, staff and the books."""

from web.pages.office import (
    awards,
    batches,
    books,
    caps,
    closures,
    corrections,
    debts,
    funds,
    home,
    limits,
    namings,
    on_behalf,
    papers,
    periods,
    report_calls,
    report_fairness,
    report_joins,
    report_lists,
    report_new,
    report_orders,
    report_page,
    report_photos,
    report_queues,
    report_steps,
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
    *(awards, batches, books, closures, corrections, debts, funds, home, namings, papers, periods, residents),
    *(report_calls, report_joins, report_lists, report_new, report_orders, report_page, report_photos),
    *(report_queues, report_steps, responsibilities, caps, limits, on_behalf, report_fairness),
    *(shop_debts, shops, staff, tariffs),
)

__all__ = ["ROUTES", "blueprint"]
