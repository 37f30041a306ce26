"""What holds refuse, each with the facts of the refusal."""

from datetime import datetime, timedelta
from uuid import UUID

from holds.model import HoldState


class HoldError(Exception):
    """A rule about holds says no; nothing was written."""


class HoldUnknownError(HoldError):
    """No hold has this id."""

    def __init__(self, hold_id: UUID) -> None:
        super().__init__("unknown hold")
        self.hold_id = hold_id


class HoldEndedError(HoldError):
    """The hold has ended before; it ends once."""

    def __init__(self, hold_id: UUID, state: HoldState) -> None:
        super().__init__(f"the hold is {state}")
        self.hold_id = hold_id
        self.state = state


class HoldExpiredError(HoldError):
    """The hold's time is over, whether or not its credits went back already."""

    def __init__(self, hold_id: UUID, expires_at: datetime) -> None:
        super().__init__("the hold's time is over")
        self.hold_id = hold_id
        self.expires_at = expires_at


class HoldExceededError(HoldError):
    """More would be captured than is left of the hold."""

    def __init__(self, hold_id: UUID, left: int) -> None:
        super().__init__(f"only {left} is left of the hold")
        self.hold_id = hold_id
        self.left = left


class HoldAmountError(HoldError):
    """An amount is not positive, or above what one hold may set aside."""

    def __init__(self, amount: int, maximum: int) -> None:
        super().__init__(f"{amount} cannot be set aside")
        self.amount = amount
        self.maximum = maximum


class HoldLifetimeError(HoldError):
    """A hold would end before it begins, or live longer than holds may."""

    def __init__(self, lifetime_max: timedelta) -> None:
        super().__init__(f"a hold lives up to {lifetime_max}")
        self.lifetime_s_max = int(lifetime_max.total_seconds())


class TooManyHoldsError(HoldError):
    """The owner has as many open holds as they may have at once."""

    def __init__(self, open_max: int) -> None:
        super().__init__(f"at most {open_max} holds are open at once")
        self.open_max = open_max
