"""The commands about the counts of reports by month: summed up by the jobs, proved by the audit, counted anew."""

from click.testing import Result
from sqlalchemy import text

from reports import ReportStatus
from tests.web.reporting import Desk
from tests.web.world import World
from web.unit_of_work import in_transaction

CHECK = "every months count is that of its reports"


def run(world: World, *arguments: str) -> Result:
    """Run a command of the application."""
    return world.app.test_cli_runner().invoke(args=arguments)


def test_jobs_sum_up_what_steps_have_noted_once(desk: Desk) -> None:
    desk.brought_to(ReportStatus.CLOSED)
    desk.sent_in()
    assert "changes of the counts of reports summed up: 3" in run(desk.world, "jobs", "run").stdout
    assert "changes of the counts of reports summed up: 0" in run(desk.world, "jobs", "run").stdout
    assert f"ok  {CHECK}" in run(desk.world, "books", "audit").stdout.splitlines()


def test_a_count_that_is_not_the_reports_fails_the_audit_until_they_are_counted_anew(desk: Desk) -> None:
    desk.sent_in()
    run(desk.world, "jobs", "run")
    with desk.world.app.app_context():
        in_transaction(lambda session: session.execute(text("UPDATE report_month_counts SET sent_in = 5")))
    failed = run(desk.world, "books", "audit")
    assert failed.exit_code == 1
    [line] = [each for each in failed.stdout.splitlines() if each.startswith("DIFFERS")]
    assert line.startswith(f"DIFFERS  {CHECK}: unit 140881")
    assert line.endswith("in 2026-06 is counted sent_in +4")
    assert run(desk.world, "jobs", "recount").stdout == "all reports are counted anew\n"
    assert run(desk.world, "books", "audit").exit_code == 0
