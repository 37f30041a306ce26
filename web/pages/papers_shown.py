"""Cards and sheets on pages: how each stands, and what was done about it."""

import base64
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from cards import CardStep, CodeSheet, PaymentCard, list_cards, list_sheets, live_card, slips_of, steps_of_cards
from holds import HoldState
from payments import paper_codes
from web.pages.times import local
from web.qr_images import qr_png

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CardView:
    """A card: its number, how it stands, what it pays in a day (in cents), and through which day."""

    id: UUID
    number: str
    state: str
    day_limit: int
    valid_until: date
    is_stopped_with_all: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet: its slips by what became of them, and what is still set aside for it; amounts in cents."""

    id: UUID
    count: int
    worth: int
    valid_until: date
    issued_at: datetime
    used: int
    open: int
    left: int
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepView:
    """What was done about a card."""

    kind: str
    number: str
    reason: str
    made_by: str
    made_at: datetime


def card_view(session: Session, card: PaymentCard) -> CardView:
    """Return a card as it is shown."""
    code = paper_codes(session, [card.payment_code_id])[card.payment_code_id]
    return CardView(
        id=card.id,
        number=card.number,
        state=card.state.value,
        day_limit=code.day_limit or 0,
        valid_until=local(code.expires_at).date(),
        is_stopped_with_all=code.block_id is not None,
    )


def live_card_view(session: Session, resident_id: UUID) -> CardView | None:
    """Return the card of a resident that is not replaced, None if they have none."""
    card = live_card(session, resident_id=resident_id)
    return None if card is None else card_view(session, card)


def card_history(session: Session, resident_id: UUID) -> list[tuple[CardStep, str]]:
    """Return what was done about a resident's latest cards, the latest first, each with the card's number."""
    numbers = {card.id: card.number for card in list_cards(session, resident_id=resident_id, limit=_SHOWN)}
    return [(step, numbers[step.card_id]) for step in steps_of_cards(session, list(numbers))]


def sheet_views(session: Session, resident_id: UUID) -> list[SheetView]:
    """Return a resident's latest sheets, newest first."""
    sheets = list_sheets(session, resident_id=resident_id, limit=_SHOWN)
    return _views(session, list(sheets))


def _views(session: Session, sheets: list[CodeSheet]) -> list[SheetView]:
    slips = slips_of(session, [sheet.id for sheet in sheets])
    views: list[SheetView] = []
    for sheet in sheets:
        still_open = [slip for slip in slips[sheet.id] if slip.state is HoldState.OPEN]
        views.append(
            SheetView(
                id=sheet.id,
                count=sheet.count,
                worth=sheet.worth,
                valid_until=sheet.valid_until,
                issued_at=local(sheet.issued_at),
                used=sum(slip.state is HoldState.CAPTURED for slip in slips[sheet.id]),
                open=len(still_open),
                left=sum(slip.worth for slip in still_open),
                revoked_at=None if sheet.revoked_at is None else local(sheet.revoked_at),
            )
        )
    return views


def qr_within(text: str) -> str:
    """Return a QR image of a text as an address that holds it whole: what it shows is asked for at no other address.

    It is of dots: the squares of a drawing print with white seams between them, over which readers stumble.
    """
    return "data:image/png;base64," + base64.b64encode(qr_png(text)).decode("ascii")
