"""The till's own number of a payment: unique at its merchant, and what the outcome is asked by."""

from payments.errors import OrderNumberError
from payments.model import ORDER_NO_LENGTH_MAX


def normal_order_no(text: str) -> str:
    """Return an order number without blanks at its ends.

    Raises:
        OrderNumberError: it is not 1 to 64 visible characters.
    """
    order_no = text.strip()
    if not 1 <= len(order_no) <= ORDER_NO_LENGTH_MAX or not order_no.isprintable():
        raise OrderNumberError
    return order_no
