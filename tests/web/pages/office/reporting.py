"""Officers of reports with their browsers, and reports that wait for them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from werkzeug.test import TestResponse

import people
import reports
from people import Grant, Principal, Role
from reports import Report, ReportStatus, StepKind
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.reporting import CATEGORY, Desk, publish_packaged
from tests.web.world import VILLAGE, World

DEPARTMENT, OTHER_DEPARTMENT = "140881-D01", "140881-D02"
COUNTY = "140881"


@dataclass
class Officers:
    """A desk where reports come in, and the browsers of those who work with them."""

    world: World
    language: str = "en"

    @cached_property
    def desk(self) -> Desk:
        """What brings reports along, as other people."""
        return Desk(self.world)

    @cached_property
    def supervisor(self) -> Browser:
        """The browser of a supervisor of the whole tree."""
        return self.browser(Role.SUPERVISOR)

    @cached_property
    def dispatcher(self) -> Browser:
        """The browser of a dispatcher of the whole tree."""
        return self.browser(Role.DISPATCHER)

    @cached_property
    def handler(self) -> Browser:
        """The browser of a handler of all departments."""
        return self.browser(Role.HANDLER, unit_code=COUNTY)

    def browser(self, role: Role, unit_code: str | None = None, handle: str = "") -> Browser:
        """Return the browser of somebody with a role."""
        return browser_of_person(self.world, role, language=self.language, handle=handle, unit_code=unit_code)

    @property
    def reporter(self) -> Principal:
        """The reporter, as the domain knows them."""
        somebody = self.desk.reporter.id
        return Principal(f"resident:{somebody.hex}", (Grant(Role.RESIDENT),), "a", resident_id=somebody)

    def principal(self, handle: str) -> Principal:
        """Return a supervisor of the whole tree, as the domain knows them."""
        person = self.world.done(
            lambda session: people.appoint(
                session, handle=handle, name="李桂兰", role=Role.SUPERVISOR, now=self.world.clock.at
            )
        )
        return Principal(f"person:{person.id.hex}", (Grant(Role.SUPERVISOR, ""),), "a", person_id=person.id)

    def sent_in_by(self, by: Principal, *, is_confidential: bool = False) -> UUID:
        """Return a new report of somebody's, or of nobody's."""
        publish_packaged(self.world)
        return self.world.done(
            lambda session: (
                reports.submit(
                    session,
                    category_code=CATEGORY,
                    description="井盖没了",
                    unit_code=VILLAGE,
                    by=by,
                    resident_id=by.resident_id,
                    is_confidential=is_confidential,
                    now=self.world.clock.at,
                ).id
            )
        )

    def brought_to(self, status: ReportStatus) -> str:
        """Return the address of a new report that others brought to a status."""
        return f"/office/reports/{self.desk.brought_to(status)}"

    def report(self, path: str) -> Report:
        """Return the report with an address."""
        report_id = UUID(path.rpartition("/")[2])
        found = self.world.seen(lambda session: session.get(Report, report_id))
        assert found is not None
        return found

    def steps(self, path: str) -> list[StepKind]:
        """Return the kinds of a report's steps."""
        report_id = self.report(path).id
        return [step.kind for step in self.world.seen(lambda session: reports.steps_of(session, report_id))]

    def duty(self, path: str) -> tuple[str, date]:
        """Return on whom the last duty about a report was laid, and until when."""
        report_id = self.report(path).id
        last = self.world.seen(lambda session: reports.duties_of(session, report_id))[-1]
        return last.unit_code, last.due_on


def done(browser: Browser, path: str, form: str, **fields: str) -> str:
    """Send a form of a report's page as the page gave it, see that it led back there, and return what it then says."""
    browser.get(path)
    answer = browser.post(f"{path}/{form}", idempotency_key=browser.hidden("idempotency_key"), **fields)
    assert answer.status_code == 303, text_of(answer)
    assert answer.headers["Location"] == path
    return text_of(browser.follow(answer))


def refused(browser: Browser, path: str, form: str, **fields: str) -> TestResponse:
    """Send a form that is refused, and return the answer."""
    browser.get(path)
    answer = browser.post(f"{path}/{form}", idempotency_key="refused", **fields)
    assert answer.status_code >= 400, text_of(answer)
    return answer
