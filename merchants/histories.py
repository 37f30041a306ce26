"""The history of a merchant: from its application through namings, suspensions and renewals to its closing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from sqlalchemy.orm import Session

import receivables
from merchants.applications import application_of_merchant, application_steps
from merchants.model import Merchant, Naming
from merchants.namings import list_namings, naming_history
from merchants.renewals import renewal_steps


class EventKind(StrEnum):
    """What happened to a merchant, or to the application of which it came."""

    SUBMISSION = "submission"
    RETURN = "return"
    AMENDMENT = "amendment"
    ACCEPTANCE = "acceptance"
    REGISTRATION = "registration"
    NAMING = "naming"
    RENEWAL = "renewal"
    SUSPENSION = "suspension"
    REINSTATEMENT = "reinstatement"
    REVOCATION = "revocation"
    RENEWAL_REQUEST = "renewal_request"
    RENEWAL_REFUSAL = "renewal_refusal"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: who, when and, where there are such, the days, the document, the reason and the row that it is."""

    kind: EventKind
    at: datetime
    by: str
    id: UUID
    reason: str | None = None
    document: str | None = None
    naming_class: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def merchant_history(session: Session, merchant: Merchant) -> list[Event]:
    """Return all that happened to a merchant, newest first."""
    events = [
        *_application_events(session, merchant),
        *map(_naming_event, list_namings(session, merchant_id=merchant.id)),
        *_step_events(session, merchant),
    ]
    closure = receivables.closure_of_merchant(session, merchant.id)
    if closure is not None:
        events.append(Event(EventKind.CLOSURE, closure.begun_at, closure.begun_by, closure.id, closure.reason))
    # Ids tell the order of what happened within one instant.
    return sorted(events, key=attrgetter("at", "id"), reverse=True)


def _application_events(session: Session, merchant: Merchant) -> Iterator[Event]:
    row = application_of_merchant(session, merchant.id)
    for step in () if row is None else application_steps(session, row.application.id):
        yield Event(EventKind(step.kind.value), step.made_at, step.made_by, step.id, step.reason)
    if row is None:
        yield Event(EventKind.REGISTRATION, merchant.created_at, merchant.created_by, merchant.id)


def _naming_event(naming: Naming) -> Event:
    return Event(
        kind=EventKind.NAMING if naming.renews_id is None else EventKind.RENEWAL,
        at=naming.named_at,
        by=naming.named_by,
        id=naming.id,
        document=naming.document,
        naming_class=naming.naming_class,
        valid_from=naming.valid_from,
        valid_until=naming.valid_until,
    )


def _step_events(session: Session, merchant: Merchant) -> Iterator[Event]:
    seen = set()
    for step in naming_history(session, merchant_id=merchant.id):
        # One decision holds for every naming that is not over, and is told once.
        decision = (step.kind, step.made_at, step.made_by)
        if decision not in seen:
            seen.add(decision)
            yield Event(EventKind(step.kind.value), step.made_at, step.made_by, step.id, step.reason)
    for asked in renewal_steps(session, merchant_id=merchant.id):
        yield Event(EventKind(f"renewal_{asked.kind.value}"), asked.made_at, asked.made_by, asked.id, asked.words)
