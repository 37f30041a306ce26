"""What duties refuses, with the facts of the refusal."""

from uuid import UUID


class DutyError(Exception):
    """A rule about duties says no; nothing was written."""


class DutyStateError(DutyError):
    """A duty that has ended, or is (or is not) handled, cannot be moved or ended like this."""

    def __init__(self, duty_id: UUID) -> None:
        super().__init__("the duty's state does not allow this")
        self.duty_id = duty_id
