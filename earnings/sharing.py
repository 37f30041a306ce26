"""What is the first reporter's, and who shares it: all who report together are one reporter."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from earnings.formula import among
from earnings.model import Earning, EarningReporter, PartKind
from earnings.paying import Due

_OTHERS = select(EarningReporter.resident_id).where(EarningReporter.earning_id == bindparam("earning_id"))


def together_with(session: Session, earning: Earning) -> list[UUID]:
    """Return who reported together with the first reporter of an earning."""
    return sorted(session.connection().execute(_OTHERS, {"earning_id": earning.id}).scalars())


def dues_of_first(earning: Earning, others: Sequence[UUID], kind: PartKind, amount: int) -> list[Due]:
    """Return what is due to the first reporter of a part, or to each of those who report together with `others`."""
    each, besides = among(amount, 1 + len(others))
    return [Due(kind, earning.resident_id, each + besides), *(Due(kind, other, each) for other in others)]
