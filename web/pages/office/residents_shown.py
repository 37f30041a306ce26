"""Residents on the office's pages, with their units and how far their log-ins are."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy.orm import Session

from people import Resident, log_in_states, masked_phone
from web.clock import now
from web.pages.office.shapes import ResidentRow
from web.pages.times import local
from web.pages.units_shown import unit_labels
from web.secret_keys import phone_vault


def resident_rows(session: Session, residents: Sequence[Resident]) -> list[ResidentRow]:
    """Return residents as they are shown, in their order."""
    labels = unit_labels(session, {resident.unit_code for resident in residents})
    states = log_in_states(session, resident_ids={resident.id for resident in residents}, now=now())
    vault = phone_vault()
    return [
        ResidentRow(
            id=resident.id,
            number=resident.number,
            name=resident.name,
            phone_masked=masked_phone(resident, vault),
            unit_name=labels[resident.unit_code],
            url=url_for("office.resident", resident_id=resident.id),
            registered_at=local(resident.registered_at),
            state=states[resident.id].value,
        )
        for resident in residents
    ]


def resident_row(session: Session, resident: Resident) -> ResidentRow:
    """Return one resident as they are shown."""
    return resident_rows(session, [resident])[0]
