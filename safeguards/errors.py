"""What safeguards refuses, each with the facts of the refusal."""

from enum import StrEnum
from uuid import UUID


class SafeguardError(Exception):
    """A rule about limits or PINs says no; nothing was written."""


class LimitsError(SafeguardError):
    """A limit is not within what can be set; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be so")
        self.name = name


class LimitsUnknownError(SafeguardError):
    """No version of the limits has this id."""

    def __init__(self, limits_id: UUID) -> None:
        super().__init__("unknown limits")
        self.limits_id = limits_id


class PinFault(StrEnum):
    """Why a PIN may not be chosen."""

    NOT_SIX_DIGITS = "not_six_digits"
    TOO_COMMON = "too_common"


class PinRefusedError(SafeguardError):
    """A PIN may not be chosen, and why."""

    def __init__(self, fault: PinFault) -> None:
        super().__init__(f"the PIN is {fault.value.replace('_', ' ')}")
        self.fault = fault
