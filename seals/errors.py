"""What seals refuses, each with the facts of the refusal."""


class SealError(Exception):
    """Something about the seals of the books says no; nothing was written."""


class SealKeysError(SealError):
    """A file of secrets of the seals cannot be read as what it should be."""

    def __init__(self) -> None:
        super().__init__("the keys of the seals cannot be used")


class OtherSaltsError(SealError):
    """The books were sealed with other salts than those at hand, with which no leaf could be recomputed."""

    def __init__(self, size: int) -> None:
        super().__init__(f"head {size} was made with other salts")
        self.size = size


class HeadUnknownError(SealError):
    """No head has this size."""

    def __init__(self, size: int) -> None:
        super().__init__(f"no head of size {size}")
        self.size = size


class HeadsOrderError(SealError):
    """A proof of consistency leads from an older head to a newer one, not back."""

    def __init__(self) -> None:
        super().__init__("the first head must be the older one")
