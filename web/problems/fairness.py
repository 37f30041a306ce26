"""The rows of what reports refuse for fairness's sake: appeals, coverings, limits on writing, joint reports."""

from flask_babel import lazy_gettext as _l

import reports
from web.problems.row import Row, unknown, wrong_field

FAIRNESS_ROWS: dict[type[Exception], Row] = {
    reports.NothingToAppealError: Row(
        409,
        "nothing_to_appeal",
        _l("There is nothing to appeal against"),
        _l("No such decision stands. Look at where the report is now."),
        facts=("subject",),
    ),
    reports.AppealOverError: Row(
        409,
        "appeal_closed",
        _l("Too late to appeal"),
        _l("One could appeal through %(last_on)s. What is still there can be reported anew."),
        facts=("last_on",),
    ),
    reports.AppealedBeforeError: Row(
        409,
        "appealed_already",
        _l("You have appealed already"),
        _l("One appeals once against one decision. What became of it stands with the report."),
        facts=("appeal_id",),
    ),
    reports.AppealUnknownError: unknown("appeal_unknown", _l("There is no such appeal")),
    reports.AppealDecidedError: Row(
        409,
        "nothing_to_decide",
        _l("Nothing waits for a decision"),
        _l("Somebody decided this appeal meanwhile."),
    ),
    reports.TextUnknownError: unknown("text_unknown", _l("The report has no such text")),
    reports.TextCoveredError: Row(
        409, "text_covered", _l("This text is covered already"), _l("Somebody covered it meanwhile. Look at why.")
    ),
    reports.CoveringUnknownError: unknown("covering_unknown", _l("Nothing is covered like this")),
    reports.LimitsError: Row(
        422,
        "limits_invalid",
        _l("These limits make no sense"),
        _l("Each is from 1 to 10000 or empty; of false reports say both how many, and within how many days."),
        field="false_days",
    ),
    reports.LimitsUnknownError: unknown("limits_unknown", _l("There are no such limits")),
    reports.DailyLimitError: Row(
        409,
        "limit_exceeded",
        _l("This is all for today"),
        _l("One person sends in or joins %(limit)s reports a day. Tomorrow, after %(ends_on)s, you can go on."),
        facts=("limit", "ends_on"),
    ),
    reports.WaitingLimitError: Row(
        409,
        "limit_exceeded",
        _l("Your other reports come first"),
        _l("%(limit)s reports of one person wait for the office at a time. You can go on once it has decided on one."),
        facts=("limit",),
    ),
    reports.FalseReportsError: Row(
        409,
        "false_reports",
        _l("One report at a time for now"),
        _l(
            "The rule: after %(count)s reports rejected as false within %(days)s days, only one may wait at a time."
            " Of yours these count: %(numbers)s. It holds through %(ends_on)s."
            " If one was not false, appeal on its own page."
        ),
        facts=("numbers", "count", "days", "ends_on"),
    ),
    reports.OnBehalfLimitError: Row(
        409,
        "limit_exceeded",
        _l("The cap on reports for others is reached"),
        _l("An officer writes %(limit)s of them a month%(whom)s. A colleague can go on; you can after %(ends_on)s."),
        facts=("limit", "ends_on"),
        words_of=lambda error: {"whom": str(_l(" for the same resident")) if error.is_of_one_resident else ""},
    ),
    reports.OwnHouseholdError: Row(
        403,
        "own_household",
        _l("Not for your own household"),
        _l("Who is of the resident's household writes no report for them. A colleague does, or they do it themselves."),
    ),
    reports.JointReportError: wrong_field(
        "joint_with",
        _l("Name up to 9 others, each once and not yourself, and report under your own name, not confidentially."),
    ),
    reports.CoReporterUnknownError: unknown("nobody_asked", _l("Nobody asked you about this report")),
    reports.TogetherOverError: Row(
        409,
        "confirmation_closed",
        _l("Too late to confirm"),
        _l("You could say so through %(last_on)s."),
        facts=("last_on",),
    ),
}
