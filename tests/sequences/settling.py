"""How the town begins: who and what is there, a little of everything, so that much can happen at once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import awards
import ledger
import merchants
import people
from ledger import Asset, Side
from tests.clock import NOON
from tests.sequences.debt_office import DebtOffice
from tests.sequences.owed import OwedBook
from tests.sequences.pencil import Pencil
from tests.sequences.set_aside import HoldsBook
from tests.sequences.sheet import SERVED
from tests.sequences.town import ACCEPTED, OFFICERS, RESIDENTS, RULES, Base, Town

COUNTY = "140881"
MONEY = 1_000
FAR = timedelta(days=10_000)


def settle(session: Session, *, residents: int = RESIDENTS, money: int = MONEY) -> Base:
    """Settle the town in a migrated, empty database, and let a little happen; each fund gets so much money."""
    people.add_unit(session, code=COUNTY, parent_code=None, level=people.Level.COUNTY, name="永济市")
    newcomers = [people.NewResident("王小明", f"1380000{number:04}", COUNTY) for number in range(residents)]
    vault = people.PhoneVault(people.new_phone_keys())
    registered = people.register_residents(session, newcomers=newcomers, vault=vault, now=NOON)
    for fund, rule in RULES.items():
        awards.create_fund(session, code=fund, name=fund, purpose="x", expiry_rule=rule, actor=OFFICERS[0], now=NOON)
    ledger.open_account(session, code=SERVED, asset=Asset.MIN, normal_side=Side.DEBIT, bounded=False)
    pencil = Pencil(NOON, rules=RULES, accepted=ACCEPTED)
    town = Town(
        session,
        Base(
            residents={f"resident:{resident.id.hex}": resident.id for resident in registered},
            shops={shop: _shop(session, shop, funds) for shop, funds in ACCEPTED.items()},
            set_aside=HoldsBook(pencil),
            owed=OwedBook(pencil),
        ),
    )
    for fund in RULES:
        town.appropriate(fund, money, officer=0)
        town.award_batch(fund, [(who, 100 + 10 * number) for number, who in enumerate(town.residents)], officer=0)
    for who, shop in zip(town.residents, town.shops, strict=False):
        town.pay(who, shop, 150)
    for who in town.residents:
        town.authorize(who, 60, days=30)
        town.verify_minutes(who, 45, officer=0)
    debts = DebtOffice(town)
    for award_id, amount in zip(town.awards, (40, 50), strict=False):
        debts.ask_correction(award_id, amount, officer=0)
        debts.decide([*town.owed.matters][-1], officer=1, approve=True)
    debts.ask_waiver(town.residents[0], "fire", 10, officer=0)
    town.award("fire", town.residents[0], 25, officer=0)
    # Paid for what it then gives back, a shop owes it.
    debts.settle(town.shops[1], officer=0, end="paid")
    town.refund(town.payments[1], 30)
    return town.as_base()


def _shop(session: Session, shop: str, funds: frozenset[str] | None) -> UUID:
    code = shop.removeprefix("merchant:")
    made = merchants.create_merchant(session, code=code, name="平安饭店", category="饭店", actor="system", now=NOON)
    merchants.name_merchant(
        session,
        merchant=made,
        naming_class="平安饭店",
        valid_from=NOON.date(),
        valid_until=(NOON + FAR).date(),
        document="综治办〔2026〕1号",
        funds=None if funds is None else sorted(funds),
        actor="system",
        now=NOON,
    )
    return made.id
