"""Reports without a name: what is kept of them tells the day and nothing else, and a code proves whose they are."""

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from people import Principal
from reports.hiding_model import ClaimCode
from reports.model import Report

NOBODY = "anonymous"
# 25 characters of 32 are 125 random bits: there is nothing to guess. Without look-alikes, in groups of five.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 25, 5
_BETWEEN = re.compile(r"[\s-]")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})

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
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    session.add(ClaimCode(code_hash=_hash(code), report_id=report.id))
    session.flush()
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def report_of_code(session: Session | Connection, text: str) -> UUID | None:
    """Return the report to which a code belongs, as somebody may have typed it; None where there is none."""
    if len(text) > 4 * _LENGTH:
        return None
    code = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_READ_AS)
    return session.execute(_BY_HASH, {"code_hash": _hash(code)}).scalar_one_or_none()


def _hash(code: str) -> str:
    # No salt and no stretching: there is nothing to guess in 125 random bits.
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
