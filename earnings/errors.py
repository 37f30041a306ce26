"""What earnings refuses, each with the facts of the refusal."""

from uuid import UUID


class EarningError(Exception):
    """A rule about what reports earn says no; nothing was written."""


class CapsUnknownError(EarningError):
    """No version of the caps has this id."""

    def __init__(self, caps_id: UUID) -> None:
        super().__init__("unknown caps")
        self.caps_id = caps_id


class CapsError(EarningError):
    """A cap is below 1, or a day's is above a month's."""

    def __init__(self) -> None:
        super().__init__("caps are at least 1, and a day's is not above a month's")
