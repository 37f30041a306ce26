"""What oversight refuses, with the facts of the refusal."""

from uuid import UUID


class OversightError(Exception):
    """A rule about oversight says no; nothing was written."""


class OrderUnknownError(OversightError):
    """There is no such order about the matter."""

    def __init__(self, order_id: UUID) -> None:
        super().__init__("unknown order")
        self.order_id = order_id


class OrderAnsweredError(OversightError):
    """The order was answered before."""

    def __init__(self, order_id: UUID) -> None:
        super().__init__("the order is answered")
        self.order_id = order_id
