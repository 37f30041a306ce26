"""The last two weeks at the till of the lively shop: two cashiers in shifts, a device, closed days, disputed lines."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from demo.scene import LATE_SHIFT_BEGINS, TWO_CASHIERS_SINCE_DAYS, Scene, Shop
from people import Grant, Principal, Role, create_till_key
from tills import (
    DayLine,
    Decision,
    answer_dispute,
    close_day,
    day_lines,
    day_of,
    dispute_line,
    end_shift,
    open_shift,
    set_shift_use,
)

_OPENS, _CLOSES = time(7, 30), time(20, 31)
_LEFT_IN_THE_DRAWER, _LINES_MAX = 20_000, 10_000
# The day before is open, so that whoever tries the demo can close it.
_CLOSED_AGO = (4, 3, 2)
_MISCOUNTED_AGO, _MISCOUNTED_BY = 5, -150
# What is disputed, the latest line first: the newer dispute waits, the older one is answered.
_DISPUTES = ("顾客说只买了一份，金额可能输错", "顾客说这一笔扣了两次，请核查")


def run_the_till(scene: Scene) -> None:
    """Let the people of the lively shop begin and end shifts, close days and dispute two lines."""
    shop = scene.shops[0]
    first = scene.days_ago(TWO_CASHIERS_SINCE_DAYS)
    set_shift_use(
        scene.session, merchant=shop.merchant, is_used=True, actor=shop.owner, now=_at(scene, first, time(7, 0))
    )
    create_till_key(scene.session, merchant_id=shop.merchant.id, name="前台一号机", now=_at(scene, first, time(7, 5)))
    # Read once, the latest first: what the drawers are counted by, and what is disputed.
    lines = _lines(scene, shop)
    drawer: UUID | None = None
    for ago in range(TWO_CASHIERS_SINCE_DAYS, 0, -1):
        drawer = _live_a_day(scene, shop, lines, scene.days_ago(ago), drawer, miscounted=ago == _MISCOUNTED_AGO)
    _open(scene, shop, shop.till, drawer, at=scene.at(scene.today, 0))
    for ago in _CLOSED_AGO:
        close_day(
            scene.session,
            merchant=shop.merchant,
            day=scene.days_ago(ago),
            remark="与小票核对一致",
            actor=shop.owner,
            now=_at(scene, scene.days_ago(ago - 1), time(7, 10)),
        )
    _dispute_two_lines(scene, shop, lines)


def _live_a_day(
    scene: Scene, shop: Shop, lines: Sequence[DayLine], day: date, drawer: UUID | None, *, miscounted: bool
) -> UUID:
    """Let two cashiers share a day, and return the shift whose drawer is left in the evening."""
    opens, noon, closes = (_at(scene, day, moment) for moment in (_OPENS, LATE_SHIFT_BEGINS, _CLOSES))
    early_cash = sum(line.cash_amount for line in lines if opens <= line.at < noon)
    late_cash = sum(line.cash_amount for line in lines if noon <= line.at < closes)
    early = _open(scene, shop, shop.till, drawer, at=opens)
    counted = _LEFT_IN_THE_DRAWER + early_cash + (_MISCOUNTED_BY if miscounted else 0)
    remark = "找零时少收一元五角" if miscounted else ""
    _end(scene, shop, early, shop.till, counted, at=noon, remark=remark)
    late_till = shop.late_till or shop.till
    late = open_shift(
        scene.session,
        merchant=shop.merchant,
        cashier=late_till,
        opening_cash=counted,
        takes_over_id=early,
        now=noon,
    )
    _end(scene, shop, late.id, late_till, counted + late_cash, at=closes)
    return late.id


def _open(scene: Scene, shop: Shop, cashier: str, drawer: UUID | None, *, at: datetime) -> UUID:
    return open_shift(
        scene.session,
        merchant=shop.merchant,
        cashier=cashier,
        opening_cash=_LEFT_IN_THE_DRAWER,
        takes_over_id=drawer,
        remark="昨日货款已存行，留备用金" if drawer else "",
        now=at,
    ).id


def _end(
    scene: Scene, shop: Shop, shift_id: UUID, cashier: str, counted: int, *, at: datetime, remark: str = ""
) -> None:
    end_shift(
        scene.session,
        shift_id=shift_id,
        merchant=shop.merchant,
        counted_cash=counted,
        remark=remark,
        actor=cashier,
        by_owner=False,
        now=at,
    )


def _lines(scene: Scene, shop: Shop) -> Sequence[DayLine]:
    begins_at, _ends_at = day_of(scene.days_ago(TWO_CASHIERS_SINCE_DAYS), merchant=shop.merchant, now=scene.now)
    _begins_at, ends_at = day_of(scene.days_ago(1), merchant=shop.merchant, now=scene.now)
    shop_id = shop.merchant.id
    return day_lines(scene.session, merchant_id=shop_id, begins_at=begins_at, ends_at=ends_at, limit=_LINES_MAX)


def _dispute_two_lines(scene: Scene, shop: Shop, lines: Sequence[DayLine]) -> None:
    for number, (line, reason) in enumerate(zip(lines, _DISPUTES, strict=False)):
        day = line.at.astimezone(scene.now.tzinfo).date()
        made = dispute_line(
            scene.session,
            merchant=shop.merchant,
            entry_id=line.entry_id,
            reason=reason,
            actor=shop.till,
            now=_at(scene, day, time(20, 50)),
        )
        if number:
            officer = scene.staff.finance
            answer_dispute(
                scene.session,
                dispute_id=made.id,
                decision=Decision.REJECTED,
                remedy=None,
                note="已核对收银记录和小票，是两笔不同的消费，金额无误。",
                by=Principal(
                    actor=officer,
                    grants=(Grant(Role.FINANCE),),
                    name="",
                    person_id=UUID(officer.removeprefix("person:")),
                ),
                now=min(scene.now, _at(scene, day + timedelta(days=1), time(9, 30))),
            )


def _at(scene: Scene, day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, scene.now.tzinfo)
