"""What notices refuses, each with the facts of the refusal."""

from uuid import UUID


class NoticeError(Exception):
    """A rule about notices says no; nothing was written."""


class NoticeUnknownError(NoticeError):
    """No notice has this id, or it is another's."""

    def __init__(self, notice_id: UUID) -> None:
        super().__init__("unknown notice")
        self.notice_id = notice_id


class SendingError(Exception):
    """A notice was not taken by whoever was to pass it on; the message says why, and nothing about anybody."""
