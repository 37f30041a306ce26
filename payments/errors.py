"""What payments refuses, each with the facts of the refusal."""

from datetime import datetime
from uuid import UUID

from payments.model import Refusal


class PaymentError(Exception):
    """A rule about payments says no; nothing was written."""


class CodesBlockedError(PaymentError):
    """The resident has blocked their own codes."""

    def __init__(self, since: datetime) -> None:
        super().__init__("the resident's codes are blocked")
        self.since = since


class TooManyLiveCodesError(PaymentError):
    """The resident has as many unspent codes as may live at once."""

    def __init__(self, live_max: int) -> None:
        super().__init__(f"at most {live_max} codes live at once")
        self.live_max = live_max


class PaymentCodeUnknownError(PaymentError):
    """No payment code has this id, or it is another resident's."""

    def __init__(self, payment_code_id: UUID) -> None:
        super().__init__("unknown payment code")
        self.payment_code_id = payment_code_id


class RedemptionUnknownError(PaymentError):
    """No redemption has this id or order number at this merchant."""

    def __init__(self, redemption: UUID | str) -> None:
        super().__init__("unknown redemption")
        self.redemption = redemption


class OrderNumberError(PaymentError):
    """An order number is not 1 to 64 visible characters."""

    def __init__(self) -> None:
        super().__init__("an order number is 1 to 64 visible characters")


class AmountError(PaymentError):
    """An amount is not a positive number of cents that the books can hold."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} cannot be paid")
        self.amount = amount


class RefundExceedsRedemptionError(PaymentError):
    """More would be refunded than is left of the redemption."""

    def __init__(self, redemption_id: UUID, left: int) -> None:
        super().__init__(f"only {left} is left to refund")
        self.redemption_id = redemption_id
        self.left = left


class OwnerApprovalRequiredError(PaymentError):
    """A till may refund only up to the owner's limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a till may refund up to {limit}")
        self.limit = limit


class NotRefundableError(PaymentError):
    """The attempt was refused: nothing was paid that could be refunded."""

    def __init__(self, redemption_id: UUID, refusal: Refusal | None) -> None:
        super().__init__("nothing was paid")
        self.redemption_id = redemption_id
        self.refusal = refusal
