"""Which officer helped a resident to pay, by name: residents are told who acted for them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from cards import helpers_of
from people import persons_by_id

_PERSON = "person:"


def helper_names(session: Session, redemption_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those who helped with payments, by the payment's id; other payments are left out."""
    helpers = helpers_of(session, redemption_ids) if redemption_ids else {}
    persons = persons_by_id(session, {UUID(each.removeprefix(_PERSON)) for each in helpers.values()})
    return {
        redemption_id: persons[UUID(helper.removeprefix(_PERSON))].name for redemption_id, helper in helpers.items()
    }
