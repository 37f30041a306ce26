"""The rows of what reports and the responsibility list refuse."""

from flask_babel import lazy_gettext as _l

import reports
from web.problems.row import Row, unknown

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
    reports.DayOutOfRangeError: Row(
        422,
        "day_out_of_range",
        _l("No calendar reaches this day"),
        _l("Take a day before the year 2100."),
        facts=("year",),
    ),
}
