"""The people of the demo: residents all over the community, and the office."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from demo.chances import chance_of
from demo.logging_in import AUDITOR, COLLEAGUE, DISPATCHER, FINANCE, HANDLER, NAMING, OFFICER, SUPERVISOR
from demo.names import RESIDENT_OF_THE_LOG_IN, phone, resident_names
from demo.scene import Staff, actor
from people import (
    Grant,
    Level,
    NewResident,
    PhoneVault,
    Principal,
    Resident,
    Role,
    Unit,
    appoint,
    child_units,
    get_unit,
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
        draw=chance_of(_SEED_OF_NUMBERS).randrange,
    )
    towns: dict[str, list[Resident]] = {}
    for resident in residents[1:]:
        towns.setdefault(town_of[resident.unit_code], []).append(resident)
    return residents, towns


def appoint_staff(session: Session, *, places: dict[str, list[Unit]], now: datetime) -> Staff:
    """Appoint the office: those one can log in as reach the whole tree, and each town has an officer of its own."""
    officer = appoint(session, handle=OFFICER.login_name, name="安综治", role=Role.ADMINISTRATOR, now=now)
    appoint(session, handle=NAMING.login_name, name="安命名", role=Role.ADMINISTRATOR, now=now)
    finance = appoint(session, handle=FINANCE.login_name, name="安财务", role=Role.FINANCE, now=now)
    colleague = appoint(session, handle=COLLEAGUE.login_name, name="安复核", role=Role.FINANCE, now=now)
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
    return Staff(
        actor(officer.id),
        actor(finance.id),
        actor(colleague.id),
        {town: actor(person.id) for town, person in of_towns.items()},
    )


@dataclass(frozen=True, slots=True)
class TownDesk:
    """Who supervises and who dispatches the reports of a town."""

    supervisor: Principal
    dispatcher: Principal


@dataclass(frozen=True, slots=True)
class ReportStaff:
    """Who works on reports: in each town, in each department, and for the whole community."""

    county_supervisor: Principal
    other_supervisor: Principal
    county_dispatcher: Principal
    hotline: Principal
    departments: dict[str, Principal]
    towns: dict[str, TownDesk]
    town_of: dict[str, str]

    def of_unit(self, unit_code: str) -> TownDesk:
        """Return who works on the reports of a place."""
        return self.towns[self.town_of[unit_code]]


def appoint_for_reports(session: Session, *, places: dict[str, list[Unit]], now: datetime) -> ReportStaff:
    """Appoint supervisors, dispatchers and, in each department, who handles reports."""
    counties = child_units(session, None)
    departments = [
        unit for county in counties for unit in child_units(session, county.code) if unit.level is Level.DEPARTMENT
    ]
    towns = {code: get_unit(session, code) for code in places}

    def appointed(handle: str, name: str, role: Role, unit: Unit) -> Principal:
        person = appoint(session, handle=handle, name=name, role=role, unit_code=unit.code, now=now)
        return Principal(actor=actor(person.id), grants=(Grant(role, unit.path),), name=name, person_id=person.id)

    return ReportStaff(
        county_supervisor=appointed(SUPERVISOR.login_name, "安监督", Role.SUPERVISOR, counties[0]),
        other_supervisor=appointed("demo-supervisor-2", "安督查", Role.SUPERVISOR, counties[0]),
        county_dispatcher=appointed(DISPATCHER.login_name, "安指挥", Role.DISPATCHER, counties[0]),
        hotline=appointed("demo-hotline", "安热线", Role.DISPATCHER, counties[0]),
        departments={
            unit.code: appointed(
                HANDLER.login_name if number == 0 else f"demo-handler-{number + 1}",
                f"安承办{number + 1:02d}",
                Role.HANDLER,
                unit,
            )
            for number, unit in enumerate(departments)
        },
        towns={
            code: TownDesk(
                supervisor=appointed(f"demo-supervisor-{code}", f"安监管{number:02d}", Role.SUPERVISOR, town),
                dispatcher=appointed(f"demo-dispatcher-{code}", f"安调度{number:02d}", Role.DISPATCHER, town),
            )
            for number, (code, town) in enumerate(towns.items(), start=1)
        },
        town_of={unit.code: code for code, units in places.items() for unit in units},
    )
