"""What is sent of a notice, and what sends it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from people import Role


@dataclass(frozen=True, slots=True)
class Message:
    """One notice as it leaves the house, to the phone of a resident or to a role in a unit.

    The phone is in clear, so it stands in no log, file or repr.
    """

    id: UUID
    kind: str
    number: str
    text: str
    created_at: datetime
    phone: str | None = field(default=None, repr=False)
    unit_code: str | None = None
    role: Role | None = None


class NoticeSender(Protocol):
    """Something that passes notices on. The same message may come twice: it bears the same id."""

    def send(self, message: Message, *, at: datetime) -> None:
        """Pass a notice on.

        Raises:
            SendingError: it was not taken.
        """
