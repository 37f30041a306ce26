"""Who may not settle what: nobody pays a shop for which they work."""

from uuid import UUID

from sqlalchemy.orm import Session

import people
from merchants import Merchant
from settlements.errors import OwnShopError

_PERSON = "person:"


def check_not_of_the_shop(session: Session, actor: str, merchant: Merchant) -> None:
    """Refuse who works for a merchant, by a role or a key that is not revoked.

    Raises:
        OwnShopError: they do.
    """
    if actor.startswith(_PERSON) and people.works_for_merchant(
        session, person_id=UUID(actor.removeprefix(_PERSON)), merchant_id=merchant.id
    ):
        raise OwnShopError(merchant.code)
