"""The year of the demo, day by day: money, awards, payments, refunds, expiry; so many entries in the end as asked."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import accumulate

from awards import expire_lots
from demo.awarding import award_to_many, take_back_a_mistake
from demo.crowd import ReportStaff
from demo.guarding import crowd_the_till
from demo.money import create_funds, move_funds
from demo.own_year import live_a_day
from demo.paying import pay_at_shops
from demo.reporting import open_desk, report_a_day
from demo.saying import listen_a_day
from demo.scene import DAYS, Scene
from demo.settling import settle_a_month
from demo.shops import decide_about_shops
from payments import block_codes, purge_payment_codes

# Of what is booked in a day, beside what is due on fixed days, so many percent come from the shops.
_SHOPS_PERCENT = 23
_SATURDAY = 5
# What the last day books in any case.
_KEPT_FOR_THE_LAST_DAY = 10
_MISTAKE_EVERY_DAYS, _MISTAKE_FROM_ENTRIES = 29, 5_000
_CODES_BLOCKED_AGO = 30


def live_the_year(scene: Scene, report_staff: ReportStaff, progress: Callable[[int], None]) -> None:
    """Live every day of the year; `progress` is told after each how many entries there are besides those of reports."""
    create_funds(scene)
    desk = open_desk(scene, report_staff)
    days = [scene.first_day + timedelta(days=number) for number in range(DAYS + 1)]
    for day, target in zip(days, _targets(scene.size.entries, days), strict=True):
        _live(scene, day, target)
        report_a_day(scene, desk, day)
        listen_a_day(scene, report_staff, day)
        progress(scene.posted)
    purge_payment_codes(scene.session, now=scene.now)


def _live(scene: Scene, day: date, target: int) -> None:
    decide_about_shops(scene, day)
    # The sweep takes what ended the day before and earlier; nightly it would mostly find nothing.
    if day.day == 1 and day < scene.today:
        _expire(scene, day)
    settle_a_month(scene, day)
    move_funds(scene, day)
    if day == scene.days_ago(_CODES_BLOCKED_AGO):
        _block_codes(scene, day)
    live_a_day(scene, day)
    crowd_the_till(scene, day)
    ago = (scene.today - day).days
    if ago and ago % _MISTAKE_EVERY_DAYS == 0 and scene.size.entries >= _MISTAKE_FROM_ENTRIES:
        take_back_a_mistake(scene, day)
    left = max(0, target - scene.posted)
    # Chance rounds, so that small demos have payments too.
    from_shops = int(left * _SHOPS_PERCENT / 100 + scene.chance.random())
    award_to_many(scene, day, left - from_shops)
    pay_at_shops(scene, day, from_shops)
    if day == scene.today:
        # Residents may have had too little for as many payments as were meant.
        award_to_many(scene, day, target - scene.posted)


def _targets(entries: int, days: list[date]) -> list[int]:
    """Return how many entries there are to be after each day: more every month, and fewer at weekends."""
    weights = [(1 + number / DAYS) * (0.6 if day.weekday() >= _SATURDAY else 1) for number, day in enumerate(days)]
    total = sum(weights)
    targets = [int((entries - _KEPT_FOR_THE_LAST_DAY) * sum_ / total) for sum_ in accumulate(weights)]
    return [*targets[:-1], entries]


def _expire(scene: Scene, day: date) -> None:
    after, more = None, True
    while more:
        swept = expire_lots(scene.session, now=scene.at(day, 0), after=after)
        scene.posted += swept.count
        after, more = swept.next_after, swept.next_after is not None


def _block_codes(scene: Scene, day: date) -> None:
    """Let somebody who lost their phone stop their codes."""
    resident = scene.residents[1]
    block_codes(scene.session, resident_id=resident.id, actor=f"resident:{resident.id.hex}", now=scene.at(day, 0.02))
    scene.blocked.add(resident.id)
