"""What merchants refuses, each with the facts of the refusal."""

from datetime import datetime
from uuid import UUID

from merchants.model import Refusal


class MerchantError(Exception):
    """A rule about merchants and payments says no; nothing was written."""


class MerchantUnknownError(MerchantError):
    """No merchant has this code or id."""

    def __init__(self, merchant: str | UUID) -> None:
        super().__init__("unknown merchant")
        self.merchant = merchant


class MerchantExistsError(MerchantError):
    """A merchant with this code is registered already."""

    def __init__(self, code: str) -> None:
        super().__init__(f"merchant {code} exists")
        self.code = code


class MerchantCodeError(MerchantError):
    """A merchant's code is not 1 to 32 letters, digits, hyphens and underscores, beginning with a letter or digit."""

    def __init__(self, code: str) -> None:
        super().__init__("a merchant's code is 1 to 32 of A-Z, a-z, 0-9, - and _")
        self.code = code


class NamingDatesError(MerchantError):
    """A naming would end before it begins."""

    def __init__(self) -> None:
        super().__init__("a naming ends before it begins")


class NotNamedError(MerchantError):
    """The merchant has no naming that this step could change."""

    def __init__(self, code: str) -> None:
        super().__init__(f"merchant {code} has no naming")
        self.code = code


class NamingStepError(MerchantError):
    """The naming is already as the step would make it."""

    def __init__(self, code: str, state: str) -> None:
        super().__init__(f"the naming of merchant {code} is {state}")
        self.code = code
        self.state = state


class CodesBlockedError(MerchantError):
    """The resident has blocked their own codes."""

    def __init__(self, since: datetime) -> None:
        super().__init__("the resident's codes are blocked")
        self.since = since


class TooManyLiveCodesError(MerchantError):
    """The resident has as many unspent codes as may live at once."""

    def __init__(self, live_max: int) -> None:
        super().__init__(f"at most {live_max} codes live at once")
        self.live_max = live_max


class PaymentCodeUnknownError(MerchantError):
    """No payment code has this id, or it is another resident's."""

    def __init__(self, payment_code_id: UUID) -> None:
        super().__init__("unknown payment code")
        self.payment_code_id = payment_code_id


class RedemptionUnknownError(MerchantError):
    """No redemption has this id or order number at this merchant."""

    def __init__(self, redemption: UUID | str) -> None:
        super().__init__("unknown redemption")
        self.redemption = redemption


class OrderNumberError(MerchantError):
    """An order number is not 1 to 64 visible characters."""

    def __init__(self) -> None:
        super().__init__("an order number is 1 to 64 visible characters")


class AmountError(MerchantError):
    """An amount is not a positive number of cents that the books can hold."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} cannot be paid")
        self.amount = amount


class RefundExceedsRedemptionError(MerchantError):
    """More would be refunded than is left of the redemption."""

    def __init__(self, redemption_id: UUID, left: int) -> None:
        super().__init__(f"only {left} is left to refund")
        self.redemption_id = redemption_id
        self.left = left


class OwnerApprovalRequiredError(MerchantError):
    """A till may refund only up to the owner's limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a till may refund up to {limit}")
        self.limit = limit


class NotRefundableError(MerchantError):
    """The attempt was refused: nothing was paid that could be refunded."""

    def __init__(self, redemption_id: UUID, refusal: Refusal | None) -> None:
        super().__init__("nothing was paid")
        self.redemption_id = redemption_id
        self.refusal = refusal
