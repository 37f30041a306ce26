"""A report on its way through three hands: a dispatcher, a handler and a supervisor, each with a browser."""

from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect

import people
import reports
from people import Grant, Principal, Role
from reports import StepKind
from responsibilities import Severity
from tests.web.browser.visitors import Visitors
from tests.web.pages.browser import activate_somebody
from tests.web.reporting import CATEGORY, publish_packaged
from tests.web.world import VILLAGE, World

pytestmark = pytest.mark.browser

COUNTY = "140881"
CALLER = Principal(actor=f"person:{uuid4().hex}", grants=(Grant(Role.ADMINISTRATOR),), name="a")
SUPERVISOR = Principal(actor=f"person:{uuid4().hex}", grants=(Grant(Role.SUPERVISOR),), name="b")


@pytest.fixture
def report_id(world: World) -> UUID:
    """Return a report that was accepted."""
    publish_packaged(world)
    made = world.done(
        lambda session: (
            reports.submit(
                session,
                category_code=CATEGORY,
                description="井盖没了",
                unit_code=VILLAGE,
                by=CALLER,
                now=world.clock.at,
            ).id
        )
    )
    world.done(
        lambda session: reports.accept(
            session, report_id=made, severity=Severity.NORMAL, by=SUPERVISOR, now=world.clock.at
        )
    )
    return made


def officer(world: World, visitors: Visitors, role: Role, name: str, unit_code: str | None = None) -> Page:
    """Return the page of an officer who has logged in."""
    person = world.done(
        lambda session: people.appoint(
            session, handle=role.value, name=name, role=role, unit_code=unit_code, now=world.clock.at
        )
    )
    activate_somebody(world, login_name=person.handle, person_id=person.id)
    return visitors.page(person.handle)


def steps_of(world: World, report_id: UUID) -> list[StepKind]:
    """Return the kinds of a report's steps."""
    return [step.kind for step in world.seen(lambda session: reports.steps_of(session, report_id))]


def open_first(page: Page, waiting: str) -> None:
    """Go from the first screen to the only report that waits."""
    page.get_by_role("link", name=waiting).click()
    page.locator(".slim a").first.click()


def test_three_people_bring_a_report_to_its_end(world: World, visitors: Visitors, report_id: UUID) -> None:
    dispatcher = officer(world, visitors, Role.DISPATCHER, "潘派单")
    open_first(dispatcher, "Reports to dispatch: 1")
    # The department of the list is chosen already.
    dispatcher.get_by_role("button", name="Dispatch it").dblclick()
    expect(dispatcher.get_by_text("Dispatched.")).to_be_visible()
    expect(dispatcher.locator(".now")).to_contain_text("has to do it by")

    handler = officer(world, visitors, Role.HANDLER, "程承办", COUNTY)
    open_first(handler, "Reports to handle: 1")
    handler.get_by_role("button", name="Acknowledge it").click()
    handler.get_by_label("What was done").fill("换了新井盖")
    handler.get_by_role("button", name="It is done").click()
    expect(handler.get_by_text("Written down as done.")).to_be_visible()

    supervisor = officer(world, visitors, Role.SUPERVISOR, "杜督办")
    open_first(supervisor, "Reports to verify: 1")
    expect(supervisor.locator(".timeline")).to_contain_text("换了新井盖")
    # Not done: what is folded opens, and the handler has it again.
    supervisor.get_by_text("Return it: not done").click()
    supervisor.get_by_label("What is not done").fill("还在晃")
    supervisor.get_by_role("button", name="Return it", exact=True).click()
    expect(supervisor.get_by_text("Returned: it is not done.")).to_be_visible()
    handler.reload()
    expect(handler.locator(".timeline")).to_contain_text("还在晃")
    handler.get_by_label("What was done").fill("这次固定了")
    handler.get_by_role("button", name="It is done").click()
    expect(handler.get_by_text("Written down as done.")).to_be_visible()
    supervisor.reload()
    supervisor.get_by_role("button", name="Verify: it is done").click()
    supervisor.get_by_role("button", name="Close it").click()
    expect(supervisor.get_by_text("Closed.", exact=True)).to_be_visible()

    assert steps_of(world, report_id) == [
        *(StepKind.SUBMISSION, StepKind.ACCEPTANCE, StepKind.DISPATCH, StepKind.ACKNOWLEDGEMENT, StepKind.HANDLING),
        *(StepKind.RETURN, StepKind.HANDLING, StepKind.VERIFICATION, StepKind.CLOSURE),
    ]


def test_a_page_that_is_out_of_date_refuses_in_words(world: World, visitors: Visitors, report_id: UUID) -> None:
    first = officer(world, visitors, Role.DISPATCHER, "潘派单")
    open_first(first, "Reports to dispatch: 1")
    second = visitors.without_scripts(first)
    second.goto(first.url)
    second.get_by_role("button", name="Dispatch it").click()
    expect(second.get_by_text("Dispatched.")).to_be_visible()

    first.get_by_role("button", name="Dispatch it").click()

    expect(first.get_by_text("This step is not possible now")).to_be_visible()
    expect(first.locator(".now")).to_contain_text("has to do it by")
    assert steps_of(world, report_id)[-1] is StepKind.DISPATCH
