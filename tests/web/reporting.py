"""A desk where reports come in: keys of everybody who has to do with them, and reports brought as far as needed."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

import reports
import responsibilities
from ledger import new_id
from listening import CallBack
from people import Role
from reports import CallState, ReportStatus
from tests.web.world import SYSTEM, TOWN, VILLAGE, Somebody, World

CITY_WORKS = "140881-D01"
# A category of the packaged list.
CATEGORY = "C0103"
WAY: dict[ReportStatus, tuple[str, str, dict[str, Any]]] = {
    ReportStatus.ACCEPTED: ("supervisor", "acceptance", {"severity": "normal"}),
    ReportStatus.DISPATCHED: ("dispatcher", "dispatch", {}),
    ReportStatus.ACKNOWLEDGED: ("handler", "acknowledgement", {}),
    ReportStatus.HANDLED: ("handler", "handling", {"note": "换了新井盖"}),
    ReportStatus.VERIFIED: ("supervisor", "verification", {"result": "verified", "note": "看过了"}),
    ReportStatus.CLOSED: ("supervisor", "closure", {}),
}
WAY_OF_CALLS: dict[CallState, tuple[str, str, dict[str, Any]]] = {
    CallState.ACKNOWLEDGED: ("handler", "acknowledgement", {}),
    CallState.HANDLED: ("handler", "handling", {"note": "来过了"}),
    CallState.ACCEPTED: ("dispatcher", "acceptance", {}),
}


class Desk:
    """Who works with reports in a world, and what is reported there."""

    def __init__(self, world: World) -> None:
        self.world = world
        publish_packaged(world)

    @cached_property
    def keys(self) -> dict[str, str]:
        """Keys of everybody who has to do with reports."""
        return {
            "supervisor": self.world.key(Role.SUPERVISOR, name="Supervisor"),
            "other_supervisor": self.world.key(Role.SUPERVISOR, name="Other supervisor"),
            "dispatcher": self.world.key(Role.DISPATCHER, name="Dispatcher"),
            "handler": self.world.key(Role.HANDLER, name="Handler", unit_code="140881"),
            "resident": self.reporter.key,
            "neighbour": self.neighbour.key,
        }

    @cached_property
    def reporter(self) -> Somebody:
        """Whose the reports are."""
        return self.world.resident()

    @cached_property
    def neighbour(self) -> Somebody:
        """Somebody else who lives there."""
        return self.world.resident()

    def sent_in(self, **changes: Any) -> dict[str, Any]:
        """Send a report in, and return the answer."""
        body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, **changes}
        answer = self.world.post("/reports", body, self.keys["resident"])
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def step(self, report_id: str, name: str, who: str, **body: Any) -> dict[str, Any]:
        """Take a step on a report, and return the answer."""
        answer = self.world.post(f"/reports/{report_id}/{name}", body, self.keys[who])
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def called(self, state: CallState, *units: str) -> tuple[str, list[str]]:
        """Return the id of a new report, and those of calls about it that were brought to a state, unit by unit."""
        report_id = self.brought_to(ReportStatus.ACCEPTED)
        report = self.step(report_id, "calls", "dispatcher", units=list(units))
        made = {each["unit"]: each["id"] for each in report["calls"]}
        calls = [made[unit] for unit in units]
        for reached, (who, name, body) in WAY_OF_CALLS.items():
            if report["calls"][0]["state"] == state:
                break
            for call_id in calls:
                report = self.step(report_id, f"calls/{call_id}/{name}", who, **body)
            assert {each["state"] for each in report["calls"]} == {reached}
        return report_id, calls

    def brought_to(self, status: ReportStatus) -> str:
        """Return the id of a new report that was brought to a status without delay."""
        report_id = str(self.sent_in()["id"])
        if status is not ReportStatus.SUBMITTED:
            self.bring_on(report_id, status)
        return report_id

    def bring_on(self, report_id: str, status: ReportStatus = ReportStatus.CLOSED) -> None:
        """Bring a report on to a status from where it stands, without delay."""
        stands = self.world.get(f"/reports/{report_id}", self.keys["supervisor"]).get_json()["status"]
        way = list(WAY)
        begun = way.index(stands) + 1 if stands in way else 0
        for reached in way[begun : way.index(status) + 1]:
            who, name, body = WAY[reached]
            assert self.step(report_id, name, who, **body)["status"] == reached

    def to_call(self, report_id: str) -> str:
        """Put the last closure of a report among the call-backs, whatever the seed says, and return its id there."""

        def make(session: Session) -> str:
            step = reports.steps_of(session, UUID(report_id))[-1]
            made = CallBack(id=new_id(), report_id=step.report_id, closure_id=step.id, drawn_at=self.world.clock.at)
            session.add(made)
            return str(made.id)

        return self.world.done(make)


def publish_packaged(world: World) -> None:
    """Publish the packaged responsibility list."""
    lines = responsibilities.packaged_responsibilities()
    world.done(
        lambda session: responsibilities.publish_responsibilities(
            session, lines=lines, actor=SYSTEM, now=world.clock.at
        )
    )


__all__ = ["CATEGORY", "CITY_WORKS", "TOWN", "VILLAGE", "Desk", "publish_packaged"]
