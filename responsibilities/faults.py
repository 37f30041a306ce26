"""What can be wrong about a file of responsibilities, for whoever says it in words."""

from enum import StrEnum


class ListFault(StrEnum):
    """Why a file is refused; what a fault knows besides its line is named after it."""

    NO_TEXT = "no_text"
    BROKEN_CSV = "broken_csv"
    EMPTY = "empty"
    HEADER = "header"  # columns
    FIELD_COUNT = "field_count"  # count, expected
    CODE = "code"  # length_max
    KIND = "kind"  # kinds
    PRIVATE = "private"
    NAME = "name"  # column, length_max
    FORMULA = "formula"  # column
    DAYS_NO_NUMBERS = "days_no_numbers"
    DAYS_OUT_OF_RANGE = "days_out_of_range"  # days_max
    DAYS_GROW = "days_grow"
    CODE_TWICE = "code_twice"  # code
    TOP_WITH_OWNER = "top_with_owner"
    PARENT = "parent"  # parent_code
    OTHER_KIND = "other_kind"  # code, kind, parent_code, parent_kind
    NO_OWNER = "no_owner"  # code
    NO_DEPARTMENT = "no_department"  # department_code
    NOTHING_BELOW = "nothing_below"  # code
