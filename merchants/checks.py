"""What must be true of merchants in the books."""

import ledger
from merchants.closures import closed_merchants_have_nothing_left

CHECKS: tuple[ledger.Check, ...] = (closed_merchants_have_nothing_left,)
