"""The office's pages: residents, awards, funds, responsibilities, tariffs, shops, staff and the books."""

from web.pages.office import (
    awards,
    batches,
    books,
    closures,
    corrections,
    debts,
    funds,
    home,
    namings,
    papers,
    periods,
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
    *(responsibilities, shop_debts, shops, staff, tariffs),
)

__all__ = ["ROUTES", "blueprint"]
