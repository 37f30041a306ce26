"""What residents report, and who answers for it by when."""

from reports.errors import (
    CategoryUnknownError,
    DayOutOfRangeError,
    PhotoFault,
    PhotoRefusedError,
    PhotoStoreUnavailableError,
    ReportError,
    ResponsibilitiesFileError,
    ResponsibilitiesUnknownError,
)
from reports.model import Category, CategoryKind, ResponsibilityList, Severity
from reports.photo_cleaning import PHOTO_BYTES_MAX, CleanPhoto, clean_photo
from reports.photo_stores import FolderStore, PhotoStore, S3Store, photo_key
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
    "PHOTO_BYTES_MAX",
    "Category",
    "CategoryKind",
    "CategoryUnknownError",
    "CleanPhoto",
    "DayOutOfRangeError",
    "Deadlines",
    "FolderStore",
    "PhotoFault",
    "PhotoRefusedError",
    "PhotoStore",
    "PhotoStoreUnavailableError",
    "ReportError",
    "ResponsibilitiesFileError",
    "ResponsibilitiesUnknownError",
    "Responsibility",
    "ResponsibilityList",
    "S3Store",
    "Severity",
    "categories",
    "clean_photo",
    "due_on",
    "get_category",
    "is_announced",
    "is_category_code",
    "is_working_day",
    "list_in_force",
    "list_versions",
    "packaged_responsibilities",
    "photo_key",
    "publish_responsibilities",
    "read_responsibilities",
]
