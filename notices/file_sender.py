"""A sender for development: one line of JSON a notice, in a file that only its owner reads, phones masked."""

import json
import os
from datetime import datetime
from pathlib import Path

from notices.errors import SendingError
from notices.messages import Message


class FileSender:
    """Appends notices to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message, *, at: datetime) -> None:
        """Write a notice down, with the time of writing.

        Raises:
            SendingError: the file cannot be written.
        """
        line = {
            "id": str(message.id),
            "kind": message.kind,
            "number": message.number,
            "text": message.text,
            "phone": None if message.phone is None else f"****{message.phone[-4:]}",
            "unit": message.unit_code,
            "role": message.role,
            "sent_at": at.isoformat(),
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(file, "a", encoding="utf-8") as lines:
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise SendingError(f"the file of notices cannot be written: {error.strerror}") from error
