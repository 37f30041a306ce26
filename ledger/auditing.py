"""Proving the books from their postings alone: every check is run, and each names the first difference it finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from ledger.account_checks import CHECKS_OF_ACCOUNTS
from ledger.checks import Check, Remark
from ledger.engine import read_all
from ledger.entry_checks import CHECKS_OF_ENTRIES
from ledger.guards import the_guards_stand, who_could_change_the_books
from ledger.period_checks import CHECKS_OF_PERIODS


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found: `detail` is the first difference, or a remark where all is well, or empty."""

    name: str
    ok: bool
    detail: str


def audit(
    session: Session, extra_checks: Sequence[Check] = (), extra_remarks: Sequence[Remark] = ()
) -> Iterator[CheckResult]:
    """Check the whole books, then run the caller's own checks and remarks, and yield each result as it is known.

    A check's name is its function's, in words; what it cannot read is a difference. It reads only, and its statements
    see entries that are written meanwhile whole or not at all.
    """
    read_all(session)
    for check in (*CHECKS_OF_ENTRIES, *CHECKS_OF_ACCOUNTS, *CHECKS_OF_PERIODS, the_guards_stand, *extra_checks):
        difference = _difference(check, session)
        yield CheckResult(_in_words(check), difference is None, difference or "")
    for remark in (*extra_remarks, who_could_change_the_books):
        yield CheckResult(_in_words(remark), ok=True, detail=remark(session))


def _difference(check: Check, session: Session) -> str | None:
    try:
        return check(session)
    # Somebody put there what no column of ours holds. The checks that follow still say what they find.
    except (DataError, TypeError, ValueError) as unreadable:
        first_line, *_ = str(unreadable).splitlines() or [""]
        return f"what stands there cannot be read: {first_line}"


def _in_words(check: Check | Remark) -> str:
    return check.__name__.replace("_", " ")
