"""What is the first reporter's, and who shares it: all who report together are one reporter."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from earnings.formula import among
from earnings.model import Earning, EarningReporter, PartKind
from earnings.paying import Due


def together_with(session: Session, earning: Earning) -> list[UUID]:
    """Return who reported together with the first reporter of an earning."""
    others = select(EarningReporter.resident_id).where(EarningReporter.earning_id == earning.id)
    return sorted(session.scalars(others))


def dues_of_first(session: Session, earning: Earning, kind: PartKind, amount: int) -> list[Due]:
    """Return what is due to the first reporter of a part, or to each of those who report together."""
    others = together_with(session, earning)
    each, besides = among(amount, 1 + len(others))
    return [Due(kind, earning.resident_id, each + besides), *(Due(kind, other, each) for other in others)]
