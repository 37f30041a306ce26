"""Comparing a bank statement with what the books say was paid to merchants: what fits, and what differs either way."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import merchants
from settlements.bank_statements import lines_of_statement
from settlements.model import BankStatement, BankStatementLine, Payee, Settlement, SettlementStatus
from settlements.payees import payees_of

# The bank may be days later than the office; what was paid longer before is of an earlier statement.
_EARLIER = timedelta(days=31)
_BLANKS = re.compile(r"\s+")


class MatchedBy(StrEnum):
    """By what a line of the bank was recognised as a settlement's payment."""

    DOCUMENT = "document"
    ACCOUNT = "account"
    NAME = "name"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Match:
    """A line of the bank that is a settlement's payment, or its money that came back."""

    line: BankStatementLine
    settlement: Settlement
    merchant_code: str
    merchant_name: str
    by: MatchedBy

    @property
    def difference(self) -> int:
        """What the bank moved more than the books, in fen; negative where it was less."""
        return abs(self.line.paid_out) - self.settlement.amount


@dataclass(slots=True)
class Reconciled:
    """What a statement and the books say of each other, sums in fen.

    `paid` are payments that fit, `differing` those of another amount, `came_back` money that the bank sent back;
    `missing` were paid by the books in the statement's days and are not on it; `others` are lines that are no
    settlement's.
    """

    paid: list[Match] = field(default_factory=list)
    differing: list[Match] = field(default_factory=list)
    came_back: list[Match] = field(default_factory=list)
    missing: list[Settlement] = field(default_factory=list)
    others: list[BankStatementLine] = field(default_factory=list)

    @property
    def by_the_books(self) -> int:
        """What the books paid of what is compared."""
        return sum(each.settlement.amount for each in [*self.paid, *self.differing]) + sum(
            each.amount for each in self.missing
        )

    @property
    def by_the_bank(self) -> int:
        """What the bank paid of it."""
        return sum(each.line.paid_out for each in [*self.paid, *self.differing])

    @property
    def fits(self) -> bool:
        """Whether bank and books say the same: nothing differs, is missing, or came back without being booked."""
        booked = all(each.settlement.status is SettlementStatus.RETURNED for each in self.came_back)
        return not self.differing and not self.missing and booked


def reconcile(session: Session, statement: BankStatement, *, first: datetime, last: datetime) -> Reconciled:
    """Compare a statement with the settlements that were paid; nothing is written.

    `first` and `last` are the instants at which the statement's days begin and end. Each line and each settlement fits
    once: first by document and amount, then by account, by the holder's name, and where only one of either is left, by
    the amount alone. A document with another amount is a difference.
    """
    query = select(Settlement).where(Settlement.paid_at >= first - _EARLIER, Settlement.paid_at < last)
    candidates = list(session.scalars(query.order_by(Settlement.paid_at, Settlement.id)))
    matching = _Matching(session, candidates)
    lines = lines_of_statement(session, statement.id)
    told = Reconciled()
    left = [line for line in lines if line.paid_out > 0]
    for by, fits in matching.ways():
        found = matching.take(left, by, fits)
        told.paid += found
        left = _without(left, found)
    told.differing = matching.take(left, MatchedBy.DOCUMENT, matching.names_document)
    back = [line for line in lines if line.paid_out < 0]
    told.came_back = matching.sent_back(back)
    told.others = sorted(_without([*left, *back], [*told.differing, *told.came_back]), key=lambda line: line.line)
    told.missing = [each for each in matching.left if each.paid_at is not None and each.paid_at >= first]
    return told


Fits = Callable[[BankStatementLine, Settlement], bool]


class _Matching:
    """Settlements that are not recognised yet."""

    def __init__(self, session: Session, settlements: Sequence[Settlement]) -> None:
        owners = {each.merchant_id for each in settlements}
        self._shops = merchants.merchants_by_id(session, owners)
        self._payees: dict[UUID, Payee] = payees_of(session, owners)
        self._all = list(settlements)
        self.left = list(settlements)

    def ways(self) -> list[tuple[MatchedBy, Fits]]:
        """Return how lines are recognised, the surest way first."""
        return [
            (MatchedBy.DOCUMENT, lambda line, each: _same_amount(line, each) and self.names_document(line, each)),
            (MatchedBy.ACCOUNT, lambda line, each: _same_amount(line, each) and self._same_account(line, each)),
            (MatchedBy.NAME, lambda line, each: _same_amount(line, each) and self._same_name(line, each)),
            (MatchedBy.AMOUNT, _same_amount),
        ]

    def take(self, lines: Iterable[BankStatementLine], by: MatchedBy, fits: Fits) -> list[Match]:
        """Return the lines that fit a settlement in this way; by the amount alone only where nothing else could."""
        found: list[Match] = []
        waiting = list(lines)
        for line in list(waiting):
            fitting = [each for each in self.left if fits(line, each)]
            if not fitting:
                continue
            alike = [other for other in waiting if fits(other, fitting[0])]
            if by is MatchedBy.AMOUNT and (len(fitting) > 1 or len(alike) > 1):
                continue
            found.append(self._match(line, fitting[0], by))
            self.left.remove(fitting[0])
            waiting.remove(line)
        return found

    def sent_back(self, lines: Iterable[BankStatementLine]) -> list[Match]:
        """Return the lines by which money of a settlement came in again."""
        found: list[Match] = []
        taken: set[UUID] = set()
        for line in lines:
            for way, fits in self.ways()[:3]:
                fitting = [each for each in self._all if each.id not in taken and fits(line, each)]
                # What is booked as returned is meant first.
                fitting.sort(key=lambda each: each.status is not SettlementStatus.RETURNED)
                if fitting:
                    found.append(self._match(line, fitting[0], way))
                    taken.add(fitting[0].id)
                    break
        return found

    def names_document(self, line: BankStatementLine, settlement: Settlement) -> bool:
        """Say whether the bank's reference names the document by which a settlement was paid."""
        document, reference = _plain(settlement.document), _plain(line.reference)
        return bool(document) and re.search(rf"(?<!\w){re.escape(document)}(?!\w)", reference) is not None

    def _same_account(self, line: BankStatementLine, settlement: Settlement) -> bool:
        payee = self._payees.get(settlement.merchant_id)
        return payee is not None and bool(line.account_lookup) and payee.account_lookup == line.account_lookup

    def _same_name(self, line: BankStatementLine, settlement: Settlement) -> bool:
        payee, shop = self._payees.get(settlement.merchant_id), self._shops[settlement.merchant_id]
        names = {_plain(shop.name), *([] if payee is None else [_plain(payee.holder)])}
        return _plain(line.counterparty) in names

    def _match(self, line: BankStatementLine, settlement: Settlement, by: MatchedBy) -> Match:
        shop = self._shops[settlement.merchant_id]
        return Match(line, settlement, shop.code, shop.name, by)


def _same_amount(line: BankStatementLine, settlement: Settlement) -> bool:
    return abs(line.paid_out) == settlement.amount


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip().casefold()


def _without(lines: Iterable[BankStatementLine], matches: Iterable[Match]) -> list[BankStatementLine]:
    gone = {each.line.line for each in matches}
    return [line for line in lines if line.line not in gone]
