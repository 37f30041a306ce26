"""What building the demo refuses."""


class DemoError(Exception):
    """Base of all refusals of the demo."""


class DemoRefusedError(DemoError):
    """There are residents, merchants or entries: the demo would mix with what is real, so nothing was built."""

    def __init__(self) -> None:
        super().__init__("There are residents, merchants or entries: the demo would mix with what is real.")
