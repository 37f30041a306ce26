"""The rows of what reports and the responsibility list refuse."""

from flask_babel import lazy_gettext as _l

import duties
import earnings
import reports
from web.problems.row import Row, unknown, wrong_field

REPORTS_ROWS: dict[type[Exception], Row] = {
    reports.ResponsibilitiesFileError: Row(
        422,
        "responsibilities_file_invalid",
        _l("The responsibility list has a fault"),
        _l("Line %(line)s: %(reason)s. Nothing of it was published."),
        facts=("line",),
    ),
    reports.ResponsibilitiesUnknownError: unknown(
        "responsibilities_unknown", _l("There is no such version of the responsibility list")
    ),
    reports.CategoryUnknownError: unknown("category_unknown", _l("There is no such category")),
    reports.PlaceUnknownError: wrong_field(
        "unit", _l("A department is no place. Name the community, village, grid or building where it is.")
    ),
    reports.PositionError: wrong_field(
        "lat", _l("A position needs both: a latitude from -90 to 90 and a longitude from -180 to 180.")
    ),
    reports.ReportUnknownError: unknown("report_unknown", _l("There is no such report")),
    reports.StepNotNowError: Row(
        409,
        "step_not_now",
        _l("This step is not possible now"),
        _l("The report has gone on meanwhile, or has to come further first. Look at where it stands."),
        facts=("step", "status"),
    ),
    reports.DispatchTargetError: Row(
        409,
        "unit_not_eligible",
        _l("This unit is not given the report"),
        _l("Choose a department, or a place below the unit in command, that does not have the report already."),
        facts=("unit_code",),
    ),
    reports.DueDateError: Row(
        422,
        "due_date_out_of_range",
        _l("This day cannot be set"),
        _l("Take a day from %(first_on)s to %(last_on)s."),
        facts=("first_on", "last_on"),
        field="due_on",
    ),
    reports.MergerTargetError: Row(
        409,
        "not_mergeable",
        _l("The reports cannot be merged"),
        _l("Name another report, one that was neither rejected, merged nor withdrawn."),
        facts=("into_id",),
    ),
    reports.ReopeningClosedError: Row(
        409,
        "reopening_closed",
        _l("Too late to reopen"),
        _l("It could be reopened through %(last_on)s. If it is not done, please report it anew."),
        facts=("last_on",),
    ),
    reports.RequestPendingError: Row(
        409,
        "request_pending",
        _l("Something is asked already"),
        _l("Another supervisor has to decide first what was asked about this report."),
        facts=("request_id",),
    ),
    reports.RequestUnknownError: Row(
        409,
        "nothing_to_decide",
        _l("Nothing waits for a decision"),
        _l("It was decided meanwhile, or nobody asked for it."),
    ),
    reports.JoinRefusedError: Row(
        409,
        "not_joinable",
        _l("This report cannot be joined"),
        _l("It is your own, you joined it before, or it has ended. What is there again can be reported anew."),
    ),
    reports.JoinUnknownError: unknown("join_unknown", _l("Nobody joined the report like this")),
    reports.JoinDecidedError: Row(
        409,
        "nothing_to_decide",
        _l("Nothing waits for a decision"),
        _l("It was decided meanwhile, or they brought no evidence."),
    ),
    earnings.CapsError: Row(
        422,
        "caps_invalid",
        _l("These caps make no sense"),
        _l("What one can earn in a day cannot be more than in a month."),
        field="per_day",
    ),
    earnings.CapsUnknownError: unknown("caps_unknown", _l("There are no such caps")),
    duties.DutyStateError: Row(
        409,
        "duty_not_so",
        _l("The duty is not in this state"),
        _l("It has gone on meanwhile. Look at where the report stands."),
        facts=("duty_id",),
    ),
    reports.DayOutOfRangeError: Row(
        422,
        "day_out_of_range",
        _l("No calendar reaches this day"),
        _l("Take a day before the year 2100."),
        facts=("year",),
    ),
}
