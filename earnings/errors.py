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


class ClaimKeysError(EarningError):
    """The file of keys for claims' boxes is not what it should be."""

    def __init__(self) -> None:
        super().__init__("a file of claim keys has lines 'x25519' and 64 hexadecimal digits")


class ClaimBoxError(EarningError):
    """None of the keys opens a box: the key file is not the one that it was closed with."""

    def __init__(self) -> None:
        super().__init__("no key opens this box")


class NothingToClaimError(EarningError):
    """A matter has no part that is due and not yet claimed."""

    def __init__(self) -> None:
        super().__init__("nothing to claim")


class ClaimCapError(EarningError):
    """With this claim somebody would earn more than they may; later it may go."""

    def __init__(self) -> None:
        super().__init__("a cap is reached")
