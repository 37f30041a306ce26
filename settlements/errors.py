"""What settlements refuses, each with the facts of the refusal."""

from datetime import datetime
from uuid import UUID


class SettlementError(Exception):
    """A rule about settlements says no; nothing was written."""


class SettlementUnknownError(SettlementError):
    """No settlement has this id."""

    def __init__(self, settlement_id: UUID) -> None:
        super().__init__(f"unknown settlement {settlement_id}")
        self.settlement_id = settlement_id


class CutOffAheadError(SettlementError):
    """A cut-off lies in the future: what is still to come cannot be settled."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"the cut-off {until} lies in the future")
        self.until = until


class NothingToSettleError(SettlementError):
    """Until the cut-off the merchant collected nothing that is not settled, or no more than it gave back."""

    def __init__(self, merchant_code: str, until: datetime) -> None:
        super().__init__(f"nothing of merchant {merchant_code} is to be settled until {until}")
        self.merchant_code = merchant_code
        self.until = until


class SettlementStatusError(SettlementError):
    """The settlement has come to where this step cannot be taken: it is paid, or it has ended."""

    def __init__(self, settlement_id: UUID, status: str) -> None:
        super().__init__(f"settlement {settlement_id} is {status}")
        self.settlement_id = settlement_id
        self.status = status


class OwnShopError(SettlementError):
    """Nobody settles a shop for which they work themselves."""

    def __init__(self, merchant_code: str) -> None:
        super().__init__(f"merchant {merchant_code} is the actor's own")
        self.merchant_code = merchant_code


class AccountNumberError(SettlementError):
    """The number of a bank account is not 6 to 34 digits and letters."""

    def __init__(self) -> None:
        super().__init__("no number of a bank account")


class BankStatementEmptyError(SettlementError):
    """A bank statement has no movements."""

    def __init__(self) -> None:
        super().__init__("the statement has no movements")


class BankStatementKnownError(SettlementError):
    """This file was brought in before."""

    def __init__(self, statement_id: UUID) -> None:
        super().__init__(f"kept as {statement_id}")
        self.statement_id = statement_id


class BankStatementUnknownError(SettlementError):
    """No imported statement has this id."""

    def __init__(self, statement_id: UUID) -> None:
        super().__init__(f"unknown statement {statement_id}")
        self.statement_id = statement_id
