"""Payments of the demo: at the shops that are open, sometimes refunded, sometimes refused."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from demo.names import REFUND_REASONS
from demo.scene import Fate, Paid, Scene, Shop
from ledger import Call, LotBalance, lock_lots, spendable
from payments import Attempt, RedemptionStatus, code_of, create_payment_code, redeem, refund
from people import Resident

_ROUTE = "POST /api/v1/redemptions"
# As a till would number its payments; the key is one of the same call.
_SHOWN_BEFORE, _SHOWN_TOO_LONG = timedelta(seconds=9), timedelta(seconds=95)
_LEAST_PAID = 200
_REFUND_PERCENT, _REFUSED_PERCENT = 3, 2
_REFUNDABLE_KEPT = 120
# Payments begin when the office has granted the morning's awards.
_FROM_PART = 0.25


def pay_at_shops(scene: Scene, day: date, count: int) -> None:
    """Let so many entries come from the shops on a day, as far as there are residents with credits."""
    open_shops = [shop for shop in scene.shops if shop.can_be_paid(day)]
    weights = [shop.weight for shop in open_shops]
    shoppers = iter(_shoppers(scene, count))
    for number in range(count):
        at = scene.at(day, _FROM_PART + (1 - _FROM_PART) * number / count)
        if scene.paid and scene.chance.randrange(100) < _REFUND_PERCENT:
            refund_one(scene, at)
            continue
        shop = scene.chance.choices(open_shops, weights=weights)[0]
        payer = _next_with_enough(shoppers, shop, day)
        if payer is None:
            return
        resident, most = payer
        price = _price(scene, shop)
        pay(scene, resident, shop, min(price, most), at, cash_amount=max(0, price - most))
        if scene.chance.randrange(100) < _REFUSED_PERCENT:
            _try_in_vain(scene, resident, at, day)


def pay(scene: Scene, resident: Resident, shop: Shop, amount: int, at: datetime, *, cash_amount: int = 0) -> Attempt:
    """Let a resident show a code and a till scan it."""
    attempt = _scan(scene, resident, shop, amount, cash_amount, shown_at=at - _SHOWN_BEFORE, at=at)
    if attempt.redemption.status is RedemptionStatus.COMPLETED:
        scene.posted += 1
        scene.paid.append(Paid(attempt.redemption.id, shop, amount))
        del scene.paid[:-_REFUNDABLE_KEPT]
    return attempt


def refund_one(scene: Scene, at: datetime) -> None:
    """Let an owner give back a recent payment, whole or in part."""
    paid = scene.paid.pop(scene.chance.randrange(len(scene.paid)))
    part = scene.chance.choice((1.0, 0.5, 0.3))
    refund(
        scene.session,
        redemption_id=paid.redemption_id,
        merchant_id=paid.shop.merchant.id,
        amount=max(1, int(paid.amount * part)),
        reason=scene.chance.choice(REFUND_REASONS),
        by_owner=True,
        actor=paid.shop.owner,
        now=at,
    )
    scene.posted += 1


def _scan(
    scene: Scene, resident: Resident, shop: Shop, amount: int, cash_amount: int, *, shown_at: datetime, at: datetime
) -> Attempt:
    shown = create_payment_code(scene.session, resident=resident, secret=scene.code_secret, now=shown_at)
    shop.orders += 1
    order_no = f"{at:%y%m%d}-{shop.orders:05d}"
    till = shop.cashier_at(at)
    asked = {"amount": amount, "cash_amount": cash_amount, "order_no": order_no}
    return redeem(
        scene.session,
        merchant_id=shop.merchant.id,
        actor=till,
        code=code_of(shown.id, scene.code_secret),
        amount=amount,
        order_no=order_no,
        cash_amount=cash_amount,
        now=at,
        call=Call(owner=till, route=_ROUTE, key=f"demo-{shop.merchant.code}-{order_no}", asked=asked),
    )


def _shoppers(scene: Scene, count: int) -> Iterator[tuple[Resident, list[LotBalance]]]:
    """Yield residents in a random order with what they hold; some of them will have too little."""
    drawn = scene.chance.sample(scene.holders, k=min(len(scene.holders), 4 * count + 4))
    asked = [resident for resident in drawn if resident.id not in scene.blocked]
    held = lock_lots(scene.session, [resident.available_account_id for resident in asked])
    for resident in asked:
        yield resident, held[resident.available_account_id]


def _next_with_enough(
    shoppers: Iterator[tuple[Resident, Sequence[LotBalance]]], shop: Shop, day: date
) -> tuple[Resident, int] | None:
    for resident, held in shoppers:
        most = spendable(held, today=day, funds=shop.funds)
        if most >= _LEAST_PAID:
            return resident, most
    return None


def _price(scene: Scene, shop: Shop) -> int:
    # Most pay about the usual, few pay much; prices end in whole jiao.
    return max(_LEAST_PAID, int(shop.kind.usual_price * scene.chance.lognormvariate(-0.1, 0.45)) // 10 * 10)


def _try_in_vain(scene: Scene, resident: Resident, at: datetime, day: date) -> None:
    """Let a payment be refused: in a shop that is suspended, for a code shown too long, or for too few credits."""
    suspended = [shop for shop in scene.shops if shop.fate is Fate.SUSPENDED and not shop.can_be_paid(day)]
    if suspended and scene.chance.randrange(3) == 0:
        shop, amount, shown_before = scene.chance.choice(suspended), 1_000, _SHOWN_BEFORE
    elif scene.chance.randrange(2):
        shop, amount, shown_before = scene.shops[0], 1_000, _SHOWN_TOO_LONG
    else:
        shop, amount, shown_before = scene.shops[0], 1_000_000, _SHOWN_BEFORE
    _scan(scene, resident, shop, amount, 0, shown_at=at - shown_before, at=at)
