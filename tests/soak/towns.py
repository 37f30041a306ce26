"""A town to put under load: shops with tills, residents with phones, and credits enough for every payment."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import awards
import ledger
import merchants
import people

SHOPS, RESIDENTS = 6, 24
COUNTY = "140881"
SYSTEM = "system"
# Both end with the next year, so health is spent first and soon runs out: some payments take from both lots.
GRANTS = {"health": 20_000, "peace": 10_000_000}


@dataclass(frozen=True, slots=True)
class Till:
    """A shop's till: whose, and the key it calls with."""

    shop_id: UUID
    shop: str
    key: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A resident's phone: whose, and the key it calls with."""

    resident_id: UUID
    key: str


@dataclass(frozen=True, slots=True)
class Town:
    """Who is there."""

    tills: tuple[Till, ...]
    phones: tuple[Phone, ...]
    granted: int  # to each resident, in cents
    owners: dict[str, str]  # keys of the shops' owners, by shop


def build_town(url: str, *, tills_of_each: int = 1, residents: int = RESIDENTS) -> Town:
    """Settle a town in a migrated, empty database; it lives in the present, as the server does."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        people.load_units(session, rows=people.packaged_units())
        shops = [_shop(session, number, now) for number in range(SHOPS)]
        tills = tuple(_till(session, shop, number, now) for number in range(tills_of_each) for shop in shops)
        owners = {shop.code: _key(session, people.Role.MERCHANT_OWNER, shop, shop.code, now) for shop in shops}
        newcomers = people.register_residents(
            session,
            newcomers=[people.NewResident("王小明", f"1380000{number:04}", COUNTY) for number in range(residents)],
            vault=people.PhoneVault(people.new_phone_keys()),
            now=now,
        )
        session.commit()
        for fund, amount in GRANTS.items():
            _grant(session, fund, [resident.id for resident in newcomers], amount, now)
        phones = tuple(_phone(session, number, resident.id, now) for number, resident in enumerate(newcomers))
        session.commit()
    engine.dispose()
    return Town(tills, phones, sum(GRANTS.values()), owners)


def _shop(session: Session, number: int, now: datetime) -> merchants.Merchant:
    shop = merchants.create_merchant(
        session, code=f"M{number:02}", name=f"平安饭店{number}", category="饭店", actor=SYSTEM, now=now
    )
    merchants.name_merchant(
        session,
        merchant=shop,
        naming_class="平安饭店",
        valid_from=now.date(),
        valid_until=date(now.year + 2, 12, 31),
        document="Doc 1",
        actor=SYSTEM,
        now=now,
    )
    return shop


def _till(session: Session, shop: merchants.Merchant, number: int, now: datetime) -> Till:
    return Till(shop.id, shop.code, _key(session, people.Role.TILL, shop, f"till {shop.code} {number}", now))


def _key(session: Session, role: people.Role, shop: merchants.Merchant, name: str, now: datetime) -> str:
    return people.create_key(session, role=role, name=name, now=now, merchant_id=shop.id)[1]


def _phone(session: Session, number: int, resident_id: UUID, now: datetime) -> Phone:
    _, key = people.create_key(
        session, role=people.Role.RESIDENT, name=f"phone {number}", now=now, resident_id=resident_id
    )
    return Phone(resident_id, key)


def _grant(session: Session, fund: str, resident_ids: list[UUID], amount: int, now: datetime) -> None:
    awards.create_fund(session, code=fund, name=f"Fund {fund}", purpose="Peace", actor=SYSTEM, now=now)
    money = amount * len(resident_ids)
    awards.appropriate(session, fund_code=fund, amount=money, document="Doc 2", actor=SYSTEM, now=now)
    session.commit()
    awards.award_batch(
        session,
        fund_code=fund,
        reason="Useful reports",
        lines=[awards.BatchLine(resident_id, amount) for resident_id in resident_ids],
        actor=SYSTEM,
        now=now,
    )
    session.commit()
