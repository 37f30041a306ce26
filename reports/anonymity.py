"""Reports without a name: what is kept of them tells the day and nothing else, and a code proves whose they are."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from people import Principal, hash_of_spelled_code, new_spelled_code
from reports.hiding_model import ClaimCode
from reports.model import Report

NOBODY = "anonymous"

_BY_HASH = select(ClaimCode.report_id).where(ClaimCode.code_hash == bindparam("code_hash"))


def nobody(report_id: UUID | None = None) -> Principal:
    """Return somebody without a name: before they report, or who showed the code of this report."""
    return Principal(actor=NOBODY, grants=(), name="", matter_id=report_id)


def is_reporter(report: Report, somebody: Principal) -> bool:
    """Say whether a report is somebody's: they are its resident, or have shown its code."""
    own = report.resident_id is not None and somebody.is_resident(report.resident_id)
    return own or somebody.matter_id == report.id


def as_kept(by: Principal, now: datetime) -> datetime:
    """Return the instant that is kept of what somebody does: of nobody only the day is."""
    return datetime.combine(now.date(), time(), now.tzinfo) if by.actor == NOBODY else now


def give_claim_code(session: Session, report: Report) -> str:
    """Return the code of a new anonymous report, to be shown once; its hash stays."""
    code = new_spelled_code()
    session.add(ClaimCode(code_hash=hash_of_spelled_code(code), report_id=report.id))
    session.flush()
    return code


def report_of_code(session: Session | Connection, text: str) -> UUID | None:
    """Return the report to which a code belongs, as somebody may have typed it; None where there is none."""
    code_hash = hash_of_spelled_code(text)
    if code_hash is None:
        return None
    return session.execute(_BY_HASH, {"code_hash": code_hash}).scalar_one_or_none()
