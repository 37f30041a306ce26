"""The whole books as text that outside programs read: hledger and ledger-cli, beancount, or CSV. No personal data."""

import csv
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ledger.beancount_names import MAPPING_IN_WORDS, beancount_name
from ledger.engine import read_all
from ledger.entries import Asset, Side
from ledger.model import Account, JournalEntry, Posting

_ROWS_AT_ONCE = 1_000

# Accounts have no opening day in the books, but beancount wants one: a day before every entry.
_BEFORE_EVERY_ENTRY = "1970-01-01"

_CSV_HEADER = (
    *("entry_id", "kind", "description", "actor", "occurred_at", "recorded_at", "reverses_id"),
    *("line", "account", "asset", "lot", "side", "amount"),
)

# What is told of an entry besides its day, its kind and its description.
_FACTS = ("actor", "occurred_at", "recorded_at", "reverses")

# One posting with what is needed of its entry and its account.
_PostingRow = Row[*tuple[Any, ...]]


class ExportFormat(StrEnum):
    """The forms in which the books are handed out."""

    LEDGER = "ledger"
    BEANCOUNT = "beancount"
    CSV = "csv"


def export(session: Session, form: ExportFormat, *, zone: tzinfo = UTC) -> Iterator[str]:
    """Stream all entries in the order they were recorded, as pieces of text; `zone` decides on which day each happened.

    Amounts have the scale of their asset and debits are positive, save in CSV: minor units, always positive, beside
    their side. Where others write meanwhile, call it in a transaction with one snapshot (REPEATABLE READ).
    """
    read_all(session)
    return _WRITERS[form](session, zone)


# --- reading, a few rows at a time ------------------------------------------------------------------------------------


def _accounts(session: Session) -> Iterator[Row[*tuple[Any, ...]]]:
    query = select(Account.code, Account.asset, Account.normal_side, Account.bounded).order_by(Account.code)
    yield from session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))


def _postings(session: Session) -> Iterator[_PostingRow]:
    query = (
        select(
            JournalEntry.id,
            JournalEntry.kind,
            JournalEntry.description,
            JournalEntry.actor,
            JournalEntry.occurred_at,
            JournalEntry.recorded_at,
            JournalEntry.reverses_id,
            Posting.line,
            Account.code,
            Account.normal_side,
            Account.bounded,
            Posting.asset,
            Posting.lot,
            Posting.side,
            Posting.amount,
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .join(Account, Account.id == Posting.account_id)
        .order_by(JournalEntry.recorded_at, JournalEntry.id, Posting.line)
    )
    yield from session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))


def _entries(session: Session) -> Iterator[Sequence[_PostingRow]]:
    for _, postings in groupby(_postings(session), key=attrgetter("id")):
        yield list(postings)


# --- writing ----------------------------------------------------------------------------------------------------------


def _as_ledger(session: Session, zone: tzinfo) -> Iterator[str]:
    yield "; The books, for hledger and ledger: accounts are named by their codes, debits are positive.\n\n"
    for asset in Asset:
        yield f"commodity {asset}\n"
        if asset.scale:
            yield f"    format {_decimal(1000 * 10**asset.scale, asset)} {asset}\n"
    # Said beforehand, so that the programs' strictest checks know every word.
    yield from (f"tag {name}\n" for name in ("lot", *_FACTS))
    for account in _accounts(session):
        yield f"account {account.code}\n"
    for postings in _entries(session):
        first = postings[0]
        lines = [
            f"\n{_day(first, zone)} * ({first.id}) {_on_one_line(first.kind, first.description).replace(';', ',')}\n",
            *(f"    ; {name}: {value}\n" for name, value in _facts(first)),
        ]
        for posting in postings:
            lot = f"  ; lot: {posting.lot}" if posting.lot else ""
            lines.append(f"    {posting.code}  {_signed(posting)} {posting.asset}{lot}\n")
        yield "".join(lines)


def _as_beancount(session: Session, zone: tzinfo) -> Iterator[str]:
    yield from (f"; {line}\n" for line in MAPPING_IN_WORDS)
    yield f'\noption "title" {_quoted("平安账")}\n'
    yield from (f'option "operating_currency" "{asset}"\n' for asset in Asset)
    for account in _accounts(session):
        name = beancount_name(account.code, account.normal_side, bounded=account.bounded)
        yield f"\n{_BEFORE_EVERY_ENTRY} open {name} {account.asset}\n    code: {_quoted(account.code)}\n"
    for postings in _entries(session):
        first = postings[0]
        lines = [
            f"\n{_day(first, zone)} * {_quoted(_on_one_line(first.kind, first.description))}\n",
            f'    id: "{first.id}"\n',
            *(f"    {name}: {_quoted(value)}\n" for name, value in _facts(first)),
        ]
        for posting in postings:
            name = beancount_name(posting.code, posting.normal_side, bounded=posting.bounded)
            lines.append(f"    {name}  {_signed(posting)} {posting.asset}\n")
            if posting.lot:
                lines.append(f"        lot: {_quoted(posting.lot)}\n")
        yield "".join(lines)


class _Echo:
    """A file for the csv module that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _as_csv(session: Session, zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield str(writer.writerow(_CSV_HEADER))
    for row in _postings(session):
        occurred_at, recorded_at = row.occurred_at.astimezone(zone).isoformat(), _utc(row.recorded_at)
        entry = (row.id, row.kind, row.description, row.actor, occurred_at, recorded_at, row.reverses_id or "")
        yield str(writer.writerow((*entry, row.line, row.code, row.asset, row.lot, row.side, row.amount)))


_WRITERS: dict[ExportFormat, Callable[[Session, tzinfo], Iterator[str]]] = {
    ExportFormat.LEDGER: _as_ledger,
    ExportFormat.BEANCOUNT: _as_beancount,
    ExportFormat.CSV: _as_csv,
}


def _facts(entry: _PostingRow) -> Iterator[tuple[str, str]]:
    values = (entry.actor, _utc(entry.occurred_at), _utc(entry.recorded_at), entry.reverses_id)
    yield from ((name, str(value)) for name, value in zip(_FACTS, values, strict=True) if value is not None)


def _day(entry: _PostingRow, zone: tzinfo) -> str:
    return str(entry.occurred_at.astimezone(zone).date())


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _signed(posting: _PostingRow) -> str:
    return _decimal(posting.amount if posting.side is Side.DEBIT else -posting.amount, posting.asset)


def _decimal(amount: int, asset: Asset) -> str:
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).rjust(asset.scale + 1, "0")
    return f"{sign}{digits[: -asset.scale]}.{digits[-asset.scale :]}" if asset.scale else f"{sign}{digits}"


# Descriptions come from a catalogue: there are few.
@lru_cache(maxsize=1024)
def _on_one_line(kind: str, description: str) -> str:
    text = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in f"{kind} {description}")
    return " ".join(text.split())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
