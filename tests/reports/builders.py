"""A small office with its list, its people as principals, and a report brought as far as a test needs it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

import duties
import ledger
import reports
import responsibilities
from people import (
    Grant,
    Level,
    PhoneVault,
    Principal,
    Role,
    add_unit,
    create_key,
    get_unit,
    new_phone_keys,
    register_resident,
)
from reports import AppealSubject, CallState, Report, ReportStatus, ReportStep, RequestKind, get_report
from responsibilities import Severity
from tests.clock import NOON, SHANGHAI

VAULT = PhoneVault(new_phone_keys())
COUNTY, TOWN, VILLAGE = "140881", "140881001", "140881001001"
OTHER_TOWN, OTHER_VILLAGE = "140881002", "140881002001"
CITY_WORKS, JUSTICE = "140881-D01", "140881-D02"
HEADER = "code,parent_code,kind,name,name_en,department,normal_days,serious_days,urgent_days,dispatch_days,private"
LINES = (
    "C01,,component,道路,Roads,,,,,,0",
    f"C0101,C01,component,井盖缺失,Missing manhole cover,{CITY_WORKS},3,2,1,,0",
    "E01,,event,矛盾纠纷,Disputes,,,,,,0",
    f"E0101,E01,event,家庭纠纷,Family dispute,{JUSTICE},15,7,1,2,1",
)
UNITS = (
    (COUNTY, None, Level.COUNTY, "永济市"),
    (TOWN, COUNTY, Level.TOWN, "城西街道"),
    (VILLAGE, TOWN, Level.COMMUNITY, "西厢社区"),
    (OTHER_TOWN, COUNTY, Level.TOWN, "城北街道"),
    (OTHER_VILLAGE, OTHER_TOWN, Level.COMMUNITY, "北郊社区"),
    (CITY_WORKS, COUNTY, Level.DEPARTMENT, "城市管理局"),
    (JUSTICE, COUNTY, Level.DEPARTMENT, "司法局"),
)


def person(*roles: Role, at: str = COUNTY) -> Principal:
    """Return somebody new with roles in the subtree of a unit of the builders' tree."""
    path = {COUNTY: f"{COUNTY}/", TOWN: f"{COUNTY}/{TOWN}/", OTHER_TOWN: f"{COUNTY}/{OTHER_TOWN}/"}.get(at)
    path = path or (f"{COUNTY}/{TOWN}/{at}/" if at == VILLAGE else f"{COUNTY}/{at}/")
    person_id = uuid4()
    return Principal(
        actor=f"person:{person_id.hex}",
        grants=tuple(Grant(role, path) for role in roles),
        name="somebody",
        person_id=person_id,
    )


def relative_of(session: Session, resident: Principal, *roles: Role) -> Principal:
    """Return somebody who bears a key of this resident, and so is known to be of their household."""
    # Keys of one name are one person.
    key, _secret = create_key(
        session, role=Role.RESIDENT, name=f"钥匙 {uuid4()}", now=NOON, resident_id=resident.resident_id
    )
    return replace(person(*(roles or (Role.SUPERVISOR,))), actor=f"person:{key.person_id.hex}", person_id=key.person_id)


@dataclass
class Office:
    """An office on a database: who works there, what time it is, and short ways to bring reports along."""

    session: Session
    at: datetime = NOON
    supervisor: Principal = field(default_factory=lambda: person(Role.SUPERVISOR))
    other_supervisor: Principal = field(default_factory=lambda: person(Role.SUPERVISOR))
    dispatcher: Principal = field(default_factory=lambda: person(Role.DISPATCHER))
    handler: Principal = field(default_factory=lambda: person(Role.HANDLER))
    reporter: Principal = field(init=False)

    def __post_init__(self) -> None:
        for code, parent, level, name in UNITS:
            add_unit(self.session, code=code, parent_code=parent, level=level, name=name)
        lines = responsibilities.read_responsibilities("\n".join([HEADER, *LINES, ""]).encode())
        responsibilities.publish_responsibilities(self.session, lines=lines, actor=self.supervisor.actor, now=NOON)
        self.reporter = self.resident()

    # --- people and time --------------------------------------------------------------------------------------------

    def resident(self, phone: str = "13800000001") -> Principal:
        """Register somebody who can report; who has the same phone is of one household."""
        made = register_resident(self.session, name="张小三", phone=phone, unit_code=VILLAGE, vault=VAULT, now=NOON)
        return Principal(
            actor=f"resident:{made.id.hex}", grants=(Grant(Role.RESIDENT),), name=made.name, resident_id=made.id
        )

    def days_pass(self, days: int) -> date:
        """Let days pass and return the new one."""
        self.at += timedelta(days=days)
        return self.at.date()

    # --- steps ------------------------------------------------------------------------------------------------------

    def submit(self, category: str = "C0101", *, unit: str = VILLAGE, by: Principal | None = None) -> UUID:
        """Send a report in."""
        who = by or self.reporter
        return reports.submit(
            self.session,
            category_code=category,
            description="井盖没了",
            unit_code=unit,
            by=who,
            resident_id=who.resident_id,
            now=self.at,
        ).id

    def accept(self, report_id: UUID, severity: Severity = Severity.NORMAL, by: Principal | None = None) -> ReportStep:
        """Accept a report."""
        who = by or self.supervisor
        return reports.accept(self.session, report_id=report_id, severity=severity, by=who, now=self.at)

    def dispatch(
        self, report_id: UUID, unit: str | None = None, due_on: date | None = None, by: Principal | None = None
    ) -> ReportStep:
        """Give a report to a department."""
        who = by or self.dispatcher
        return reports.dispatch(self.session, report_id=report_id, unit_code=unit, due_on=due_on, by=who, now=self.at)

    def transfer(self, report_id: UUID, unit: str = JUSTICE) -> ReportStep:
        """Give a report to another department."""
        return reports.transfer(self.session, report_id=report_id, unit_code=unit, by=self.dispatcher, now=self.at)

    def acknowledge(self, report_id: UUID, by: Principal | None = None) -> ReportStep:
        """Acknowledge a report."""
        return reports.acknowledge(self.session, report_id=report_id, by=by or self.handler, now=self.at)

    def handle(self, report_id: UUID, by: Principal | None = None) -> ReportStep:
        """Say that a report is handled."""
        who = by or self.handler
        return reports.handle(self.session, report_id=report_id, note="换了新井盖", by=who, now=self.at)

    def verify(self, report_id: UUID, by: Principal | None = None) -> ReportStep:
        """Verify a report."""
        who = by or self.supervisor
        return reports.verify(self.session, report_id=report_id, note="现场看过", by=who, now=self.at)

    def give_back(self, report_id: UUID) -> ReportStep:
        """Return a report to its department."""
        return reports.return_to_department(
            self.session, report_id=report_id, note="还在晃", by=self.supervisor, now=self.at
        )

    def close(self, report_id: UUID) -> ReportStep:
        """Close a report."""
        return reports.close(self.session, report_id=report_id, by=self.supervisor, now=self.at)

    def reopen(self, report_id: UUID, by: Principal | None = None) -> ReportStep:
        """Reopen a report."""
        who = by or self.reporter
        return reports.reopen(self.session, report_id=report_id, reason="又没了", by=who, now=self.at)

    # --- calls ------------------------------------------------------------------------------------------------------

    def call(self, report_id: UUID, *units: str, due_on: date | None = None, by: Principal | None = None) -> list[UUID]:
        """Call units about a report, by themselves two departments, and return the ids of the calls."""
        units = units or (CITY_WORKS, JUSTICE)
        before = {each.id for each in reports.calls_of(self.session, [report_id])}
        reports.call_units(
            self.session,
            report_id=report_id,
            unit_codes=units,
            due_on=due_on,
            by=by or self.dispatcher,
            now=self.at,
        )
        made = {
            each.unit_code: each.id for each in reports.calls_of(self.session, [report_id]) if each.id not in before
        }
        return [made[unit] for unit in units]

    def called_to(self, state: CallState, *units: str) -> tuple[UUID, list[UUID]]:
        """Return a new report, and calls about it that were brought to a state without delay."""
        report_id = self.brought_to(ReportStatus.ACCEPTED)
        calls = self.call(report_id, *units)
        for call_id in calls:
            for reached, step in (
                (CallState.CALLED, None),
                (CallState.ACKNOWLEDGED, self.acknowledge_call),
                (CallState.HANDLED, self.handle_call),
                (CallState.ACCEPTED, self.accept_call),
            ):
                if step is not None:
                    step(report_id, call_id)
                if reached is state:
                    break
        return report_id, calls

    def acknowledge_call(self, report_id: UUID, call_id: UUID, by: Principal | None = None) -> ReportStep:
        """Acknowledge a call."""
        who = by or self.handler
        return reports.acknowledge_call(self.session, report_id=report_id, call_id=call_id, by=who, now=self.at)

    def handle_call(self, report_id: UUID, call_id: UUID, by: Principal | None = None) -> ReportStep:
        """Report back what a called unit did."""
        who = by or self.handler
        return reports.handle_call(
            self.session, report_id=report_id, call_id=call_id, note="来过了", by=who, now=self.at
        )

    def accept_call(self, report_id: UUID, call_id: UUID, by: Principal | None = None) -> ReportStep:
        """Accept what a called unit did."""
        who = by or self.dispatcher
        return reports.accept_call(self.session, report_id=report_id, call_id=call_id, by=who, now=self.at)

    def return_call(self, report_id: UUID, call_id: UUID, by: Principal | None = None) -> ReportStep:
        """Give back what a called unit did."""
        who = by or self.dispatcher
        return reports.return_call(
            self.session, report_id=report_id, call_id=call_id, reason="没做完", by=who, now=self.at
        )

    def complete(self, report_id: UUID) -> ReportStep:
        """Say, as the command unit, that all is done."""
        return self.handle(report_id, by=self.dispatcher)

    def states(self, report_id: UUID) -> list[CallState]:
        """Return where the calls about a report stand."""
        return [each.state for each in reports.calls_of(self.session, [report_id])]

    # --- requests ---------------------------------------------------------------------------------------------------

    def postpone(self, report_id: UUID, due_on: date, call_id: UUID | None = None) -> None:
        """Give more time, for the report or a call."""
        reports.ask_postponement(
            self.session,
            report_id=report_id,
            due_on=due_on,
            reason="等材料",
            call_id=call_id,
            by=self.supervisor,
            now=self.at,
        )
        self._approve(report_id, RequestKind.POSTPONEMENT)

    def withdraw(self, report_id: UUID) -> None:
        """End a report without result."""
        reports.ask_withdrawal(self.session, report_id=report_id, reason="误报", by=self.supervisor, now=self.at)
        self._approve(report_id, RequestKind.WITHDRAWAL)

    def _approve(self, report_id: UUID, kind: RequestKind) -> None:
        reports.decide(
            self.session, report_id=report_id, kind=kind, is_approved=True, by=self.other_supervisor, now=self.at
        )

    def brought_to(self, status: ReportStatus, category: str = "C0101") -> UUID:
        """Return a new report that was brought to a status without delay."""
        report_id = self.submit(category)
        way: dict[ReportStatus, Callable[[UUID], ReportStep]] = {
            ReportStatus.ACCEPTED: self.accept,
            ReportStatus.DISPATCHED: self.dispatch,
            ReportStatus.ACKNOWLEDGED: self.acknowledge,
            ReportStatus.HANDLED: self.handle,
            ReportStatus.VERIFIED: self.verify,
            ReportStatus.CLOSED: self.close,
        }
        for reached, step in way.items():
            if self.status(report_id) is status:
                break
            step(report_id)
            assert self.status(report_id) is reached
        return report_id

    # --- appeals ----------------------------------------------------------------------------------------------------

    def appeal_upheld(
        self, report_id: UUID, subject: AppealSubject = AppealSubject.REJECTION, by: Principal | None = None
    ) -> None:
        """Appeal against a decision, and let a supervisor without any part in the report undo it."""
        made = reports.appeal(
            self.session, report_id=report_id, subject=subject, reason="x", by=by or self.reporter, now=self.at
        )
        reports.decide_appeal(
            self.session,
            report_id=report_id,
            appeal_id=made.id,
            is_upheld=True,
            note="x",
            by=person(Role.SUPERVISOR),
            now=self.at,
        )

    # --- looking ----------------------------------------------------------------------------------------------------

    def report(self, report_id: UUID) -> Report:
        """Return a report."""
        return get_report(self.session, report_id, seen_by=self.supervisor)

    def status(self, report_id: UUID) -> ReportStatus:
        """Return where a report stands."""
        return self.report(report_id).status

    def duty(self, report_id: UUID) -> tuple[str, date]:
        """Return on whom the open duty of a report lies, and until when."""
        open_now = duties.open_duty(self.session, report_id)
        return open_now.unit_code, open_now.due_on

    def books(self) -> dict[str, int]:
        """Return the balances of all accounts of duties that hold something."""
        rows = ledger.trial_balance(self.session, asset=ledger.Asset.DUTY)
        return {row.code: row.balance for row in rows if row.balance}

    def proved(self) -> bool:
        """Say whether the audit finds nothing, in the books, the duties and the reports."""
        checks = [*duties.CHECKS, *reports.CHECKS, *reports.checks_of_counts(SHANGHAI)]
        wrong = [each for each in ledger.audit(self.session, checks) if not each.ok]
        assert wrong == []
        return True

    def place(self, code: str) -> str:
        """Return the path of a unit."""
        return get_unit(self.session, code).path
