"""What the till's own affairs refuse, each with the facts of the refusal."""

from datetime import date
from uuid import UUID


class TillError(Exception):
    """A rule about shifts, closed days, disputes or a shop's people says no; nothing was written."""


class ShiftUnknownError(TillError):
    """No shift has this id, or it is another shop's."""

    def __init__(self, shift_id: UUID) -> None:
        super().__init__(f"unknown shift {shift_id}")
        self.shift_id = shift_id


class ShiftsNotUsedError(TillError):
    """The owner has not said that this shop works in shifts."""

    def __init__(self) -> None:
        super().__init__("the shop does not work in shifts")


class ShiftOpenError(TillError):
    """The cashier, or the device, has a shift that has not ended."""

    def __init__(self, shift_id: UUID) -> None:
        super().__init__(f"shift {shift_id} has not ended")
        self.shift_id = shift_id


class ShiftEndedError(TillError):
    """The shift has ended, and was counted."""

    def __init__(self, shift_id: UUID) -> None:
        super().__init__(f"shift {shift_id} has ended")
        self.shift_id = shift_id


class TakeOverError(TillError):
    """What is to be taken over is no shift of this shop that has ended, or somebody took it over before."""

    def __init__(self, shift_id: UUID) -> None:
        super().__init__(f"shift {shift_id} cannot be taken over")
        self.shift_id = shift_id


class CashError(TillError):
    """What was counted is no amount."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is no amount")
        self.name = name


class DifferenceError(TillError):
    """What was counted is not what there should be, and nobody says why; both in cents."""

    def __init__(self, *, counted: int, expected: int) -> None:
        super().__init__(f"{counted} were counted where {expected} should be")
        self.counted = counted
        self.expected = expected


class DayNotOverError(TillError):
    """The day is not over, or so lately that payments of it may still be under way."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is not over")
        self.day = day


class DayTooEarlyError(TillError):
    """On that day the shop was not registered yet."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} was before the shop")
        self.day = day


class DayClosedError(TillError):
    """The day is closed already."""

    def __init__(self, day_close_id: UUID) -> None:
        super().__init__(f"closed as {day_close_id}")
        self.day_close_id = day_close_id


class DayCloseUnknownError(TillError):
    """No closed day has this id, or it is another shop's."""

    def __init__(self, day_close_id: UUID) -> None:
        super().__init__(f"unknown closed day {day_close_id}")
        self.day_close_id = day_close_id


class LineUnknownError(TillError):
    """The entry is no line of what this shop is to be paid."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(f"no line {entry_id}")
        self.entry_id = entry_id


class DisputeUnknownError(TillError):
    """No dispute has this id, or it is another shop's."""

    def __init__(self, dispute_id: UUID) -> None:
        super().__init__(f"unknown dispute {dispute_id}")
        self.dispute_id = dispute_id


class DisputeWaitsError(TillError):
    """The line is disputed already, and the office has not answered."""

    def __init__(self, dispute_id: UUID) -> None:
        super().__init__(f"disputed as {dispute_id}")
        self.dispute_id = dispute_id


class DisputeAnsweredError(TillError):
    """The office has answered this dispute."""

    def __init__(self, dispute_id: UUID) -> None:
        super().__init__(f"dispute {dispute_id} is answered")
        self.dispute_id = dispute_id


class RemedyError(TillError):
    """What is upheld says what follows from it, and what is rejected has nothing that follows."""

    def __init__(self) -> None:
        super().__init__("the remedy does not fit the decision")


class CashierUnknownError(TillError):
    """This person is no cashier of the shop."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"no cashier {person_id}")
        self.person_id = person_id


class CashierElsewhereError(TillError):
    """The cashier has other work with the scheme, so their log-in is not for this owner to renew."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"{person_id} works elsewhere too")
        self.person_id = person_id
