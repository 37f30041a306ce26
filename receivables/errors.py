"""What receivables refuses, each with the facts of the refusal."""

from uuid import UUID


class ReceivableError(Exception):
    """A rule about what is owed back, or about closing an owner, says no; nothing was written."""


class MatterUnknownError(ReceivableError):
    """No forced correction and no waiver has this id."""

    def __init__(self, matter_id: UUID) -> None:
        super().__init__(f"unknown matter {matter_id}")
        self.matter_id = matter_id


class MatterDecidedError(ReceivableError):
    """The matter was decided before; that happens once."""

    def __init__(self, matter_id: UUID, state: str) -> None:
        super().__init__(f"matter {matter_id} is {state}")
        self.matter_id = matter_id
        self.state = state


class MatterOpenError(ReceivableError):
    """The same was asked for before and is not decided yet."""

    def __init__(self, matter_id: UUID) -> None:
        super().__init__(f"matter {matter_id} is not decided yet")
        self.matter_id = matter_id


class TakeBackFirstError(ReceivableError):
    """The resident's lot still holds something of the award: a claw-back takes that before anything is owed."""

    def __init__(self, award_id: UUID, left: int) -> None:
        super().__init__(f"{left} is left of award {award_id}")
        self.award_id = award_id
        self.left = left


class ForcedTooMuchError(ReceivableError):
    """More than what the award paid, less what came back of it and what is owed for it already."""

    def __init__(self, award_id: UUID, left: int) -> None:
        super().__init__(f"at most {left} of award {award_id} can be forced")
        self.award_id = award_id
        self.left = left


class OwedLessError(ReceivableError):
    """More would be repaid, offset or waived than is owed to the fund, in minor units."""

    def __init__(self, fund_code: str, owed: int) -> None:
        super().__init__(f"{owed} is owed to fund {fund_code}")
        self.fund_code = fund_code
        self.owed = owed


class ConsentMissingError(ReceivableError):
    """Credits are offset by their owner, or by an officer who names the owner's consent."""

    def __init__(self) -> None:
        super().__init__("an offset by an officer names the resident's consent")


class RepaymentUnknownError(ReceivableError):
    """No repayment has this id."""

    def __init__(self, repayment_id: UUID) -> None:
        super().__init__(f"unknown repayment {repayment_id}")
        self.repayment_id = repayment_id


class ClosureUnknownError(ReceivableError):
    """Nobody began to close this owner, or there is no closure of this id."""

    def __init__(self, owner_id: UUID) -> None:
        super().__init__(f"{owner_id} is not closed")
        self.owner_id = owner_id


class OwnerClosedError(ReceivableError):
    """The owner is closed already, or on the way, and takes part in nothing new."""

    def __init__(self, closure_id: UUID) -> None:
        super().__init__(f"closed by {closure_id}")
        self.closure_id = closure_id


class HeldCreditsError(ReceivableError):
    """Credits are set aside for a payment; they have to be paid or freed before the owner can be closed."""

    def __init__(self, held: int) -> None:
        super().__init__(f"{held} is held")
        self.held = held


class MergerError(ReceivableError):
    """A record cannot be merged into this one: it is the same, or one of them has left or still owes something."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
