"""The shops of the demo: named for a time, and some of them suspended, revoked, expired or kept to one fund."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from demo.logging_in import OWNER, TILL
from demo.names import SHOP_KINDS
from demo.scene import DAYS, TWO_CASHIERS_SINCE_DAYS, Fate, Scene, Shop, actor, hours
from merchants import Merchant, create_merchant, name_merchant, reinstate_naming, revoke_naming, suspend_naming
from people import Role, appoint

# The first shops show one of each; further on every twentieth is suspended.
_FATES = {1: Fate.ONE_FUND, 2: Fate.SUSPENDED, 3: Fate.REVOKED, 4: Fate.EXPIRED, 5: Fate.REINSTATED}
_SUSPENDED_EVERY = 20
_ENDS_SOON, _ENDS_IN_DAYS = 6, 24
_FUND_OF_THE_ONE = "care"

_SUSPENDED_AGO, _REVOKED_AGO, _EXPIRED_AGO, _STOPPED_AGO, _REINSTATED_AGO = 20, 60, 25, 120, 108
# Beside the lively shop, to which the log-ins belong, the others are quiet.
_USUAL_WEIGHT, _LIVELY_WEIGHT_PERCENT = 100, 12
_NAMED_FOR_DAYS = 2 * DAYS


def open_shops(session: Session, *, count: int, now: datetime, by: str, places: list[str]) -> list[Shop]:
    """Register shops with an owner and a cashier each, and name them from the first day of the demo.

    `by` is the officer who does it, `places` are names of towns.
    """
    today = now.date()
    at, _ = hours(now, today - timedelta(days=DAYS))
    shops: list[Shop] = []
    for number in range(count):
        kind = SHOP_KINDS[number % len(SHOP_KINDS)]
        # Shops of one kind lie in different places.
        branch = number // len(SHOP_KINDS) + 1
        place = places[(number + branch) % len(places)]
        merchant = create_merchant(
            session,
            code=f"{kind.code}-{branch:02d}",
            name=f"{kind.name}（{place}店）",
            category=kind.category,
            actor=by,
            now=at,
        )
        owner, till = _appoint(session, merchant, number, by=by, now=at)
        shop = Shop(merchant, kind, _fate(number), weight=_USUAL_WEIGHT, owner=owner, till=till)
        shop.ends_soon = number == _ENDS_SOON
        if not number:
            _take_on_another(session, shop, by=owner, now=now)
        _foresee(shop, today)
        _name(session, shop, number, by=by, now=at)
        shops.append(shop)
    return shops


def _fate(number: int) -> Fate:
    if number and number % _SUSPENDED_EVERY == 0:
        return Fate.SUSPENDED
    return _FATES.get(number, Fate.ORDINARY)


def _foresee(shop: Shop, today: date) -> None:
    """Settle when nobody can pay at a shop, and with what."""
    match shop.fate:
        case Fate.ONE_FUND:
            shop.funds = frozenset({_FUND_OF_THE_ONE})
        case Fate.SUSPENDED:
            shop.closed_from = today - timedelta(days=_SUSPENDED_AGO)
        case Fate.REVOKED:
            shop.closed_from = today - timedelta(days=_REVOKED_AGO)
        case Fate.EXPIRED:
            shop.closed_from = today - timedelta(days=_EXPIRED_AGO)
        case Fate.REINSTATED:
            shop.closed_from = today - timedelta(days=_STOPPED_AGO)
            shop.closed_until = today - timedelta(days=_REINSTATED_AGO)
        case Fate.ORDINARY:
            pass


def _name(session: Session, shop: Shop, number: int, *, by: str, now: datetime) -> None:
    first_day = now.date()
    last_day = first_day + timedelta(days=_NAMED_FOR_DAYS)
    if shop.fate is Fate.EXPIRED and shop.closed_from is not None:
        last_day = shop.closed_from - timedelta(days=1)
    if shop.ends_soon:
        last_day = first_day + timedelta(days=DAYS + _ENDS_IN_DAYS)
    name_merchant(
        session,
        merchant=shop.merchant,
        naming_class=shop.kind.name,
        valid_from=first_day,
        valid_until=last_day,
        document=f"演示〔{first_day.year}〕命名第{number + 1}号",
        funds=shop.funds,
        actor=by,
        now=now,
    )


def _appoint(session: Session, merchant: Merchant, number: int, *, by: str, now: datetime) -> tuple[str, str]:
    """Appoint a shop's owner and cashier and return their actors; those of the first shop are the log-ins."""
    actors = []
    for role, log_in, name in ((Role.MERCHANT_OWNER, OWNER, "安店主"), (Role.TILL, TILL, "安收银")):
        person = appoint(
            session,
            handle=f"{log_in.login_name}-{number + 1}" if number else log_in.login_name,
            name=f"{name}{number + 1:02d}" if number else name,
            role=role,
            merchant_id=merchant.id,
            by=by,
            now=now,
        )
        actors.append(actor(person.id))
    return actors[0], actors[1]


def _take_on_another(session: Session, shop: Shop, *, by: str, now: datetime) -> None:
    """Let the owner of the shop that the log-ins belong to take on a cashier for the afternoons of the last weeks."""
    today = now.date()
    shop.late_from, shop.late_until = today - timedelta(days=TWO_CASHIERS_SINCE_DAYS), today
    person = appoint(
        session,
        handle=f"{TILL.login_name}-late",
        name="安晚班",
        role=Role.TILL,
        merchant_id=shop.merchant.id,
        by=by,
        now=datetime.combine(shop.late_from, time(7), now.tzinfo),
    )
    shop.late_till = actor(person.id)


def weigh(shops: list[Shop]) -> None:
    """Let every eighth payment go to the lively shop, however many others there are."""
    others = sum(shop.weight for shop in shops[1:])
    shops[0].weight = max(_USUAL_WEIGHT, others * _LIVELY_WEIGHT_PERCENT // (100 - _LIVELY_WEIGHT_PERCENT))


def decide_about_shops(scene: Scene, day: date) -> None:
    """Suspend, revoke and reinstate what is due on a day, in the morning before anybody can pay."""
    session, by, at = scene.session, scene.staff.officer, scene.at(day, 0)
    for shop in scene.shops:
        match shop.fate, day == shop.closed_from, day == shop.closed_until:
            case Fate.SUSPENDED, True, _:
                suspend_naming(session, merchant=shop.merchant, reason="价格公示不全，暂停整改", actor=by, now=at)
            case Fate.REVOKED, True, _:
                revoke_naming(session, merchant=shop.merchant, reason="多次刷单套取，撤销命名", actor=by, now=at)
            case Fate.REINSTATED, True, _:
                suspend_naming(session, merchant=shop.merchant, reason="营业执照变更期间暂停", actor=by, now=at)
            case Fate.REINSTATED, _, True:
                reinstate_naming(session, merchant=shop.merchant, reason="执照变更完成，恢复", actor=by, now=at)
            case _:
                pass
