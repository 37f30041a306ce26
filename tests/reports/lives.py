"""Lives of reports at random: whoever tries whatever, a plain copy of the rules says what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import earnings
import reports
from ledger import SamePersonError
from people import Principal, Role
from reports import AppealSubject, JoinRefusedError, ReportError, RequestKind
from responsibilities import Severity
from tests.earnings.builders import TARIFF, Purse
from tests.reports.builders import CITY_WORKS, JUSTICE, OTHER_TOWN, TOWN, VILLAGE, person

SUPERVISION, COMMAND, HANDLING, REPORTING = "supervision", "command", "handling", "reporting"
OPEN = ("accepted", "dispatched", "acknowledged", "returned", "handled")
WITH_DEPARTMENT = ("dispatched", "acknowledged", "returned")
REFUSALS = (ReportError, SamePersonError)

# Who may, from which status, and to which it leads: as the issue tells the life, and by nothing of the code.
RULES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "accept": (SUPERVISION, ("submitted",), "accepted"),
    "reject": (SUPERVISION, ("submitted",), "rejected"),
    "merge": (SUPERVISION, ("submitted",), "merged"),
    "dispatch": (COMMAND, ("accepted",), "dispatched"),
    "transfer": (COMMAND, WITH_DEPARTMENT, "dispatched"),
    "acknowledge": (HANDLING, ("dispatched",), "acknowledged"),
    "handle": (HANDLING, ("acknowledged", "returned"), "handled"),
    "verify": (SUPERVISION, ("handled",), "verified"),
    "give_back": (SUPERVISION, ("handled",), "returned"),
    "close": (SUPERVISION, ("verified",), "closed"),
    "reopen": (REPORTING, ("closed",), "dispatched"),
    "postpone": (SUPERVISION, ("accepted", *WITH_DEPARTMENT), None),
    "withdraw": (SUPERVISION, OPEN, "withdrawn"),
    "appeal": (REPORTING, ("rejected", "withdrawn"), None),
    "uphold": (SUPERVISION, ("rejected", "withdrawn"), "submitted"),
    "dismiss": (SUPERVISION, ("rejected", "withdrawn"), None),
}


@dataclass
class Copy:
    """What the rules' plain copy knows of one report."""

    id: UUID
    reporter: str
    status: str = "submitted"
    took: dict[str, set[str]] = field(default_factory=dict)
    joiners: set[str] = field(default_factory=set)
    # Whether there is an appeal against how it ended: None, "asked" or "decided"; and when it ended.
    appeal: str | None = None
    ended_at: datetime | None = None


class Lives:
    """Some persons with every mixture of roles, residents, and their reports."""

    def __init__(self, purse: Purse) -> None:
        self.purse = purse
        self.staff = [
            person(Role.SUPERVISOR),
            person(Role.SUPERVISOR, at=TOWN),
            person(Role.SUPERVISOR, at=OTHER_TOWN),
            person(Role.DISPATCHER, at=TOWN),
            person(Role.DISPATCHER, at=OTHER_TOWN),
            person(Role.HANDLER, at=CITY_WORKS),
            person(Role.HANDLER, at=JUSTICE),
            person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER),
            person(Role.SUPERVISOR, Role.HANDLER),
        ]
        self.residents = [purse.resident() for _ in range(5)]
        self.copies: list[Copy] = []
        self.taken = 0
        self._paths: dict[str, str] = {}

    # --- what happens -------------------------------------------------------------------------------------------------

    def submit(self, who: Principal) -> None:
        """Send a report in."""
        self.copies.append(Copy(self.purse.submit(by=who), who.actor))

    def join(self, copy: Copy, who: Principal) -> None:
        """Join a report with evidence that a supervisor accepts, where that is possible."""
        has_ended = copy.status in ("rejected", "merged", "withdrawn", "closed")
        may = not has_ended and who.actor != copy.reporter and who.actor not in copy.joiners
        told = self._attempt(lambda: self.purse.joined(copy.id, who))
        assert isinstance(told, JoinRefusedError) == (not may), told
        if may:
            copy.joiners.add(who.actor)

    def likely(self, copy: Copy, into: Copy) -> list[tuple[str, Principal]]:
        """Return the steps that the rules allow now, each with somebody who may take it."""
        everybody = (*self.staff, *self.residents)
        # Read once for all of them: nothing happens meanwhile.
        report = self.purse.report(copy.id)
        return [(name, by) for name in RULES for by in everybody if self._expected(report, copy, name, by, into)]

    def step(self, copy: Copy, name: str, by: Principal, into: Copy) -> None:
        """Try a step, and see that it was taken or refused as the copy says."""
        function, _statuses, leads_to = RULES[name]
        expected = self._expected(self.purse.report(copy.id), copy, name, by, into)
        before = self.purse.status(copy.id).value
        told = self._attempt(lambda: self._take(copy, name, by, into))
        after = self.purse.status(copy.id).value
        if expected:
            assert not isinstance(told, Exception), (name, before, told)
            copy.status = leads_to or copy.status
            copy.took.setdefault(by.actor, set()).add(function)
            if name in ("reject", "withdraw"):
                copy.appeal, copy.ended_at = None, self.purse.at
            if name in ("appeal", "uphold", "dismiss"):
                copy.appeal = "asked" if name == "appeal" else "decided"
            self.taken += 1
        else:
            assert isinstance(told, REFUSALS), (name, before, by.grants)
        assert after == copy.status

    def days_pass(self, days: int) -> None:
        """Let days pass, and do what is due."""
        self.purse.at += timedelta(days=days)
        reports.release_rests(self.purse.session, now=self.purse.at)
        earnings.pay_waiting(self.purse.session, now=self.purse.at)

    def sum_up(self, limit: int) -> None:
        """Add some of what steps have noted to the counts by month."""
        reports.sum_up_counts(self.purse.session, limit=limit)

    # --- what must be true --------------------------------------------------------------------------------------------

    def prove(self) -> None:
        """See that the audit finds nothing, and that nothing earned more than its tariff."""
        assert self.purse.proved()
        open_reports = sum(copy.status in OPEN for copy in self.copies)
        books = self.purse.books()
        held = sum(amount for code, amount in books.items() if code.endswith((":duties", ":handled")))
        assert held == open_reports
        for copy in self.copies:
            earning = earnings.earning_of(self.purse.session, copy.id)
            parts = [] if earning is None else earnings.parts_of(self.purse.session, earning.id)
            assert sum(part.amount for part in parts) <= TARIFF
            if earning is not None and earning.state is earnings.EarningState.SETTLED:
                assert sum(part.amount + part.set_off for part in parts) == TARIFF

    # --- inside -------------------------------------------------------------------------------------------------------

    def _expected(self, report: reports.Report, copy: Copy, name: str, by: Principal, into: Copy) -> bool:
        function, statuses, _leads_to = RULES[name]
        if copy.status not in statuses or copy.took.get(by.actor, set()) - {function}:
            return False
        if not self._placed(report, copy, by, function):
            return False
        if name == "appeal":
            in_time = copy.ended_at is not None and self.purse.at.date() <= copy.ended_at.date() + timedelta(days=15)
            return copy.appeal is None and in_time
        if name in ("uphold", "dismiss"):
            # Not even another step of the same end: whoever decides is new to the report.
            return copy.appeal == "asked" and not copy.took.get(by.actor)
        if name == "merge":
            return into is not copy and into.status not in ("rejected", "merged", "withdrawn")
        if name == "transfer":
            return report.department_code != JUSTICE
        if name == "reopen":
            return report.closed_at is not None and self.purse.at <= report.closed_at + timedelta(days=15)
        return True

    def _placed(self, report: reports.Report, copy: Copy, by: Principal, function: str) -> bool:
        if function == REPORTING:
            return by.actor == copy.reporter
        role, place = {
            SUPERVISION: (Role.SUPERVISOR, VILLAGE),
            COMMAND: (Role.DISPATCHER, report.command_code),
            HANDLING: (Role.HANDLER, report.department_code),
        }[function]
        return place is not None and by.may(role, unit_path=self._path(place))

    def _path(self, code: str) -> str:
        """Return the path of a unit; units stay where they are in all lives."""
        if code not in self._paths:
            self._paths[code] = self.purse.place(code)
        return self._paths[code]

    def _take(self, copy: Copy, name: str, by: Principal, into: Copy) -> object:
        purse, session = self.purse, self.purse.session
        common: dict[str, Any] = {"report_id": copy.id, "by": by, "now": purse.at}
        steps: dict[str, Callable[[], object]] = {
            "accept": lambda: reports.accept(session, severity=Severity.NORMAL, **common),
            "reject": lambda: reports.reject(session, reason="不属实", **common),
            "merge": lambda: reports.merge(session, into_id=into.id, **common),
            "dispatch": lambda: reports.dispatch(session, unit_code=None, due_on=None, **common),
            "transfer": lambda: reports.transfer(session, unit_code=JUSTICE, **common),
            "acknowledge": lambda: reports.acknowledge(session, **common),
            "handle": lambda: reports.handle(session, note="好了", **common),
            "verify": lambda: reports.verify(session, note=None, **common),
            "give_back": lambda: reports.return_to_department(session, note="没好", **common),
            "close": lambda: reports.close(session, **common),
            "reopen": lambda: reports.reopen(session, reason="又来了", **common),
            "appeal": lambda: reports.appeal(session, subject=self._ended_by(copy), reason="不服", **common),
            "uphold": lambda: self._decided(copy, by, is_upheld=True),
            "dismiss": lambda: self._decided(copy, by, is_upheld=False),
            "postpone": lambda: self._asked_and_decided(RequestKind.POSTPONEMENT, copy, by),
            "withdraw": lambda: self._asked_and_decided(RequestKind.WITHDRAWAL, copy, by),
        }
        return steps[name]()

    def _ended_by(self, copy: Copy) -> AppealSubject:
        return AppealSubject.WITHDRAWAL if copy.status == "withdrawn" else AppealSubject.REJECTION

    def _decided(self, copy: Copy, by: Principal, *, is_upheld: bool) -> object:
        found = reports.appeals_of(self.purse.session, copy.id)
        # Of what was never appealed against, an id of nothing.
        appeal_id = found[-1].id if found else copy.id
        return reports.decide_appeal(
            self.purse.session,
            report_id=copy.id,
            appeal_id=appeal_id,
            is_upheld=is_upheld,
            note="x",
            by=by,
            now=self.purse.at,
        )

    def _asked_and_decided(self, kind: RequestKind, copy: Copy, by: Principal) -> object:
        """Let somebody ask, and somebody new decide: only the first is on trial."""
        session, at = self.purse.session, self.purse.at
        if kind is RequestKind.WITHDRAWAL:
            reports.ask_withdrawal(session, report_id=copy.id, reason="x", by=by, now=at)
        else:
            due_on = max(self._due_on(copy), at.date()) + timedelta(days=5)
            reports.ask_postponement(session, report_id=copy.id, due_on=due_on, reason="x", by=by, now=at)
        other = person(Role.SUPERVISOR)
        return reports.decide(session, report_id=copy.id, kind=kind, is_approved=True, by=other, now=at)

    def _due_on(self, copy: Copy) -> Any:
        return self.purse.duty(copy.id)[1] if copy.status in OPEN else self.purse.at.date()

    def _attempt(self, work: Callable[[], object]) -> object:
        """Do something, all or nothing, and return what came of it, a refusal too."""
        session = self.purse.session
        session.flush()
        try:
            with session.begin_nested():
                return work()
        except REFUSALS as error:
            session.expire_all()
            return error
