"""What payments refuses, each with the facts of the refusal."""

from datetime import date, datetime
from uuid import UUID

from payments.model import RedemptionStatus, Refusal


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


class RefundWindowError(PaymentError):
    """The time for refunds of this payment is over; `until` was its last day."""

    def __init__(self, redemption_id: UUID, until: date) -> None:
        super().__init__(f"refunds ended on {until}")
        self.redemption_id = redemption_id
        self.until = until


class NotRefundableError(PaymentError):
    """The attempt was refused: nothing was paid that could be refunded."""

    def __init__(self, redemption_id: UUID, refusal: Refusal | None) -> None:
        super().__init__("nothing was paid")
        self.redemption_id = redemption_id
        self.refusal = refusal


class OrderUnknownError(PaymentError):
    """No order has this id, or it is another's."""

    def __init__(self, order_id: UUID) -> None:
        super().__init__("unknown order")
        self.order_id = order_id


class OrderClosedError(PaymentError):
    """The order was paid, cancelled, or its time is over; `state` says which."""

    def __init__(self, order_id: UUID, state: RedemptionStatus) -> None:
        super().__init__(f"the order is {state}")
        self.order_id = order_id
        self.state = state


class OrderNumberUsedError(PaymentError):
    """Another payment or order of this merchant has the order number; `id` says which."""

    def __init__(self, order_no: str, holder_id: UUID) -> None:
        super().__init__("the order number is used")
        self.order_no = order_no
        self.id = holder_id


class MerchantTakesNoneError(PaymentError):
    """Today no naming is in force for the merchant, so it can ask nobody for credits."""

    def __init__(self, merchant_id: UUID) -> None:
        super().__init__("no naming is in force")
        self.merchant_id = merchant_id


class MerchantSuspendedError(PaymentError):
    """The merchant's naming is suspended, so it can ask nobody for credits."""

    def __init__(self, merchant_id: UUID) -> None:
        super().__init__("the naming is suspended")
        self.merchant_id = merchant_id


class OverLimitError(PaymentError):
    """One payment may be of `limit` cents at most, so nobody could pay the order."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"one payment is at most {limit}")
        self.limit = limit
