"""Open reports of the same near a place, for whoever writes one: what they may join instead of reporting it again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from people import get_unit
from reports.errors import ReportUnknownError
from reports.fairness_model import CoReporter
from reports.joining import ENDED
from reports.model import Report, ReportJoin, ReportStatus
from reports.published import is_for_anybody
from reports.reporting import check_position
from responsibilities import Category, get_category

NEAR_M = 300
SUGGESTED_DAYS = 30
SUGGESTIONS_MAX = 5

# Degrees, about a hundred metres: what anybody may know of a position. Distances are measured from there too, because
# exact ones, asked for from three sides, would tell where somebody stood.
_ROUNDED_DIGITS = 3
_ROUNDED_BY = 0.5 * 10**-_ROUNDED_DIGITS
_EARTH_RADIUS_M = 6_371_000
_M_PER_DEGREE = math.radians(_EARTH_RADIUS_M)
# Of a square with more of the same in one month the newest are looked at.
_LOOKED_AT_MAX = 500

_FOR_THE_MIDDLE = 50
_NEWEST_FIRST = (Report.submitted_at.desc(), Report.id.desc())

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An open report as a resident may know it who has not joined it: never its words, its photos or whose it is.

    `position` is rounded to about a hundred metres, and `distance_m` is measured from there; either is None where a
    position is not known.
    """

    id: UUID
    number: str
    category: Category
    unit_code: str
    submitted_on: date
    status: ReportStatus
    position: Position | None
    distance_m: int | None
    is_own: bool
    is_joined: bool

    @property
    def latitude(self) -> float | None:
        """The rounded position's first half."""
        return None if self.position is None else self.position[0]

    @property
    def longitude(self) -> float | None:
        """The rounded position's second half."""
        return None if self.position is None else self.position[1]

    @property
    def may_be_joined(self) -> bool:
        """Whether the reader can say "me too": it is not theirs, and they have not said so before."""
        return not (self.is_own or self.is_joined)


def suggest(
    session: Session,
    *,
    category_code: str,
    unit_code: str | None,
    latitude: float | None,
    longitude: float | None,
    resident_id: UUID,
    now: datetime,
) -> list[Suggestion]:
    """Return up to five open reports of the last 30 days that may be about the same, the nearest and newest first.

    They have the category or one beside it, and lie within 300 m; where one of the two has no position, in the same
    unit. Reports of private categories, and of those who hid themselves, are suggested to nobody but their reporter.

    Raises:
        CategoryUnknownError: nothing may be reported under this code.
        UnitUnknownError: there is no such unit.
        PositionError: half a position, or none on earth.
    """
    category = get_category(session, category_code)
    check_position(latitude, longitude)
    unit = None if unit_code is None else get_unit(session, unit_code)
    position = None if latitude is None or longitude is None else (latitude, longitude)
    alike = _open_alike(session, category, resident_id, now)
    found: list[Suggestion] = []
    if position is not None:
        near = alike.where(*_square_around(position)).order_by(*_NEWEST_FIRST).limit(_LOOKED_AT_MAX)
        found = [each for each in _read(session, near, position, resident_id, now) if _is_near(each)]
    if unit is not None and len(found) < SUGGESTIONS_MAX:
        here = alike.where(Report.unit_code == unit.code)
        if position is not None:
            here = here.where(Report.latitude.is_(None))
        in_order = here.order_by(Report.category_code != category.code, *_NEWEST_FIRST)
        found += _read(session, in_order.limit(SUGGESTIONS_MAX), None, resident_id, now)
    # What comes first of those alike in this was the newest already.
    found.sort(key=lambda each: (each.distance_m is None, each.distance_m or 0, each.category.code != category.code))
    return found[:SUGGESTIONS_MAX]


def suggestion_of(session: Session, report_id: UUID, *, resident_id: UUID, now: datetime) -> Suggestion:
    """Return an open report as it is suggested.

    Raises:
        ReportUnknownError: there is none that may be suggested to this resident.
    """
    query = _open(resident_id).where(Report.id == report_id)
    found = _read(session, query, None, resident_id, now)
    if not found:
        raise ReportUnknownError(report_id)
    return found[0]


def middle_of(session: Session, unit_code: str) -> Position | None:
    """Return about where a unit lies, by reports of it that anybody may know of; None where none has a position."""
    placed = (
        select(Report.latitude, Report.longitude)
        .where(Report.unit_code == unit_code, Report.latitude.is_not(None), is_for_anybody())
        .limit(_FOR_THE_MIDDLE)
    )
    found = [(latitude, longitude) for latitude, longitude in session.execute(placed) if latitude is not None]
    if not found:
        return None
    north, east = (sum(each) / len(found) for each in zip(*found, strict=True))
    return round(north, _ROUNDED_DIGITS), round(east, _ROUNDED_DIGITS)


def metres_between(one: Position, other: Position) -> float:
    """Return the distance of two positions on a sphere (haversine), in metres."""
    south, north = math.radians(one[0]), math.radians(other[0])
    up, across = math.sin((north - south) / 2), math.sin(math.radians(other[1] - one[1]) / 2)
    chord = up * up + math.cos(south) * math.cos(north) * across * across
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def _open(resident_id: UUID) -> Select[Report, Category]:
    return (
        select(Report, Category)
        .join(Category, (Category.version == Report.list_version) & (Category.code == Report.category_code))
        .where(Report.status.not_in(ENDED), or_(Report.resident_id == resident_id, is_for_anybody()))
    )


def _open_alike(session: Session, category: Category, resident_id: UUID, now: datetime) -> Select[Report, Category]:
    beside = select(Category.code).where(
        Category.version == category.version, Category.parent_code == category.parent_code
    )
    since = now - timedelta(days=SUGGESTED_DAYS)
    # As values, so that the database knows how few they are.
    codes = list(session.scalars(beside))
    return _open(resident_id).where(Report.category_code.in_(codes), Report.submitted_at >= since)


def _square_around(position: Position) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of a square that holds all that is near, by positions as they are kept."""
    latitude, longitude = position
    up = NEAR_M / _M_PER_DEGREE + _ROUNDED_BY
    # Near the poles every longitude is near.
    across = min(180.0, NEAR_M / (_M_PER_DEGREE * max(0.001, math.cos(math.radians(latitude)))) + _ROUNDED_BY)
    return (
        Report.latitude.between(latitude - up, latitude + up),
        Report.longitude.between(longitude - across, longitude + across),
    )


def _is_near(suggestion: Suggestion) -> bool:
    return suggestion.distance_m is not None and suggestion.distance_m <= NEAR_M


def _read(
    session: Session, query: Select[Report, Category], position: Position | None, resident_id: UUID, now: datetime
) -> list[Suggestion]:
    joined = exists().where(ReportJoin.report_id == Report.id, ReportJoin.resident_id == resident_id)
    # Who reports it together with its writer has said so too, and cannot join it besides.
    together = exists().where(
        CoReporter.report_id == Report.id, CoReporter.resident_id == resident_id, CoReporter.is_confirmed.is_(True)
    )
    return [
        _suggestion(report, category, position, resident_id, is_joined=is_joined, now=now)
        for report, category, is_joined in session.execute(query.add_columns(or_(joined, together)))
    ]


def _suggestion(
    report: Report,
    category: Category,
    asked: Position | None,
    resident_id: UUID,
    *,
    is_joined: bool,
    now: datetime,
) -> Suggestion:
    rounded = None
    if report.latitude is not None and report.longitude is not None:
        rounded = round(report.latitude, _ROUNDED_DIGITS), round(report.longitude, _ROUNDED_DIGITS)
    return Suggestion(
        id=report.id,
        number=report.number,
        category=category,
        unit_code=report.unit_code,
        submitted_on=report.submitted_at.astimezone(now.tzinfo).date(),
        status=report.status,
        position=rounded,
        distance_m=None if asked is None or rounded is None else round(metres_between(asked, rounded)),
        is_own=report.resident_id == resident_id,
        is_joined=is_joined,
    )
