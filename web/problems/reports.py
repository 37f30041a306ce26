"""The rows of what reports and the responsibility list refuse."""

from flask_babel import lazy_gettext as _l

import duties
import earnings
import oversight
import reports
import responsibilities
from web.problems.row import Row, Words, misconfigured, unknown, wrong_field

_LIST_FAULTS: dict[str, Words] = {
    responsibilities.ListFault.NO_TEXT: _l("neither UTF-8 nor GB 18030; save the table as CSV"),
    responsibilities.ListFault.BROKEN_CSV: _l("this is not CSV; perhaps a quotation mark is missing"),
    responsibilities.ListFault.EMPTY: _l("the list is empty"),
    responsibilities.ListFault.HEADER: _l("the header must be %(columns)s"),
    responsibilities.ListFault.FIELD_COUNT: _l("%(count)s fields instead of %(expected)s"),
    responsibilities.ListFault.CODE: _l("a code is 1 to %(length_max)s of A-Z, 0-9 and hyphen"),
    responsibilities.ListFault.KIND: _l("the kind must be one of %(kinds)s"),
    responsibilities.ListFault.PRIVATE: _l("private must be 0 or 1"),
    responsibilities.ListFault.NAME: _l("%(column)s must have 1 to %(length_max)s characters that can be shown"),
    responsibilities.ListFault.FORMULA: _l(
        "%(column)s begins with a sign that spreadsheets take for a formula (= + - @)"
    ),
    responsibilities.ListFault.DAYS_NO_NUMBERS: _l("days must be whole numbers"),
    responsibilities.ListFault.DAYS_OUT_OF_RANGE: _l("days must be from 1 to %(days_max)s"),
    responsibilities.ListFault.DAYS_GROW: _l("days must not grow with the severity"),
    responsibilities.ListFault.CODE_TWICE: _l("code %(code)s stands on an earlier line"),
    responsibilities.ListFault.TOP_WITH_OWNER: _l("a category at the top has neither an owner nor days"),
    responsibilities.ListFault.PARENT: _l("%(parent_code)s is no category at the top on an earlier line"),
    responsibilities.ListFault.OTHER_KIND: _l("%(code)s is a %(kind)s, %(parent_code)s above it a %(parent_kind)s"),
    responsibilities.ListFault.NO_OWNER: _l("category %(code)s has no owner or no days"),
    responsibilities.ListFault.NO_DEPARTMENT: _l("%(department_code)s is no department of the tree of units"),
    responsibilities.ListFault.NOTHING_BELOW: _l("nothing stands below %(code)s, and it has no owner"),
}


def _reason(error: responsibilities.ResponsibilitiesFileError) -> dict[str, str]:
    words = str(_LIST_FAULTS[error.fault])
    return {"reason": words % error.facts if error.facts else words}


REPORTS_ROWS: dict[type[Exception], Row] = {
    responsibilities.ResponsibilitiesFileError: Row(
        422,
        "responsibilities_file_invalid",
        _l("The responsibility list has a fault"),
        _l("Line %(line)s: %(reason)s. Nothing of it was published."),
        facts=("line", "fault"),
        words_of=_reason,
    ),
    responsibilities.ResponsibilitiesUnknownError: unknown(
        "responsibilities_unknown", _l("There is no such version of the responsibility list")
    ),
    responsibilities.CategoryUnknownError: unknown("category_unknown", _l("There is no such category")),
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
    reports.ClaimUnknownError: Row(
        409,
        "claim_unknown",
        _l("Nothing to claim with this code"),
        _l("Look at each character. What was claimed is on its way; a later part can be claimed when it is due."),
    ),
    reports.OwnDepartmentError: Row(
        409,
        "own_department",
        _l("This report earns you nothing"),
        _l("You, or somebody of your household, work for the department that answers for it."),
    ),
    reports.NotConfidentialError: Row(
        409,
        "not_confidential",
        _l("This report is not confidential"),
        _l("Whose it is is shown with it, or nobody knows."),
        facts=("report_id",),
    ),
    earnings.NothingToClaimError: Row(
        409, "claim_unknown", _l("Nothing to claim with this code"), _l("What was claimed already is on its way.")
    ),
    earnings.ClaimCapError: Row(
        409,
        "limit_exceeded",
        _l("A cap is reached"),
        _l("Reports have earned you as much as they may for now. Claim it tomorrow, or next month."),
    ),
    earnings.ClaimKeysError: misconfigured(_l("The keys of claims cannot be read")),
    earnings.ClaimBoxError: misconfigured(_l("A waiting claim cannot be opened")),
    reports.CallUnknownError: unknown("call_unknown", _l("There is no such call about the report")),
    reports.CallsOpenError: Row(
        409,
        "calls_open",
        _l("Results are still to be accepted"),
        _l("First accept what the called units report back: %(unit_codes)s."),
        facts=("unit_codes",),
    ),
    reports.NothingOwedError: Row(
        409,
        "nothing_owed",
        _l("This unit owes nothing about the report"),
        _l("Name a unit that has the report, or was called and whose result is not accepted."),
        facts=("unit_code",),
    ),
    oversight.OrderUnknownError: unknown("order_unknown", _l("There is no such order")),
    oversight.OrderAnsweredError: Row(
        409,
        "order_answered",
        _l("The order is answered already"),
        _l("Somebody answered it meanwhile. Look at what they reported."),
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
    responsibilities.DayOutOfRangeError: Row(
        422,
        "day_out_of_range",
        _l("No calendar reaches this day"),
        _l("Take a day before the year 2100."),
        facts=("year",),
    ),
}
