"""An office whose closed reports are rated and called back about."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

import listening
import reports
from ledger import new_id
from listening import CallBack, ReportRating, ToCall, UnitRates, unit_rates
from people import Principal
from reports import ReportStatus, ReportStep, StepKind
from tests.reports.builders import CITY_WORKS, Office


class Listening(Office):
    """Short ways to rate, to draw, to call back, and to see what follows."""

    def closed(self) -> UUID:
        """Return a report that was closed without delay."""
        return self.brought_to(ReportStatus.CLOSED)

    def closed_again(self, report_id: UUID) -> None:
        """Reopen a closed report and close it again."""
        self.reopen(report_id)
        self.acknowledge(report_id)
        self.handle(report_id)
        self.verify(report_id)
        self.close(report_id)

    def postponed(self, report_id: UUID) -> None:
        """Give a unit a later day for what it owes."""
        reports.ask_postponement(
            self.session,
            report_id=report_id,
            due_on=self.at.date() + timedelta(days=20),
            reason="等新井盖",
            by=self.supervisor,
            now=self.at,
        )
        reports.decide(
            self.session,
            report_id=report_id,
            kind=reports.RequestKind.POSTPONEMENT,
            is_approved=True,
            by=self.other_supervisor,
            now=self.at,
        )

    def rate(
        self, report_id: UUID, stars: int, *, note: str | None = None, by: Principal | None = None
    ) -> ReportRating:
        """Rate a closed report."""
        who = by or self.reporter
        return listening.rate(self.session, report_id=report_id, stars=stars, note=note, by=who, now=self.at)

    def to_call(self, report_id: UUID) -> UUID:
        """Put the newest closure of a report among the call-backs, whatever the seed says."""
        closure = self.session.scalars(
            select(ReportStep)
            .where(ReportStep.report_id == report_id, ReportStep.kind == StepKind.CLOSURE)
            .order_by(ReportStep.number.desc())
        ).first()
        assert closure is not None
        call_back = CallBack(id=new_id(), report_id=report_id, closure_id=closure.id, drawn_at=self.at)
        self.session.add(call_back)
        self.session.flush()
        return call_back.id

    def answer(
        self,
        call_back_id: UUID,
        *,
        resolved: bool | None = None,
        satisfied: bool | None = None,
        reached: bool = True,
        by: Principal | None = None,
    ) -> ToCall:
        """Write down what a reporter said."""
        return listening.answer_call_back(
            self.session,
            call_back_id=call_back_id,
            is_reached=reached,
            is_resolved=resolved,
            is_satisfied=satisfied,
            by=by or self.other_supervisor,
            now=self.at,
        )

    def draw(self) -> int:
        """Draw what is to be drawn, all of it."""
        after, count, more = None, 0, True
        while more:
            swept = listening.draw_call_backs(self.session, now=self.at, after=after, limit=7)
            count, after = count + swept.count, swept.next_after
            more = after is not None
        return count

    def rates(self, since: datetime | None = None, until: datetime | None = None) -> UnitRates:
        """Return the rates of the department that answers for the reports."""
        return unit_rates(self.session, since=since, until=until, now=self.at).get(CITY_WORKS, UnitRates())


__all__ = ["CITY_WORKS", "Listening"]
