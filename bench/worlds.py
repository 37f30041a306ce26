"""Databases to measure on: migrated, with accounts that hold enough, and the limit's tables beside ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import ledger
import merchants
import people
from bench import limits
from ledger import Asset, CreditLot, NewAccount, NewEntry, Side
from tests.migrating import migrate
from tests.postgres import Databases, PostgresServer

ACCOUNTS = 2_000
PLENTY = 10**9
LOT = CreditLot("peace").label
SHOPS = 50
UNIT = "140881"


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Yield the URL of a fresh, durable database of each kind."""
    with TemporaryDirectory(prefix="pingan-bench-") as directory:
        server = PostgresServer(fsync=True)
        server.start()
        try:
            urls = {"postgresql": server.new_database(), "sqlite": f"sqlite:///{Path(directory) / 'ledger.db'}"}
            for url in urls.values():
                migrate(url)
            yield urls
        finally:
            server.remove()


def another(url: str, name: str) -> str:
    """Return the URL of a further database, migrated and empty, on the server of `url`."""
    made = Databases(url).new_database(name)
    migrate(made)
    return made


def engine_of(url: str) -> Engine:
    """Return an engine set up as the application's, with one connection."""
    return ledger.prepare_engine(create_engine(url, pool_size=1, max_overflow=0))


def plain_sqlite(url: str) -> sqlite3.Connection:
    """Return a plain connection to a SQLite file, as durable as the application's."""
    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    for pragma in ("busy_timeout = 20000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def furnish(url: str) -> list[int]:
    """Open accounts that hold plenty, on our side and on the limit's, and return their ids."""
    engine = engine_of(url)
    with Session(engine) as session:
        accounts = ledger.open_accounts(
            session, [NewAccount(f"bench:{number}", Asset.PAB, Side.CREDIT) for number in range(ACCOUNTS)]
        )
        issued = ledger.open_account(session, code="issued", asset=Asset.PAB, normal_side=Side.DEBIT, bounded=False)
        ledger.post(session, [_gift(issued, account) for account in accounts])
        for statement in limits.POSTGRESQL if engine.dialect.name == "postgresql" else limits.SQLITE:
            session.execute(text(statement.replace(":", "\\:")) if "::" in statement else text(statement))
        session.execute(
            text("INSERT INTO limit_accounts (id, balance) VALUES (:id, :plenty)"),
            [{"id": account, "plenty": PLENTY} for account in accounts],
        )
        session.commit()
    settle_statistics(engine)
    engine.dispose()
    return accounts


def _gift(issued: int, account: int) -> NewEntry:
    lines = (ledger.debit(issued, Asset.PAB, PLENTY, LOT), ledger.credit(account, Asset.PAB, PLENTY, LOT))
    return NewEntry(ledger.new_id(), "award", "system", datetime.now(UTC), lines)


def settle_statistics(engine: Engine) -> None:
    """Let the planner know the tables, as it would after a night."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def register(session: Session, count: int, now: datetime) -> list[people.Resident]:
    """Register so many residents of one unit."""
    people.add_unit(session, code=UNIT, parent_code=None, level=people.Level.COUNTY, name="永济市")
    newcomers = [people.NewResident(name="王小明", phone=f"138{number:08}", unit_code=UNIT) for number in range(count)]
    vault = people.PhoneVault(people.new_phone_keys())
    return people.register_residents(session, newcomers=newcomers, vault=vault, now=now)


def furnish_shops(url: str) -> list[tuple[str, int]]:
    """Name shops and register residents with credits; return each shop's id and payable account."""
    engine = engine_of(url)
    now = datetime.now(UTC)
    with Session(engine) as session:
        residents = register(session, ACCOUNTS, now)
        issued = ledger.account_id(session, "issued")
        shops = []
        for number in range(SHOPS):
            shop = merchants.create_merchant(
                session, code=f"shop{number}", name="平安饭店", category="饭店", actor="system", now=now
            )
            merchants.name_merchant(
                session,
                merchant=shop,
                naming_class="平安饭店",
                valid_from=now.date(),
                valid_until=now.date().replace(year=now.year + 2),
                document="bench",
                actor="system",
                now=now,
            )
            shops.append((shop.id.hex, shop.payable_account_id))
        session.execute(
            text("INSERT INTO limit_accounts (id, balance) VALUES (:id, :balance)"),
            [{"id": resident.available_account_id, "balance": PLENTY} for resident in residents]
            + [{"id": payable, "balance": 0} for _, payable in shops],
        )
        ledger.post(session, [_gift(issued, resident.available_account_id) for resident in residents])
        session.commit()
    settle_statistics(engine)
    engine.dispose()
    return shops
