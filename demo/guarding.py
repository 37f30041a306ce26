"""What looks odd in the demo: three customers who pay at one till again and again, held back by a rule of the office.

Of their payments one was found to be in order, one stays out and the shop appeals, and the rest wait to be looked at.
"""

from datetime import date

from demo.paying import pay
from demo.scene import Scene
from ledger import lots, spendable
from people import Resident
from settlements import LookPlace, look_at_shops
from suspicions import DecisionOutcome, SuspicionRules, appeal, decide, list_suspicions, set_suspicion_rules

_CUSTOMERS, _TIMES, _PRICE = 3, 2, 310
# From when on they pay, and how soon after each other, as parts of the hours just gone.
_FROM, _EVERY = 0.55, 0.005
# More than four payments within a quarter of an hour, by at most three who came again.
_RULES = SuspicionRules(burst_payments=4, burst_minutes=15, burst_residents=3)
_IN_ORDER = "店主提供了小票，系一家人分次结账"
_STAYS_OUT = "小票与付款不符，请店主补充说明"
_APPEAL = "当天有顾客分批取货，每次单独付款，可以调监控核对"


def crowd_the_till(scene: Scene, day: date) -> None:
    """Let a few customers pay several times within minutes, as far as there are some who have enough."""
    # What was paid before may be in a settlement.
    if day != scene.today:
        return
    customers = _with_enough(scene, day)
    for number in range(_TIMES * len(customers)):
        resident = customers[number % len(customers)]
        pay(scene, resident, scene.shops[0], _PRICE, scene.at(day, _FROM + _EVERY * number))
        # Nobody gives back what this story counts on.
        scene.paid.pop()


def look_at_what_is_odd(scene: Scene) -> None:
    """Set a rule, look at the lively shop by it, and decide about what comes first."""
    shop, at = scene.shops[0], scene.at(scene.today, 1)
    set_suspicion_rules(scene.session, rules=_RULES, actor=scene.staff.officer, now=at)
    look_at_shops(scene.session, now=at, after=LookPlace(shop.merchant.id, is_done=False))
    found = list_suspicions(scene.session, merchant_ids=[shop.merchant.id], limit=2).items
    decided = zip(found, ((DecisionOutcome.CLEARED, _IN_ORDER), (DecisionOutcome.UPHELD, _STAYS_OUT)), strict=False)
    for each, (outcome, reason) in decided:
        decide(
            scene.session,
            suspicion_id=each.suspicion.id,
            outcome=outcome,
            reason=reason,
            actor=scene.staff.finance,
            now=at,
        )
        if outcome is DecisionOutcome.UPHELD:
            appeal(scene.session, suspicion_id=each.suspicion.id, text=_APPEAL, actor=shop.owner, now=at)


def _with_enough(scene: Scene, day: date) -> list[Resident]:
    """Return the first residents who can pay all of it with what the shop takes."""
    found: list[Resident] = []
    for resident in scene.holders:
        if resident.id in scene.blocked:
            continue
        held = lots(scene.session, resident.available_account_id)
        if spendable(held, today=day, funds=scene.shops[0].funds) >= _TIMES * _PRICE:
            found.append(resident)
        if len(found) == _CUSTOMERS:
            break
    return found
