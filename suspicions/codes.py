"""The two rules about codes: used long after it was shown, and paper that pays at two shops within minutes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from merchants import Merchant
from payments import CODE_LIFETIME, Channel, CodeKind, PaymentCode, Redemption, RedemptionStatus
from suspicions.model import SuspicionRule
from suspicions.rules import SuspicionRules
from suspicions.windows import Finding

_PAPER = (Channel.CARD, Channel.SHEET)


def late_codes(
    session: Session, rules: SuspicionRules, merchant: Merchant, *, since: datetime, wanted: set[UUID]
) -> Iterator[Finding]:
    """Return payments whose code was made long before, and yet in time: somebody may have taken a picture to it.

    Codes are forgotten a day after they ended; of a payment that is looked at later than that nothing is known.
    """
    if rules.late_code_s is None or not wanted:
        return
    query = (
        select(Redemption.id, Redemption.redeemed_at, PaymentCode.created_at)
        .join(PaymentCode, PaymentCode.id == Redemption.payment_code_id)
        .where(
            Redemption.merchant_id == merchant.id,
            Redemption.redeemed_at >= since,
            Redemption.channel == Channel.CODE,
            PaymentCode.kind == CodeKind.SCREEN,
        )
    )
    for redemption_id, redeemed_at, created_at in session.execute(query):
        age = (redeemed_at - created_at).total_seconds()
        if redemption_id in wanted and age > rules.late_code_s:
            facts = {"seconds": int(age), "lives": int(CODE_LIFETIME.total_seconds())}
            yield Finding(redemption_id, SuspicionRule.LATE_CODE, facts)


def two_shops(
    session: Session, rules: SuspicionRules, merchant: Merchant, *, since: datetime, wanted: set[UUID]
) -> Iterator[Finding]:
    """Return payments by card or slip of residents whose paper paid at another shop minutes before.

    The later payment is held back, wherever that was: the shop before it had nothing unusual to see.
    """
    if rules.two_shops_minutes is None or not wanted:
        return
    within = timedelta(minutes=rules.two_shops_minutes)
    before = aliased(Redemption)
    query = (
        select(Redemption.id, Redemption.redeemed_at, before.redeemed_at)
        .join(before, before.resident_id == Redemption.resident_id)
        .where(
            Redemption.merchant_id == merchant.id,
            Redemption.redeemed_at >= since,
            Redemption.channel.in_(_PAPER),
            before.merchant_id != merchant.id,
            before.redeemed_at >= since - within,
            before.redeemed_at <= Redemption.redeemed_at,
            before.channel.in_(_PAPER),
            before.status == RedemptionStatus.COMPLETED,
        )
        .order_by(before.redeemed_at.desc())
    )
    told: set[UUID] = set()
    for redemption_id, redeemed_at, earlier in session.execute(query):
        if redemption_id in wanted and redemption_id not in told and redeemed_at - earlier <= within:
            told.add(redemption_id)
            facts = {"seconds": int((redeemed_at - earlier).total_seconds())}
            yield Finding(redemption_id, SuspicionRule.TWO_SHOPS, facts)
