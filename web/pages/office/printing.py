"""What is printed for residents: the face of a card, and a sheet of codes; for its issuer, on the day it was issued."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for
from sqlalchemy.orm import Session

from cards import check_may_print, get_card, get_sheet, slips_of
from holds import HoldState
from payments import code_of
from people import Role, masked_name
from web.auth import access, principal
from web.clock import now
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import resident_in_reach
from web.pages.papers_shown import card_view, qr_within
from web.secret_keys import payment_code_secret
from web.settings import current_settings
from web.unit_of_work import reading


@blueprint.get("/cards/<uuid:card_id>/paper")
@access(Role.ADMINISTRATOR)
def print_card(card_id: UUID) -> str:
    """Show the face of a card with its marks for cutting."""

    def read(session: Session) -> dict[str, Any]:
        card = get_card(session, card_id)
        resident = resident_in_reach(session, card.resident_id)
        check_may_print(issued_by=card.issued_by, issued_at=card.issued_at, actor=principal().actor, now=now())
        return {
            "card": card_view(session, card),
            "owner_masked": masked_name(resident.name),
            "qr": qr_within(code_of(card.payment_code_id, payment_code_secret())),
            "back_url": url_for("office.on_paper", resident_id=resident.id),
            "pin_url": url_for("office.set_resident_pin", resident_id=resident.id),
        }

    return render_template("office/card_paper.html", office_phone=current_settings().office_phone, **reading(read))


@blueprint.get("/sheets/<uuid:sheet_id>/paper")
@access(Role.ADMINISTRATOR)
def print_sheet(sheet_id: UUID) -> str:
    """Show a sheet of codes, each with what it is worth and until when; what is used or came back is left out."""

    def read(session: Session) -> dict[str, Any]:
        sheet = get_sheet(session, sheet_id)
        resident = resident_in_reach(session, sheet.resident_id)
        check_may_print(issued_by=sheet.issued_by, issued_at=sheet.issued_at, actor=principal().actor, now=now())
        return {
            "sheet": sheet,
            "owner_masked": masked_name(resident.name),
            "slips": [
                {"number": slip.number, "qr": qr_within(text), "text": text}
                for slip in slips_of(session, [sheet.id])[sheet.id]
                if slip.state is HoldState.OPEN and (text := code_of(slip.payment_code_id, payment_code_secret()))
            ],
            "back_url": url_for("office.on_paper", resident_id=resident.id),
        }

    return render_template("office/sheet_paper.html", office_phone=current_settings().office_phone, **reading(read))
