"""Builders of the tests of applications: a shop, its contact, and a licence that shows nothing."""

from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from merchants import (
    APPLICANT,
    ApplicationState,
    Contact,
    MerchantApplication,
    ShopFacts,
    add_licence,
    amend_application,
    apply_to_be_named,
    get_application,
)
from photos import FolderStore, clean_photo
from tests.clock import NOON
from tests.merchants.builders import unit, vault
from tests.photos.uploads import encoded, quarters

CREDIT_CODE = "91140881MA0AAAA01W"
CONTACT = Contact("王掌柜", "13900000001")
OFFICER, COLLEAGUE = f"person:{1:032x}", f"person:{2:032x}"


def facts(session: Session, *, name: str = "如意饭店", credit_code: str = CREDIT_CODE) -> ShopFacts:
    """Return what an application says of a shop."""
    return ShopFacts(
        name=name,
        category="餐饮",
        naming_class="平安饭店",
        address="河东大道1号",
        unit_code=unit(session),
        credit_code=credit_code,
    )


def applied(session: Session, *, actor: str = APPLICANT, contact: Contact = CONTACT) -> tuple[MerchantApplication, str]:
    """Return an application that was just sent in, and its code."""
    return apply_to_be_named(session, shop=facts(session), contact=contact, vault=vault(), actor=actor, now=NOON)


def with_licence(session: Session, folder: Path, application: MerchantApplication) -> MerchantApplication:
    """Return an application after the photo of its licence was sent."""
    picture = clean_photo(encoded(quarters(), "PNG"))
    add_licence(session, FolderStore(folder), application_id=application.id, pictures=[picture], now=NOON)
    return application


def amended(session: Session, application: MerchantApplication, *, name: str = "如意大饭店") -> None:
    """Let the applicant say another name, and keep the contact."""
    amend_application(
        session,
        application_id=application.id,
        shop=facts(session, name=name),
        vault=vault(),
        actor=APPLICANT,
        now=NOON,
    )


def state_of(session: Session, application_id: UUID) -> ApplicationState:
    """Return how far an application has come."""
    return get_application(session, application_id).application.state
