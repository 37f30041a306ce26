"""Reports that another program brings (Open311), and what its people say about them afterwards."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import new_id
from people import Level, Principal, TextRefusedError, Unit, child_units, clean_lines, units_by_code
from reports.bare_facts import is_report_number
from reports.errors import PlaceUnknownError, ReportUnknownError
from reports.model import NAME_LENGTH_MAX, OUTSIDE_TEXT_LENGTH_MAX, Channel, Report
from reports.outside_model import EXTERNAL_ID_LENGTH_MAX, OUTSIDE_STATUS_LENGTH_MAX, OutsideComment, OutsideReport
from reports.reporting import submit


class BroughtReport(NamedTuple):
    """A report that a program brought, and whether it is new rather than one that it had brought before."""

    report: Report
    is_new: bool


def bring(
    session: Session,
    *,
    category_code: str,
    description: str,
    unit_codes: list[str],
    by: Principal,
    now: datetime,
    external_id: str | None = None,
    address: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> BroughtReport:
    """Take in a report from another program; under an id that it brought before, return the report that there is.

    The place is the first of the codes that names one; without any, the county, whose supervisors know where it
    belongs. The address is cut to its first 100 characters. Of two brought at
    once under one id, one meets a unique violation.

    Raises:
        CategoryUnknownError, PositionError, TextRefusedError: as `submit`; also where the id cannot be kept.
        PlaceUnknownError: there is no tree of units.
    """
    known_as = _clean_id(external_id)
    if (known := _brought_before(session, by, known_as)) is not None:
        return BroughtReport(known, is_new=False)
    report = submit(
        session,
        category_code=category_code,
        description=description,
        unit_code=_place_of(session, unit_codes).code,
        by=by,
        address=_clean_address(address),
        latitude=latitude,
        longitude=longitude,
        channel=Channel.OPEN311,
        now=now,
    )
    session.add(OutsideReport(report_id=report.id, sender=by.actor, external_id=known_as, photos_missing=0))
    session.flush()
    return BroughtReport(report, is_new=True)


def names_a_place(session: Session, codes: list[str]) -> bool:
    """Say whether one of the codes is that of a place of the community."""
    return _first_place(session, codes) is not None


def miss_photos(session: Session, *, report_id: UUID, count: int) -> None:
    """Note how many of the photos that came with a brought report could not be had.

    Raises:
        ReportUnknownError: nobody brought a report with this id.
    """
    brought = session.get(OutsideReport, report_id)
    if brought is None:
        raise ReportUnknownError(report_id)
    brought.photos_missing = count


def comment(
    session: Session,
    *,
    number: str,
    text: str,
    status: str,
    said_at: datetime,
    by: Principal,
    now: datetime,
    external_id: str | None = None,
) -> OutsideComment:
    """Attach what somebody said to a report that the same sender brought; the same id again is the same comment.

    It is told to officers and changes nothing: where a report stands is said by its steps alone. The text may be empty.

    Raises:
        ReportUnknownError: they brought no report with this number.
        TextRefusedError: the text or the status is too long, or the id cannot be kept.
    """
    theirs = (
        select(Report)
        .join(OutsideReport, OutsideReport.report_id == Report.id)
        .where(Report.number == number, OutsideReport.sender == by.actor)
    )
    report = session.scalars(theirs).one_or_none() if is_report_number(number) else None
    if report is None:
        raise ReportUnknownError(number)
    known_as = _clean_id(external_id)
    if known_as is not None:
        same = (OutsideComment.sender == by.actor, OutsideComment.external_id == known_as)
        if (known := session.scalars(select(OutsideComment).where(*same)).one_or_none()) is not None:
            return known
    made = OutsideComment(
        id=new_id(),
        report_id=report.id,
        sender=by.actor,
        external_id=known_as,
        text=clean_lines(text, field="description", length_max=OUTSIDE_TEXT_LENGTH_MAX) if text else "",
        status=clean_lines(status, field="status", length_max=OUTSIDE_STATUS_LENGTH_MAX),
        said_at=said_at,
        received_at=now,
    )
    session.add(made)
    session.flush()
    return made


def comments_of(session: Session, report_id: UUID) -> list[OutsideComment]:
    """Return what was said about a report outside, the earliest received first."""
    return list(
        session.scalars(select(OutsideComment).where(OutsideComment.report_id == report_id).order_by(OutsideComment.id))
    )


def _brought_before(session: Session, by: Principal, external_id: str | None) -> Report | None:
    if external_id is None:
        return None
    return session.scalars(
        select(Report)
        .join(OutsideReport, OutsideReport.report_id == Report.id)
        .where(OutsideReport.sender == by.actor, OutsideReport.external_id == external_id)
    ).one_or_none()


def _first_place(session: Session, codes: list[str]) -> Unit | None:
    found = units_by_code(session, codes) if codes else {}
    units = (found[code] for code in codes if code in found)
    return next((unit for unit in units if unit.level is not Level.DEPARTMENT), None)


def _place_of(session: Session, codes: list[str]) -> Unit:
    if (place := _first_place(session, codes)) is not None:
        return place
    roots = child_units(session, None, limit=1)
    if not roots:
        raise PlaceUnknownError("")
    return roots[0]


def _clean_id(external_id: str | None) -> str | None:
    return external_id and clean_lines(external_id, field="external_id", length_max=EXTERNAL_ID_LENGTH_MAX)


def _clean_address(address: str | None) -> str | None:
    if not address:
        return None
    try:
        line = ", ".join(clean_lines(address, field="address", length_max=OUTSIDE_TEXT_LENGTH_MAX).splitlines())
    except TextRefusedError:
        # Where something is matters more than how it is written: the position and the description remain.
        return None
    return line if len(line) <= NAME_LENGTH_MAX else f"{line[: NAME_LENGTH_MAX - 1].rstrip()}…"
