"""Notices: who is told that something happened about a matter, in the application and through a sender of one's own."""

from notices.errors import NoticeError, NoticeUnknownError, SendingError
from notices.file_sender import FileSender
from notices.messages import Message, NoticeSender
from notices.model import Notice, NoticeKind, SendingState
from notices.reading import NoticePage, count_unread, get_notice, list_notices, mark_all_read, mark_read
from notices.sending import WAITS_S, Outgoing, claim_waiting, give_up_late, keep, record_attempt
from notices.telling import tell
from notices.webhook_sender import WebhookSender, signature_of

__all__ = [
    "WAITS_S",
    "FileSender",
    "Message",
    "Notice",
    "NoticeError",
    "NoticeKind",
    "NoticePage",
    "NoticeSender",
    "NoticeUnknownError",
    "Outgoing",
    "SendingError",
    "SendingState",
    "WebhookSender",
    "claim_waiting",
    "count_unread",
    "get_notice",
    "give_up_late",
    "keep",
    "list_notices",
    "mark_all_read",
    "mark_read",
    "record_attempt",
    "signature_of",
    "tell",
]
