"""Sending notices: what is due leaves through the sender that the settings choose, outside of any transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy.orm import Session

from notices import (
    FileSender,
    Message,
    NoticeSender,
    Outgoing,
    SendingError,
    WebhookSender,
    claim_waiting,
    give_up_late,
    keep,
    record_attempt,
)
from people import PhoneUnreadableError
from reports import confidential_among, numbers_of
from web.clock import now
from web.languages import DEFAULT_LOCALE
from web.notices_shown import sentence
from web.secret_keys import phone_vault
from web.settings import Settings, current_settings
from web.unit_of_work import in_transaction

_LOG = logging.getLogger(__name__)
# A gateway that fails so often in a row is away: the others wait for the next run.
_FAILURES_IN_A_ROW = 5


@dataclass(slots=True)
class Sent:
    """How many notices were taken, and how many were not."""

    sent: int = 0
    failed: int = 0


def chosen_sender(settings: Settings) -> NoticeSender | None:
    """Return the sender that settings name, None where notices are not sent."""
    if settings.notice_sender == "file":
        return FileSender(settings.instance_dir / "notices.jsonl")
    if settings.notice_sender == "webhook":
        return WebhookSender(
            settings.notice_webhook_url,
            settings.notice_webhook_secret,
            is_loopback_allowed=settings.notice_webhook_loopback,
        )
    return None


def send_notices(at: datetime) -> Sent:
    """Send what is due now, until nothing is left or the gateway is away."""
    done, in_a_row = Sent(), 0
    sender = chosen_sender(current_settings())
    if sender is None:
        return done
    in_transaction(lambda session: give_up_late(session, now=at))
    while (claimed := in_transaction(_claiming(at))) is not None:
        for outgoing, number in claimed:
            is_sent = _is_taken(sender, outgoing, number)
            in_transaction(_recording(outgoing, is_sent=is_sent))
            done.sent, done.failed = done.sent + is_sent, done.failed + (not is_sent)
            in_a_row = 0 if is_sent else in_a_row + 1
            if in_a_row == _FAILURES_IN_A_ROW:
                return done
    return done


def _claiming(at: datetime) -> Callable[[Session], list[tuple[Outgoing, str]] | None]:
    """Return what claims some notices, each with its report's number, and gives None when nothing is due.

    Whoever runs a gateway would learn by a phone and a number whose a confidential report is: those are kept.
    """

    def work(session: Session) -> list[tuple[Outgoing, str]] | None:
        claimed = claim_waiting(session, now=at)
        about = {each.notice.matter_id for each in claimed}
        numbers, confidential = numbers_of(session, about), confidential_among(session, about)
        leaving: list[tuple[Outgoing, str]] = []
        for each in claimed:
            if each.resident is not None and each.notice.matter_id in confidential:
                keep(each.notice)
            else:
                leaving.append((each, numbers[each.notice.matter_id]))
        return leaving if claimed else None

    return work


def _is_taken(sender: NoticeSender, outgoing: Outgoing, number: str) -> bool:
    try:
        sender.send(_message(outgoing, number), at=now())
    except (SendingError, PhoneUnreadableError) as error:
        _LOG.warning("notice %s was not sent: %s", outgoing.notice.id, error)
        return False
    return True


def _recording(outgoing: Outgoing, *, is_sent: bool) -> Callable[[Session], None]:
    return lambda session: record_attempt(session, notice_id=outgoing.notice.id, is_sent=is_sent, now=now())


def _message(outgoing: Outgoing, number: str) -> Message:
    notice, resident = outgoing.notice, outgoing.resident
    # Nobody has told us which language they read: it is that of the community.
    with force_locale(DEFAULT_LOCALE):
        text = sentence(notice.kind, number)
    return Message(
        id=notice.id,
        kind=notice.kind,
        number=number,
        text=text,
        created_at=notice.created_at,
        phone=None if resident is None else phone_vault().decrypt(resident.phone_encrypted),
        unit_code=notice.unit_code,
        role=notice.role,
    )
