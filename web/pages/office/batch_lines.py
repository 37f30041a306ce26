"""Judging the lines of a list of awards: which can be granted, and for each that cannot every reason, in words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import BadLine, BatchLine, LineFault, check_lines
from ledger import AMOUNT_MAX
from people import Resident, masked_name, normal_number, residents_by_number, units_by_code
from web.pages.office.batch_files import FileLine
from web.pages.office.reach import reach, reaches

_BETWEEN_DIGITS = re.compile(r"[\s-]+")
_LENGTH_MAX = 100
_AROUND_AMOUNTS = re.compile(r"\s|[¥元]")
# Commas only between thousands: "12,50" may mean 12.50, and is asked about instead of guessed.
_AMOUNT = re.compile(r"([+-]?)([0-9]{1,20}|[0-9]{1,3}(?:,[0-9]{3}){1,6})(?:\.([0-9]{0,20}))?")


@dataclass(frozen=True, slots=True)
class GoodLine:
    """A line that can be granted, in minor units."""

    line: int
    number: str
    name_masked: str
    amount: int
    resident_id: UUID


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """A line with what is to be said about it."""

    line: int
    text: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedLines:
    """A list of awards after it was looked at; `repeated` lines can be granted, but perhaps are not meant."""

    good: Sequence[GoodLine]
    bad: Sequence[FaultyLine]
    repeated: Sequence[FaultyLine]

    @property
    def total(self) -> int:
        """The sum of the good lines, in minor units."""
        return sum(line.amount for line in self.good)

    @property
    def awards(self) -> list[BatchLine]:
        """The good lines as they are granted."""
        return [BatchLine(line.resident_id, line.amount) for line in self.good]

    @property
    def written(self) -> str:
        """The good lines as a file that says the same."""
        return "".join(f"{line.number},{line.amount // 100}.{line.amount % 100:02}\n" for line in self.good)


@dataclass(slots=True)
class _Judged:
    """A line while it is looked at."""

    source: FileLine
    number: str | None
    amount: int
    reasons: list[str]
    resident: Resident | None = None


def check_batch(session: Session, lines: Sequence[FileLine]) -> CheckedLines:
    """Look at every line of a list, for the officer who asks."""
    judged = [_read(line) for line in lines]
    _find_residents(session, judged)
    _ask_the_rules(session, judged)
    good = [
        GoodLine(each.source.line, each.resident.number, masked_name(each.resident.name), each.amount, each.resident.id)
        for each in judged
        if each.resident is not None and not each.reasons
    ]
    bad = [FaultyLine(each.source.line, each.source.text, tuple(each.reasons)) for each in judged if each.reasons]
    return CheckedLines(good, bad, _repeated(good, judged))


def _read(line: FileLine) -> _Judged:
    amount, reasons = _amount(line.amount)
    number, fault = _number(line.number)
    if fault:
        reasons.insert(0, fault)
    if line.surplus:
        reasons.append(_("There is more on this line than a number and an amount."))
    return _Judged(line, number, amount, reasons)


def _number(text: str) -> tuple[str | None, str]:
    if not text:
        return None, _("The resident's number is missing.")
    number = normal_number(text)
    if number is not None:
        return number, ""
    digits = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if len(digits) == 9 and digits.isascii() and digits.isdigit():
        return None, _("A digit of this number is wrong, or two are swapped: the check digit does not fit.")
    return None, _("This is no resident's number: it has nine digits.")


def _amount(text: str) -> tuple[int, list[str]]:
    """Return an amount in minor units, and all that is wrong about it."""
    if not text:
        return 0, [_("The amount is missing.")]
    if len(text) > _LENGTH_MAX:
        return 0, [_("This is no amount.")]
    plain = _AROUND_AMOUNTS.sub("", unicodedata.normalize("NFKC", text).replace("−", "-"))
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return 0, [_("This is no amount.")]
    sign, whole, decimals = found[1], found[2].replace(",", ""), (found[3] or "").rstrip("0")
    minor = Decimal(f"{sign}{whole}.{decimals or 0}") * 100
    reasons = []
    if minor <= 0:
        reasons.append(_("The amount must be above 0."))
    if len(decimals) > 2:
        reasons.append(_("The amount has more than two decimals."))
    if minor > AMOUNT_MAX:
        reasons.append(_("The amount is too large."))
    return (0 if reasons else int(minor)), reasons


def _find_residents(session: Session, judged: Sequence[_Judged]) -> None:
    found = residents_by_number(session, {each.number for each in judged if each.number})
    units = units_by_code(session, {resident.unit_code for resident in found.values()})
    everywhere = reach() is None
    # Somebody else's resident is told apart from nobody only by those who may see both.
    unknown = _("No resident has this number.") if everywhere else _("No resident of your area has this number.")
    for each in judged:
        resident = found.get(each.number or "")
        if resident is not None and (everywhere or reaches(units[resident.unit_code].path)):
            each.resident = resident
        elif each.number:
            each.reasons.insert(0, unknown)


def _ask_the_rules(session: Session, judged: Sequence[_Judged]) -> None:
    """Add what the rules of awards find: an account that takes no credits any more."""
    asked = [each for each in judged if each.resident is not None]
    # An amount that could not be read has its reason already, and is none of the rules' business.
    lines = [BatchLine(each.resident.id, each.amount or 1) for each in asked if each.resident is not None]
    faults: list[BadLine] = check_lines(session, lines) if lines else []
    for fault in faults:
        if fault.fault is LineFault.ACCOUNT_CLOSED:
            asked[fault.index].reasons.append(_("This resident's account is closed."))


def _repeated(good: Sequence[GoodLine], judged: Sequence[_Judged]) -> list[FaultyLine]:
    """Return the good lines of residents who stand on the list more than once."""
    times = Counter(line.number for line in good)
    texts = {each.source.line: each.source.text for each in judged}
    return [
        FaultyLine(
            line.line,
            texts[line.line],
            (_("This resident stands on the list %(count)s times.", count=times[line.number]),),
        )
        for line in good
        if times[line.number] > 1
    ]
