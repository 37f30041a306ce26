"""What residents report, and who answers for it by when."""

from reports.errors import (
    CategoryUnknownError,
    DayOutOfRangeError,
    ReportError,
    ResponsibilitiesFileError,
    ResponsibilitiesUnknownError,
)
from reports.model import Category, CategoryKind, ResponsibilityList, Severity
from reports.responsibilities import (
    Deadlines,
    Responsibility,
    categories,
    get_category,
    is_category_code,
    list_in_force,
    list_versions,
    packaged_responsibilities,
    publish_responsibilities,
    read_responsibilities,
)
from reports.working_days import due_on, is_announced, is_working_day

__all__ = [
    "Category",
    "CategoryKind",
    "CategoryUnknownError",
    "DayOutOfRangeError",
    "Deadlines",
    "ReportError",
    "ResponsibilitiesFileError",
    "ResponsibilitiesUnknownError",
    "Responsibility",
    "ResponsibilityList",
    "Severity",
    "categories",
    "due_on",
    "get_category",
    "is_announced",
    "is_category_code",
    "is_working_day",
    "list_in_force",
    "list_versions",
    "packaged_responsibilities",
    "publish_responsibilities",
    "read_responsibilities",
]
