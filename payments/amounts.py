"""Which amounts can be paid."""

import ledger
from payments.errors import AmountError


def check_amounts(amount: int, cash_amount: int = 0) -> None:
    """See that an amount in cents can be paid, and the part in money beside it be written down.

    Raises:
        AmountError: the amount is not positive, the part in money negative, or either more than the books hold.
    """
    if not 0 < amount <= ledger.AMOUNT_MAX:
        raise AmountError(amount)
    if not 0 <= cash_amount <= ledger.AMOUNT_MAX:
        raise AmountError(cash_amount)
