"""The tables of the responsibility list (权力清单): its versions, and the categories of each with owner and days."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column

NAME_LENGTH_MAX = 100
CATEGORY_CODE_LENGTH_MAX = 16
WORKING_DAYS_MAX = 250


class CategoryKind(StrEnum):
    """What a report is about: a thing of the town (部件) or something that happens there (事件)."""

    COMPONENT = "component"
    EVENT = "event"


class Severity(StrEnum):
    """How much haste a report needs; the shortest deadline goes with the last."""

    NORMAL = "normal"
    SERIOUS = "serious"
    URGENT = "urgent"


class ResponsibilityList(Base):
    """One published version of the responsibility list (权力清单), whole; the highest number is in force."""

    __tablename__ = "responsibility_lists"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    published_by: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Category(Base):
    """One category of one version: at the top only a name, below it who answers for it and by when.

    Deadlines are working days (see `responsibilities.working_days`), counted from the day after.
    """

    __tablename__ = "report_categories"
    __table_args__ = (
        ForeignKeyConstraint(["version", "parent_code"], ["report_categories.version", "report_categories.code"]),
        # What is reported under has an owner and deadlines, what stands above has neither.
        CheckConstraint(
            "(parent_code IS NULL) = (department_code IS NULL) AND (parent_code IS NULL) = (normal_days IS NULL)"
            " AND (parent_code IS NULL) = (serious_days IS NULL) AND (parent_code IS NULL) = (urgent_days IS NULL)"
            " AND (parent_code IS NULL) = (dispatch_days IS NULL)",
            name="leaves_have_an_owner",
        ),
        CheckConstraint(
            "urgent_days >= 1 AND serious_days >= urgent_days AND normal_days >= serious_days AND dispatch_days >= 1",
            name="days_in_order",
        ),
    )

    version: Mapped[int] = mapped_column(
        ForeignKey("responsibility_lists.number"), primary_key=True, autoincrement=False
    )
    code: Mapped[str] = mapped_column(String(CATEGORY_CODE_LENGTH_MAX), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(String(CATEGORY_CODE_LENGTH_MAX))
    kind: Mapped[CategoryKind] = mapped_column(enum_column(CategoryKind))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    name_en: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    department_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    normal_days: Mapped[int | None] = mapped_column(Integer)
    serious_days: Mapped[int | None] = mapped_column(Integer)
    urgent_days: Mapped[int | None] = mapped_column(Integer)
    # By when the street or town must have given it to the department.
    dispatch_days: Mapped[int | None] = mapped_column(Integer)
    # Never shown to the public, whatever becomes of a report.
    is_private: Mapped[bool]
