"""The responsibility list (权力清单): which department answers for what, and by when; published whole, in versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from people import Level, Unit, units_by_code
from responsibilities.errors import CategoryUnknownError, ResponsibilitiesFileError, ResponsibilitiesUnknownError
from responsibilities.faults import ListFault
from responsibilities.files import Deadlines, Responsibility, is_category_code
from responsibilities.model import Category, ResponsibilityList


@dataclass(frozen=True, slots=True)
class ListChanges:
    """How a list differs from the one in force: lines that are new, that say something else, and what it lacks."""

    new: list[Responsibility]
    changed: list[Responsibility]
    left_out: list[Category]

    @property
    def are_none(self) -> bool:
        """Whether the list says the same."""
        return not (self.new or self.changed or self.left_out)


def changes_of(session: Session, lines: Sequence[Responsibility]) -> ListChanges:
    """Return how a list that could be published differs from the one in force.

    Raises:
        ResponsibilitiesFileError: as `publish_responsibilities`.
    """
    _check(session, lines)
    standing = categories(session)
    in_force = {each.code: _facts_of(each) for each in standing}
    listed = {each.code for each in lines}
    return ListChanges(
        new=[each for each in lines if each.code not in in_force],
        changed=[each for each in lines if each.code in in_force and in_force[each.code] != _facts(each)],
        left_out=[each for each in standing if each.code not in listed],
    )


def publish_responsibilities(
    session: Session, *, lines: Sequence[Responsibility], actor: str, now: datetime
) -> ResponsibilityList:
    """Publish a list as the next version; where it says the same as the one in force, return that one.

    Of two published at once, one meets a unique violation.

    Raises:
        ResponsibilitiesFileError: the first line that cannot be published, and why: a code that stands twice, a parent
            that is none, a category without an owner, an owner that is no department.
    """
    current = session.scalars(select(ResponsibilityList).order_by(ResponsibilityList.number.desc()).limit(1)).first()
    if changes_of(session, lines).are_none and current is not None:
        return current
    published = ResponsibilityList(number=current.number + 1 if current else 1, published_by=actor, published_at=now)
    session.add(published)
    session.flush()
    rows = [_row(published.number, line) for line in lines]
    # Those at the top first: the others' keys point at them.
    rows.sort(key=lambda row: row["parent_code"] is not None)
    session.execute(insert(Category), rows)
    return published


def list_in_force(session: Session) -> ResponsibilityList:
    """Return the version in force.

    Raises:
        ResponsibilitiesUnknownError: none was published yet.
    """
    newest = session.scalars(select(ResponsibilityList).order_by(ResponsibilityList.number.desc()).limit(1)).first()
    if newest is None:
        raise ResponsibilitiesUnknownError
    return newest


def get_version(session: Session, number: int) -> ResponsibilityList:
    """Return the version with this number.

    Raises:
        ResponsibilitiesUnknownError: there is none.
    """
    found = session.get(ResponsibilityList, number)
    if found is None:
        raise ResponsibilitiesUnknownError(number)
    return found


def list_versions(session: Session) -> list[ResponsibilityList]:
    """Return all versions, the newest first."""
    return list(session.scalars(select(ResponsibilityList).order_by(ResponsibilityList.number.desc())))


def categories(session: Session, *, version: int | None = None) -> list[Category]:
    """Return the categories of a version (of the one in force for None) by code; nothing where there is none."""
    wanted = select(func.max(ResponsibilityList.number)).scalar_subquery() if version is None else version
    return list(session.scalars(select(Category).where(Category.version == wanted).order_by(Category.code)))


# Asked with every report, so it is put together once.
_NEWEST = select(func.max(ResponsibilityList.number))


def get_category(session: Session, code: str, *, version: int | None = None) -> Category:
    """Return a category that may be reported under, of a version or of the one in force.

    Raises:
        CategoryUnknownError: there is none, or others stand below it.
    """
    # Some texts the database cannot even hear.
    if not is_category_code(code):
        raise CategoryUnknownError(code)
    number = session.connection().execute(_NEWEST).scalar() if version is None else version
    found = session.get(Category, (number, code)) if number is not None else None
    if found is None or found.parent_code is None:
        raise CategoryUnknownError(code)
    return found


def deadlines_of(category: Category) -> Deadlines:
    """Return the working days of a category that may be reported under."""
    days = (category.normal_days, category.serious_days, category.urgent_days, category.dispatch_days)
    return Deadlines(*(each or 0 for each in days))


def _check(session: Session, lines: Iterable[Responsibility]) -> None:
    by_code: dict[str, Responsibility] = {}
    owners = {line.department_code for line in lines if line.department_code}
    units = units_by_code(session, owners)
    for each in lines:
        if fault := _fault(each, by_code, units):
            raise fault
        by_code[each.code] = each
    tops = {code for code, each in by_code.items() if each.parent_code is None}
    for bare in sorted(tops - {each.parent_code for each in by_code.values()}):
        raise ResponsibilitiesFileError(by_code[bare].line, ListFault.NOTHING_BELOW, code=bare)
    if not by_code:
        raise ResponsibilitiesFileError(1, ListFault.EMPTY)


def _fault(
    line: Responsibility, before: dict[str, Responsibility], units: dict[str, Unit]
) -> ResponsibilitiesFileError | None:
    """Return what keeps a line from being published, after those before it."""
    if line.code in before:
        return ResponsibilitiesFileError(line.line, ListFault.CODE_TWICE, code=line.code)
    if line.parent_code is None:
        has_any = line.department_code or line.deadlines
        return ResponsibilitiesFileError(line.line, ListFault.TOP_WITH_OWNER) if has_any else None
    parent = before.get(line.parent_code)
    if parent is None or parent.parent_code is not None:
        return ResponsibilitiesFileError(line.line, ListFault.PARENT, parent_code=line.parent_code)
    if parent.kind is not line.kind:
        facts = {"code": line.code, "kind": line.kind, "parent_code": parent.code, "parent_kind": parent.kind}
        return ResponsibilitiesFileError(line.line, ListFault.OTHER_KIND, **facts)
    if line.department_code is None or line.deadlines is None:
        return ResponsibilitiesFileError(line.line, ListFault.NO_OWNER, code=line.code)
    owner = units.get(line.department_code)
    if owner is None or owner.level is not Level.DEPARTMENT:
        return ResponsibilitiesFileError(line.line, ListFault.NO_DEPARTMENT, department_code=line.department_code)
    return None


_Facts = tuple[object, ...]


def _row(version: int, line: Responsibility) -> dict[str, object]:
    days = line.deadlines
    return {
        "version": version,
        "code": line.code,
        "parent_code": line.parent_code,
        "kind": line.kind,
        "name": line.name,
        "name_en": line.name_en,
        "department_code": line.department_code,
        "normal_days": days and days.normal,
        "serious_days": days and days.serious,
        "urgent_days": days and days.urgent,
        "dispatch_days": days and days.dispatch,
        "is_private": line.is_private,
    }


def _facts(line: Responsibility) -> _Facts:
    return tuple(_row(0, line).values())


def _facts_of(standing: Category) -> _Facts:
    columns = [column.key for column in Category.__table__.columns]
    return tuple(0 if name == "version" else getattr(standing, name) for name in columns)
