"""The year of the resident one can log in as: something of everything, and credits that expire soon."""

from datetime import date

from demo.awarding import award_to
from demo.names import FUND_KINDS
from demo.paying import pay
from demo.scene import Fate, Scene
from ledger import lots, spendable
from payments import refund

_AWARD_EVERY_DAYS = 13
# Care credits last six months: these have some two weeks left, and what is paid later takes only a part of them.
_EXPIRING_AWARD_AGO, _EXPIRING_AMOUNT = 170, 12_000
# Days before the last, and what is paid.
_PAYMENTS = {
    350: 900, 331: 1_250, 305: 1_800, 283: 760, 262: 2_400, 240: 1_320, 221: 3_100, 199: 2_050, 180: 1_500,
    150: 1_450, 121: 1_880, 88: 2_260, 52: 960, 23: 1_530, 6: 720, 0: 680,
}  # fmt: skip
_REFUNDED = {305: 600, 23: 500}


def live_a_day(scene: Scene, day: date) -> None:
    """Let the resident do what is due on a day."""
    ago = (scene.today - day).days
    if ago == _EXPIRING_AWARD_AGO:
        _award(scene, "care", _EXPIRING_AMOUNT, "照看独居老人半年", day)
    elif ago and ago % _AWARD_EVERY_DAYS == 0:
        kind = FUND_KINDS[ago // _AWARD_EVERY_DAYS % len(FUND_KINDS)]
        reason, amount = kind.rewards[ago // _AWARD_EVERY_DAYS % len(kind.rewards)]
        _award(scene, kind.code, amount, reason, day)
    if ago in _PAYMENTS:
        _pay(scene, day, _PAYMENTS[ago], _REFUNDED.get(ago, 0))


def _award(scene: Scene, fund_code: str, amount: int, reason: str, day: date) -> None:
    award_to(scene, scene.residents[0], fund_code=fund_code, amount=amount, reason=reason, day=day, part=0.05)


def _pay(scene: Scene, day: date, price: int, refunded: int) -> None:
    resident = scene.residents[0]
    ordinary = [shop for shop in scene.shops if shop.fate is Fate.ORDINARY]
    # Every other time at the shop one can log in to.
    shop = ordinary[(scene.today - day).days % 2 * price % len(ordinary)]
    most = spendable(lots(scene.session, resident.available_account_id), today=day)
    if not most:
        return
    attempt = pay(scene, resident, shop, min(price, most), scene.at(day, 0.21))
    # Nobody else gives back what this story counts on.
    scene.paid.pop()
    if refunded:
        refund(
            scene.session,
            redemption_id=attempt.redemption.id,
            merchant_id=shop.merchant.id,
            amount=min(refunded, most, price),
            reason="商品缺货，部分退还",
            by_owner=True,
            actor=shop.owner,
            now=scene.at(day, 0.22),
        )
        scene.posted += 1
