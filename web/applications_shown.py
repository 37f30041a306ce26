"""Applications of shops as the API and the pages tell them."""

from typing import Any

from sqlalchemy.orm import Session

from merchants import OPEN_STATES, ApplicationRow, application_steps, get_merchant, licence_photos
from people import PhoneVault, masked_digits


def application_facts(row: ApplicationRow, vault: PhoneVault) -> dict[str, Any]:
    """Return an application with what it says now; its phone is masked."""
    application, version = row.application, row.version
    return {
        "id": application.id,
        "number": application.number,
        "state": application.state,
        "version": version.number,
        "name": version.shop_name,
        "category": version.category,
        "naming_class": version.naming_class,
        "address": version.address,
        "unit": version.unit_code,
        "credit_code": version.credit_code,
        "contact_name": application.contact_name,
        "phone": masked_digits(vault.decrypt(application.phone_encrypted)),
        "submitted_at": application.submitted_at,
    }


def whole_application(session: Session, row: ApplicationRow, vault: PhoneVault) -> dict[str, Any]:
    """Return an application with its steps, the photos of its licence, and the code of the merchant it became."""
    application = row.application
    return {
        **application_facts(row, vault),
        "merchant": None if application.merchant_id is None else get_merchant(session, application.merchant_id).code,
        "licence": licence_photos(session, application.id),
        "steps": application_steps(session, application.id),
    }


def phone_to_call(row: ApplicationRow, vault: PhoneVault) -> str:
    """Return the phone by which the office calls about an application: whole while there is something to ask."""
    phone = vault.decrypt(row.application.phone_encrypted)
    return phone if row.application.state in OPEN_STATES else masked_digits(phone)
