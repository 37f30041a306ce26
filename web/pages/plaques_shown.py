"""What the page behind a plaque, and the plaque on paper, say of a shop and its naming."""

from typing import Any

from sqlalchemy.orm import Session

from merchants import Merchant
from web.community import community_name
from web.pages.funds_shown import fund_names
from web.pages.shops_shown import current_of, naming_views, shop_view, standing_today
from web.pay_addresses import plaque_url


def plaque_facts(session: Session, merchant: Merchant) -> dict[str, Any]:
    """Return the shop as it stands today, the naming that this is about, who named it, and the plaque's address.

    The naming is the one in force, else the next to come, else the last that there was; None where none ever was.
    """
    funds, standing = fund_names(session), standing_today(session, merchant)
    namings = naming_views(session, merchant, funds)
    return {
        "merchant": shop_view(standing, funds),
        "naming": current_of(namings, standing) or (namings[0] if namings else None),
        "named_by": community_name(session),
        "address": plaque_url(merchant.code),
    }
