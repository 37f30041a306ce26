"""Disputes on pages: in lists and one by one, for the shop and for the office."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import merchants
import payments
import tills
from tills import DisputeView
from web.pages.times import local


@dataclass(frozen=True, slots=True)
class DisputeShown:
    """A disputed line; `state` is "waiting", "upheld" or "rejected", amounts are in minor units.

    `payment_id` and `order_no` are of the payment that the line is about, None and "" where it is about none.
    """

    id: UUID
    shop_name: str
    shop_code: str
    entry_id: UUID
    payment_id: UUID | None
    order_no: str
    kind: str
    amount: int
    occurred_at: datetime
    reason: str
    by: str
    at: datetime
    state: str
    remedy: str
    note: str
    answered_by: str
    answered_at: datetime | None
    url: str


def disputes_shown(
    session: Session,
    found: Sequence[DisputeView],
    url_of: Callable[[UUID], str],
    names_of: Callable[[Session, Collection[str]], Mapping[str, str]],
) -> list[DisputeShown]:
    """Return disputes in their order; `url_of` says where the reader finds one, `names_of` what actors are called."""
    shops = merchants.merchants_by_id(session, {each.dispute.merchant_id for each in found})
    paid = payments.payments_of_entries(session, [each.dispute.entry_id for each in found])
    names = names_of(
        session,
        {each.dispute.disputed_by for each in found} | {each.answer.answered_by for each in found if each.answer},
    )
    return [
        DisputeShown(
            id=each.dispute.id,
            shop_name=shops[each.dispute.merchant_id].name,
            shop_code=shops[each.dispute.merchant_id].code,
            entry_id=each.dispute.entry_id,
            payment_id=payment.redemption_id if (payment := paid.get(each.dispute.entry_id)) else None,
            order_no=payment.order_no if payment else "",
            kind=each.dispute.kind,
            amount=each.dispute.amount,
            occurred_at=local(each.dispute.occurred_at),
            reason=each.dispute.reason,
            by=names[each.dispute.disputed_by],
            at=local(each.dispute.disputed_at),
            state=each.answer.decision.value if each.answer else "waiting",
            remedy=each.answer.remedy.value if each.answer and each.answer.remedy else "",
            note=each.answer.note if each.answer else "",
            answered_by=names[each.answer.answered_by] if each.answer else "",
            answered_at=local(each.answer.answered_at) if each.answer else None,
            url=url_of(each.dispute.id),
        )
        for each in found
    ]


def disputed_lines(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return how the latest dispute of each of these lines stands, for those that have one."""
    return {
        entry_id: "waiting" if found.answer is None else found.answer.decision.value
        for entry_id, found in tills.disputes_of_lines(session, entry_ids).items()
    }
