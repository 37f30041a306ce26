"""Writes years of reports straight into the tables, consistent enough that the audit of the books holds on them.

What no check proves and nobody measures is left out: notices, photos, and what the reports earned.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

import ledger
import people
import responsibilities
from bench.lives import duty_rows, share_rows, step_rows
from bench.worlds import engine_of, settle_statistics
from ledger import Asset, NewAccount, Side
from people import Level, Role

YEARS = 3
ZONE = ZoneInfo("Asia/Shanghai")
_PARTS = ("duties", "handled", "met", "missed")
_SEED = bytes(range(32))
_BLOCK = 64
_HERE = Path(__file__).parent
_SCRIPTS = ("reports.sql", "reports_books.sql", "reports_said.sql")
# What the scripts find prepared: how each table is made, and how a row is put there.
_PREPARED = {
    "lives": (
        "CREATE TEMPORARY TABLE lives (place int, life text)",
        "INSERT INTO lives VALUES (:place, :life)",
    ),
    "life_steps": (
        """
        CREATE TEMPORARY TABLE life_steps (
            life text, number int, kind text, status text, hours float8, by_whom text, duty int, effect text
        )
        """,
        "INSERT INTO life_steps VALUES (:life, :number, :kind, :status, :hours, :by_whom, :duty, :effect)",
    ),
    "life_duties": (
        """
        CREATE TEMPORARY TABLE life_duties (
            life text, duty int, unit text, days text, is_call bool, begins float8, handled float8, returned float8,
            again float8, ends float8, how text
        )
        """,
        """
        INSERT INTO life_duties VALUES (
            :life, :duty, :unit, :days, :is_call, :begins, :handled, :returned, :again, :ends, :how
        )
        """,
    ),
    "officers": (
        "CREATE TEMPORARY TABLE officers (role text, unit_code text, actor text)",
        "INSERT INTO officers VALUES (:role, :unit_code, :actor)",
    ),
    "parts": (
        "CREATE TEMPORARY TABLE parts (unit_code text, part text, account_id bigint)",
        "INSERT INTO parts VALUES (:unit_code, :part, :account_id)",
    ),
}


@dataclass(frozen=True, slots=True)
class Community:
    """Who looks at the reports: secrets of keys by role and unit code, and the resident with the most reports."""

    county: str
    town: str
    department: str
    keys: dict[tuple[Role, str], str]
    persons: dict[tuple[Role, str], UUID]
    resident_id: UUID
    phone_keys: bytes


def write_reports(url: str, count: int, *, residents: int, now: datetime, years: int = YEARS) -> Community:
    """Register residents and officers, and write so many reports of years that end now; return who they are."""
    engine = engine_of(url)
    begin = now - timedelta(days=365 * years)
    with Session(engine) as session:
        community = _furnish(session, residents, now)
        connection = session.connection()
        # PostgreSQL would check millions of foreign keys one by one.
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET LOCAL work_mem = '256MB'"))
        _prepare(session, connection, community, begin, now)
        values = {
            "begin": begin,
            "now": now,
            "gap_s": (now - begin).total_seconds() / count,
            "reports": count,
            "residents": residents,
            "zone": ZONE.key,
            "county": community.county,
            "outside": f"person:{community.persons[Role.OPEN311, ''].hex}",
            "seed": _SEED,
            "inner": bytes(each ^ 0x36 for each in _SEED.ljust(_BLOCK, b"\0")),
            "outer": bytes(each ^ 0x5C for each in _SEED.ljust(_BLOCK, b"\0")),
        }
        for script in _SCRIPTS:
            for statement in (_HERE / script).read_text("utf-8").split(";"):
                connection.execute(text(statement), values)
        connection.execute(text("SET session_replication_role = origin"))
        session.commit()
    settle_statistics(engine)
    engine.dispose()
    return community


def handle_of(role: Role, unit_code: str) -> str:
    """Return under which handle the officer with this role at a unit is known."""
    return f"{role.value} {unit_code}".strip()


def _furnish(session: Session, residents: int, now: datetime) -> Community:
    people.load_units(session, rows=people.packaged_units())
    responsibilities.publish_responsibilities(
        session, lines=responsibilities.packaged_responsibilities(), actor="system", now=now
    )
    units = list(session.scalars(select(people.Unit).order_by(people.Unit.code)))
    by_level = {level: [unit.code for unit in units if unit.level is level] for level in Level}
    phone_keys = people.new_phone_keys()
    vault = people.PhoneVault(phone_keys)
    places = by_level[Level.COMMUNITY]
    newcomers = [
        people.NewResident("王小明", f"138{number:08}", places[number % len(places)]) for number in range(residents)
    ]
    registered = people.register_residents(session, newcomers=newcomers, vault=vault, now=now)
    (county,) = by_level[Level.COUNTY]
    departments = by_level[Level.DEPARTMENT]
    posts = [
        *((role, unit) for role in (Role.SUPERVISOR, Role.DISPATCHER) for unit in (county, *by_level[Level.TOWN])),
        *((Role.HANDLER, unit) for unit in (county, *departments, *by_level[Level.TOWN])),
        (Role.OPEN311, ""),
    ]
    keys, persons = {}, {}
    for role, unit in posts:
        key, secret = people.create_key(
            session, role=role, name=handle_of(role, unit), unit_code=unit or None, now=now, rate_a_minute=10**6
        )
        keys[role, unit], persons[role, unit] = secret, key.person_id
    # The one whom the scripts give a report of every two thousand besides the others.
    first = min(registered, key=lambda resident: resident.number)
    keys[Role.RESIDENT, ""] = people.create_key(
        session, role=Role.RESIDENT, name="resident", resident_id=first.id, now=now, rate_a_minute=10**6
    )[1]
    return Community(county, by_level[Level.TOWN][0], departments[0], keys, persons, first.id, phone_keys)


def _prepare(session: Session, connection: Connection, community: Community, begin: datetime, now: datetime) -> None:
    officers = [
        {"role": role.value, "unit_code": unit, "actor": f"person:{person.hex}"}
        for (role, unit), person in community.persons.items()
    ]
    rows = {
        "lives": share_rows(),
        "life_steps": step_rows(),
        "life_duties": duty_rows(),
        "officers": officers,
        "parts": _open_accounts(session, sorted({each["unit_code"] for each in officers} - {""})),
    }
    for table, (create, fill) in _PREPARED.items():
        connection.execute(text(create))
        connection.execute(text(fill), list(rows[table]))
    connection.execute(text("CREATE TEMPORARY TABLE due_days (day date, working_days int, due_on date)"))
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("no connection")
    lengths = session.execute(
        text(
            "SELECT DISTINCT unnest(ARRAY[normal_days, serious_days, urgent_days, dispatch_days])"
            " FROM report_categories WHERE parent_code IS NOT NULL"
        )
    ).scalars()
    days = [begin.date() + timedelta(days=each) for each in range((now - begin).days + 2)]
    with driver.cursor().copy("COPY due_days FROM STDIN") as copy:
        for length in list(lengths):
            for day in days:
                copy.write_row((day, length, responsibilities.due_on(day, length)))


def _open_accounts(session: Session, unit_codes: list[str]) -> list[dict[str, object]]:
    """Open the accounts of duties, as `duties.accounts` does with the first of each."""
    owned = [(unit, part) for unit in unit_codes for part in _PARTS]
    accounts = [NewAccount(f"unit:{unit}:{part}", Asset.DUTY, Side.CREDIT, shared=True) for unit, part in owned]
    ids = ledger.open_accounts(session, accounts)
    charged = ledger.open_account(
        session, code="duties:charged", asset=Asset.DUTY, normal_side=Side.DEBIT, bounded=False
    )
    opened = zip([*owned, ("", "charged")], [*ids, charged], strict=True)
    return [{"unit_code": unit, "part": part, "account_id": account} for (unit, part), account in opened]
