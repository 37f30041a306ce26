"""What is set aside, on pages: how much is left of it and until when."""

from sqlalchemy.orm import Session

from holds import open_holds
from web.pages.shapes import SetAside
from web.pages.times import local


def set_aside(session: Session, account_id: int) -> list[SetAside]:
    """Return what the owner of a spending account has set aside now, what comes back first before the others."""
    return [
        SetAside(hold.left, hold.captured_total, hold.amount, local(hold.expires_at))
        for hold in open_holds(session, available=account_id)
    ]
