"""Who answers for what by when (权力清单), in versions, and the working days that deadlines count."""

from responsibilities.errors import (
    CategoryUnknownError,
    DayOutOfRangeError,
    ResponsibilitiesFileError,
    ResponsibilitiesUnknownError,
    ResponsibilityError,
)
from responsibilities.faults import ListFault
from responsibilities.files import (
    Deadlines,
    Responsibility,
    is_category_code,
    packaged_responsibilities,
    read_responsibilities,
    write_responsibilities,
)
from responsibilities.model import CATEGORY_CODE_LENGTH_MAX, Category, CategoryKind, ResponsibilityList, Severity
from responsibilities.versions import (
    ListChanges,
    categories,
    changes_of,
    deadlines_of,
    get_category,
    get_version,
    list_in_force,
    list_versions,
    publish_responsibilities,
)
from responsibilities.working_days import due_on, is_announced, is_working_day

__all__ = [
    "CATEGORY_CODE_LENGTH_MAX",
    "Category",
    "CategoryKind",
    "CategoryUnknownError",
    "DayOutOfRangeError",
    "Deadlines",
    "ListChanges",
    "ListFault",
    "ResponsibilitiesFileError",
    "ResponsibilitiesUnknownError",
    "Responsibility",
    "ResponsibilityError",
    "ResponsibilityList",
    "Severity",
    "categories",
    "changes_of",
    "deadlines_of",
    "due_on",
    "get_category",
    "get_version",
    "is_announced",
    "is_category_code",
    "is_working_day",
    "list_in_force",
    "list_versions",
    "packaged_responsibilities",
    "publish_responsibilities",
    "read_responsibilities",
    "write_responsibilities",
]
