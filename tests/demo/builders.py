"""Builders of small demos: the same code as the full one, with fewer of everything."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import duties
import earnings
import ledger
import publishing
import reports
import settlements
import suspicions
import tills
from awards import ClawBack
from demo import DemoSize, build_demo
from earnings import EarningPart
from ledger.model import JournalEntry
from people import Passwords, PhoneVault, new_phone_keys
from tests.clock import NOON, SHANGHAI

SMALL = DemoSize(residents=200, merchants=6, entries=800, reports=60)
VAULT = PhoneVault(new_phone_keys())
# The least that argon2 allows.
PASSWORDS = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
# What the audit asks about reports and what they earn.
OF_REPORTS = (
    *(*settlements.CHECKS, *suspicions.CHECKS, *tills.CHECKS, *duties.CHECKS, *earnings.CHECKS, *publishing.CHECKS),
    *(*reports.CHECKS, *reports.checks_of_counts(SHANGHAI)),
)
SECRET = b"a secret of the tests, 32 bytes.."


class Pictures(dict[str, bytes]):
    """A store of photos that lives as long as its test."""

    def put(self, key: str, data: bytes) -> None:
        """Keep a photo."""
        self[key] = data

    def delete(self, key: str) -> None:
        """Forget a photo."""
        self.pop(key, None)


def build(
    session: Session,
    *,
    now: datetime = NOON,
    size: DemoSize = SMALL,
    progress: Callable[[int], None] = lambda _entries: None,
) -> None:
    """Build a demo."""
    build_demo(
        session,
        now=now,
        vault=VAULT,
        passwords=PASSWORDS,
        code_secret=SECRET,
        photo_store=Pictures(),
        size=size,
        progress=progress,
    )


def entries(session: Session) -> list[tuple[str, datetime]]:
    """Return the kind of every entry and when it happened, in order."""
    lines = list(csv.DictReader(io.StringIO("".join(ledger.export(session, ledger.ExportFormat.CSV)))))
    found = {line["entry_id"]: (line["kind"], datetime.fromisoformat(line["occurred_at"])) for line in lines}
    return sorted(found.values(), key=lambda entry: (entry[1], entry[0]))


def entries_besides_reports(session: Session) -> int:
    """Return how many entries are of neither reports nor settlements: those that a size asks for."""
    on_top = [*duties.KINDS, "award_staged", "award_unstaged", *settlements.ENTRY_KINDS.values(), "offset"]
    others = session.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.kind.not_in(on_top)))
    paid = session.scalar(select(func.count()).where(EarningPart.award_id.is_not(None))) or 0
    paid += session.scalar(select(func.count()).where(ClawBack.award_id == EarningPart.award_id)) or 0
    # And the money that reports are paid out of.
    appropriated = 1 if session.scalar(select(func.count()).select_from(EarningPart)) else 0
    return (others or 0) - paid - appropriated
