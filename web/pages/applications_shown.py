"""Applications of shops on pages, and the history of a merchant: who did what, when, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from merchants import (
    APPLICANT,
    ApplicationRow,
    ApplicationStep,
    Contact,
    Event,
    Merchant,
    Renewal,
    ShopFacts,
    merchant_history,
    renewal_of,
)
from people import normal_phone
from web.clock import today
from web.pages.actors import actor_names
from web.pages.forms import Form
from web.pages.times import local
from web.pages.units_shown import unit_labels
from web.secret_keys import phone_vault

SHOP_FIELDS = ("name", "category", "class", "address", "unit", "credit_code")
CONTACT_FIELDS = ("contact_name", "phone")


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as lists and pages show it."""

    id: UUID
    number: str
    state: str
    name: str
    category: str
    class_name: str
    address: str
    place: str
    credit_code: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class EventView:
    """One event in a history; `by` is a name, None where it is the applicant."""

    kind: str
    at: datetime
    by: str | None
    reason: str | None = None
    document: str | None = None
    class_name: str | None = None
    from_on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class RenewalView:
    """How it stands with the renewal of a shop's last naming; `words` are the last ones said about it."""

    naming_id: UUID
    class_name: str
    until: date
    days_left: int
    state: str
    words: str | None
    said_at: datetime | None
    is_to_be_reminded: bool

    @property
    def first_on(self) -> date:
        """The first day of a naming that would follow."""
        return self.until + timedelta(days=1)


def application_views(session: Session, rows: Sequence[ApplicationRow]) -> list[ApplicationView]:
    """Return applications as they stand now."""
    places = unit_labels(session, {row.version.unit_code for row in rows})
    return [
        ApplicationView(
            id=row.application.id,
            number=row.application.number,
            state=row.application.state.value,
            name=row.version.shop_name,
            category=row.version.category,
            class_name=row.version.naming_class,
            address=row.version.address,
            place=places[row.version.unit_code],
            credit_code=row.version.credit_code,
            submitted_at=local(row.application.submitted_at),
        )
        for row in rows
    ]


def step_views(session: Session, steps: Iterable[ApplicationStep], *, with_names: bool) -> list[EventView]:
    """Return the steps of an application; who of the office took them, only where `with_names`."""
    found = list(steps)
    names = _names(session, {step.made_by for step in found})
    return [
        EventView(
            kind=step.kind.value,
            at=local(step.made_at),
            by=names[step.made_by] if with_names else None,
            reason=step.reason,
        )
        for step in found
    ]


def history_views(session: Session, merchant: Merchant) -> list[EventView]:
    """Return all that happened to a merchant, newest first."""
    events = merchant_history(session, merchant)
    names = _names(session, {event.by for event in events})
    return [_event_view(event, names[event.by]) for event in events]


def renewal_view(session: Session, merchant: Merchant) -> RenewalView | None:
    """Return how it stands with the renewal of a shop's last naming, None where it has none."""
    found: Renewal | None = renewal_of(session, merchant, day=today())
    if found is None:
        return None
    return RenewalView(
        naming_id=found.naming.id,
        class_name=found.naming.naming_class,
        until=found.naming.valid_until,
        days_left=found.days_left,
        state=found.state.value,
        words=None if found.step is None else found.step.words,
        said_at=None if found.step is None else local(found.step.made_at),
        is_to_be_reminded=found.is_to_be_reminded,
    )


def typed_shop(form: Form) -> ShopFacts:
    """Return what a form says of a shop; fields that are empty are noted, the rest is the domain's question."""
    return ShopFacts(
        name=form.text("name"),
        category=form.text("category"),
        naming_class=form.text("class"),
        address=form.text("address"),
        unit_code=form.text("unit"),
        credit_code=form.text("credit_code"),
    )


def typed_contact(form: Form, *, may_stay: bool = False) -> Contact | None:
    """Return whom the office calls; None where both fields are empty and that of before may stay."""
    if may_stay and not any(form.values[name].strip() for name in CONTACT_FIELDS):
        return None
    return Contact(form.text("contact_name"), form.text("phone"))


def hidden_phone(form: Form) -> str:
    """Return the keyed hash of the phone in a form: what is kept of a call must tell no phone."""
    typed = form.values["phone"]
    if not typed.strip():
        return ""
    phone = form.attempt(lambda: normal_phone(typed))
    return phone_vault().lookup(phone) if phone else ""


def values_of(row: ApplicationRow) -> dict[str, str]:
    """Return what an application says now, as the values of its form; its contact is typed anew, or stays."""
    version = row.version
    said = (version.shop_name, version.category, version.naming_class, version.address, version.unit_code)
    return dict(zip(SHOP_FIELDS, (*said, version.credit_code), strict=True)) | dict.fromkeys(CONTACT_FIELDS, "")


def _event_view(event: Event, by: str | None) -> EventView:
    return EventView(
        kind=event.kind.value,
        at=local(event.at),
        by=by,
        reason=event.reason,
        document=event.document,
        class_name=event.naming_class,
        from_on=event.valid_from,
        until=event.valid_until,
    )


def _names(session: Session, actors: set[str]) -> dict[str, str]:
    return actor_names(session, actors - {APPLICANT}) | {APPLICANT: str(_("The applicant"))}
