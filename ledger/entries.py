"""The plain values an entry is made of, and the rules of double entry they must keep."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from ledger.errors import EntryInvalidError

# Amounts are BIGINT in the database; sums of a whole province stay far below.
AMOUNT_MAX = 2**53 - 1


class Asset(StrEnum):
    """What the ledger counts: credits, volunteer minutes, duties of departments, money."""

    PAB = "PAB"
    MIN = "MIN"
    DUTY = "DUTY"
    CNY = "CNY"

    @property
    def scale(self) -> int:
        """How many decimal digits a minor unit stands for."""
        return 2 if self in (Asset.PAB, Asset.CNY) else 0


class Side(StrEnum):
    """The two sides of an account."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


_NEVER = "never"


@dataclass(frozen=True, slots=True, order=False)
class CreditLot:
    """The label of credits: the fund that backs them and their last day, None for no end.

    A label reads `2027-12-31:peace` or `never:peace`; the order of labels as text is the order of spending:
    earliest day first, the same day by fund code, undated ones last.
    """

    fund: str
    expires_on: date | None = None

    @property
    def label(self) -> str:
        """The label as the books keep it."""
        return f"{self.expires_on.isoformat() if self.expires_on else _NEVER}:{self.fund}"

    @classmethod
    def parse(cls, label: str) -> "CreditLot":
        """Return the lot a label names.

        Raises:
            EntryInvalidError: the text is no label of credits.
        """
        day, separator, fund = label.partition(":")
        try:
            expires_on = None if day == _NEVER else date.fromisoformat(day)
        except ValueError:
            raise EntryInvalidError(f"{label!r} is no lot of credits") from None
        lot = cls(fund, expires_on)
        # Any other spelling of the day would not sort where the day belongs.
        if not separator or not fund or lot.label != label:
            raise EntryInvalidError(f"{label!r} is no lot of credits")
        return lot


# `CreditLot.parse` of labels met before: entries of one day bear the same few.
known_lot = lru_cache(maxsize=4096)(CreditLot.parse)


@dataclass(frozen=True, slots=True)
class Line:
    """One posting to be: an account, a side and a positive amount in minor units of its asset.

    `lot` names the fund and day of credits, the due date of duties, and is empty for minutes and money.
    """

    account_id: int
    asset: Asset
    side: Side
    amount: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One balanced event to be written.

    `actor` is the opaque id of who did it, `description` comes from a catalogue: neither names a person.
    """

    id: UUID
    kind: str
    actor: str
    occurred_at: datetime
    lines: tuple[Line, ...]
    description: str = ""
    reverses_id: UUID | None = None


def moves_a_lot_both_ways(entry: NewEntry) -> bool:
    """Say whether an entry both lowers and raises one lot of an account."""
    lots = {(line.account_id, line.lot) for line in entry.lines}
    return len(lots) < len({(line.account_id, line.lot, line.side) for line in entry.lines})


def debit(account_id: int, asset: Asset, amount: int, lot: str = "") -> Line:
    """Return a debit line."""
    return Line(account_id, asset, Side.DEBIT, amount, lot)


def credit(account_id: int, asset: Asset, amount: int, lot: str = "") -> Line:
    """Return a credit line."""
    return Line(account_id, asset, Side.CREDIT, amount, lot)


def check_entries(entries: Sequence[NewEntry]) -> None:
    """Refuse entries that break double entry, before the database is asked.

    Raises:
        EntryInvalidError: there are no entries, or one has fewer than two lines, an amount outside 1..2^53-1, a lot
            that does not suit its asset, a naive time, or does not balance per asset.
    """
    if not entries:
        raise EntryInvalidError("there is nothing to post")
    for entry in entries:
        if len(entry.lines) < 2:
            raise EntryInvalidError("an entry needs at least two postings")
        if entry.occurred_at.tzinfo is None:
            raise EntryInvalidError("an instant needs a time zone")
        difference: dict[Asset, int] = defaultdict(int)
        for line in entry.lines:
            _check_line(line)
            difference[line.asset] += line.amount if line.side is Side.DEBIT else -line.amount
        for asset, amount in difference.items():
            if amount:
                raise EntryInvalidError(f"debits and credits of {asset} differ by {amount}")


def _check_line(line: Line) -> None:
    if not 0 < line.amount <= AMOUNT_MAX:
        raise EntryInvalidError(f"an amount must lie between 1 and {AMOUNT_MAX}")
    if line.asset is Asset.PAB:
        known_lot(line.lot)
    elif (line.asset is Asset.DUTY) != bool(line.lot):
        raise EntryInvalidError(f"lot {line.lot!r} does not suit {line.asset}")
