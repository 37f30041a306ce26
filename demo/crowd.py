"""The people of the demo: residents all over the community, and the office."""

from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from demo.logging_in import AUDITOR, FINANCE, OFFICER
from demo.names import RESIDENT_OF_THE_LOG_IN, phone, resident_names
from demo.scene import Staff, actor
from people import (
    Level,
    NewResident,
    PhoneVault,
    Resident,
    Role,
    Unit,
    appoint,
    child_units,
    load_units,
    packaged_units,
    register_residents,
)

_SEED_OF_NUMBERS = 5


def town_units(session: Session) -> dict[str, list[Unit]]:
    """Return each town with its communities and villages; the packaged units are loaded where there are none."""
    if not child_units(session, None):
        load_units(session, rows=packaged_units())
    below = [unit for county in child_units(session, None) for unit in child_units(session, county.code)]
    towns = [unit for unit in below if unit.level is not Level.DEPARTMENT]
    # Where the tree ends early, people live in the town, or in the county itself.
    places = {town.code: _communities(session, town) or [town] for town in towns}
    return places or {county.code: [county] for county in child_units(session, None)}


def _communities(session: Session, town: Unit) -> list[Unit]:
    return [unit for unit in child_units(session, town.code) if unit.level is Level.COMMUNITY]


def move_in(
    session: Session, *, chance: Random, count: int, places: dict[str, list[Unit]], vault: PhoneVault, now: datetime
) -> tuple[list[Resident], dict[str, list[Resident]]]:
    """Register residents; return all of them, and those of each town without the first, who is the one to log in."""
    town_of = {unit.code: town for town, units in places.items() for unit in units}
    units = list(town_of)
    # One in each place as long as they last; who comes after that lives anywhere.
    homes = units[:count] + chance.choices(units, k=max(0, count - len(units)))
    names = [RESIDENT_OF_THE_LOG_IN, *resident_names(chance, count - 1)]
    residents = register_residents(
        session,
        newcomers=[
            NewResident(name, phone(number), home)
            for number, (name, home) in enumerate(zip(names, homes, strict=True), start=1)
        ],
        vault=vault,
        now=now,
        draw=Random(_SEED_OF_NUMBERS).randrange,  # noqa: S311 - numbers that are the same each time
    )
    towns: dict[str, list[Resident]] = {}
    for resident in residents[1:]:
        towns.setdefault(town_of[resident.unit_code], []).append(resident)
    return residents, towns


def appoint_staff(session: Session, *, places: dict[str, list[Unit]], now: datetime) -> Staff:
    """Appoint the office: those one can log in as reach the whole tree, and each town has an officer of its own."""
    officer = appoint(session, handle=OFFICER.login_name, name="安综治", role=Role.ADMINISTRATOR, now=now)
    finance = appoint(session, handle=FINANCE.login_name, name="安财务", role=Role.FINANCE, now=now)
    appoint(session, handle=AUDITOR.login_name, name="安审计", role=Role.AUDITOR, now=now)
    of_towns = {
        town: appoint(
            session,
            handle=f"demo-officer-{number}",
            name=f"安专干{number:02d}",
            role=Role.ADMINISTRATOR,
            unit_code=town,
            by=actor(officer.id),
            now=now,
        )
        for number, town in enumerate(places, start=1)
    }
    return Staff(actor(officer.id), actor(finance.id), {town: actor(person.id) for town, person in of_towns.items()})
