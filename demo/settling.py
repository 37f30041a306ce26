"""Settlements of the demo: opened on the first of a month by one person and paid by another; one stays open."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from demo.scene import Scene, Shop
from settlements import fail, open_settlement, pay, set_payee, settleable, take_return

_MIDDLE_OF_THE_YEAR = 7
_OPENED, _PAID, _CAME_BACK = 0.02, 0.04, 0.06
# Of last month, by size: what is not paid yet, and what the bank sent back; of an earlier one what failed.
_LEFT_OPEN, _SENT_BACK, _FAILED = 1, 2, 3
# One shop has not said yet where it is paid.
_WITHOUT_ACCOUNT = 5
_BANK = "演示农村商业银行"


def settle_a_month(scene: Scene, day: date) -> None:
    """Pay out on the first of a month what shops collected until then: the lively one monthly, the others in July.

    At the end of last month all are settled, so that there is something to be paid.
    """
    if day.day != 1:
        return
    if not scene.payees_told:
        _tell_payees(scene, day)
    until = datetime.combine(day, time.min, scene.now.tzinfo) - timedelta(microseconds=1)
    is_last = (day + timedelta(days=31)).replace(day=1) > scene.today
    lively = scene.shops[0].merchant.id
    due = [one for one in settleable(scene.session, until=until) if one.amount]
    if not is_last and day.month != _MIDDLE_OF_THE_YEAR:
        due = [one for one in due if one.merchant.id == lively]
    # The lively shop's is always paid: its owner is one of the log-ins.
    due.sort(key=lambda one: (one.merchant.id != lively, -one.amount))
    for place, one in enumerate(due):
        made = open_settlement(
            scene.session,
            merchant=one.merchant,
            until=until,
            actor=scene.staff.finance,
            now=scene.at(day, _OPENED),
        )
        _end(scene, made.id, day, place=place, is_last=is_last)


def _end(scene: Scene, settlement_id: UUID, day: date, *, place: int, is_last: bool) -> None:
    by, at = scene.staff.colleague, scene.at(day, _PAID)
    if is_last and place == _LEFT_OPEN:
        return
    if not is_last and place == _FAILED:
        reason = "银行系统维护，未能付出"
        fail(scene.session, settlement_id=settlement_id, reason=reason, actor=by, now=at)
        return
    document = f"演示〔{day.year}〕付款{day.month:02d}-{place + 1:03d}号"
    pay(scene.session, settlement_id=settlement_id, document=document, actor=by, now=at)
    if is_last and place == _SENT_BACK:
        take_return(
            scene.session,
            settlement_id=settlement_id,
            reason="户名与账号不符，银行退汇",
            actor=scene.staff.finance,
            now=scene.at(day, _CAME_BACK),
        )


def _tell_payees(scene: Scene, day: date) -> None:
    """Say to which accounts shops are paid; their numbers are none that a bank would give."""
    scene.payees_told = True
    for number, shop in enumerate(scene.shops):
        if number != _WITHOUT_ACCOUNT:
            _tell_payee(scene, shop, number, day)


def _tell_payee(scene: Scene, shop: Shop, number: int, day: date) -> None:
    set_payee(
        scene.session,
        merchant=shop.merchant,
        holder=shop.merchant.name,
        bank=_BANK,
        account=f"DEMO{number + 1:015d}",
        document=f"演示开户证明{number + 1:03d}号",
        vault=scene.vault,
        actor=scene.staff.finance,
        now=scene.at(day, 0),
    )
