"""The cover line (兑付保障): per fund, the money that backs its credits equals the credits, wherever they are."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from awards.errors import FundUnknownError
from awards.funds import TREASURY, list_funds
from awards.model import Fund
from ledger import Asset, CreditLot, Holding, holdings

# Where credits and money lie, by the codes of the accounts, and with what sign they count in which figure.
_BACKING = "fund:%:backing"
_FIGURES = {
    "fund:%:available": ("available", 1),
    "fund:%:held": ("held", 1),
    _BACKING: ("backing", 1),
    "resident:%:available": ("outstanding", 1),
    "resident:%:held": ("outstanding", 1),
    "merchant:%:payable": ("outstanding", 1),
    "merchant:%:in_settlement": ("outstanding", 1),
    "resident:%:receivable": ("outstanding", -1),
    "merchant:%:receivable": ("outstanding", -1),
}
_KINDS = (*_FIGURES, TREASURY.code)


@dataclass(frozen=True, slots=True)
class CoverLine:
    """Where a fund's credits are and what backs them, in minor units: `backing` should equal the other three."""

    fund: Fund
    available: int
    held: int
    outstanding: int
    backing: int

    @property
    def is_covered(self) -> bool:
        """Whether every credit of the fund is backed, and nothing else is."""
        return self.backing == self.available + self.held + self.outstanding


def cover_lines(session: Session) -> list[CoverLine]:
    """Return the cover line of every fund, by code; all figures of one call were true at one moment."""
    # The sums come first: a fund made in between is in the list of funds and has nothing yet.
    figures = _figures(holdings(session, assets=[Asset.PAB, Asset.CNY], kinds=_KINDS))
    return [_line(fund, figures[fund.code]) for fund in list_funds(session)]


def fund_position(session: Session, code: str) -> CoverLine:
    """Return the cover line of one fund.

    Raises:
        FundUnknownError: no such fund.
    """
    for line in cover_lines(session):
        if line.fund.code == code:
            return line
    raise FundUnknownError(code)


def every_fund_is_covered(session: Session) -> str | None:
    """Return the first difference between credits and the money behind them, None where all are covered.

    Every fund is covered, the treasury holds exactly the backing of all funds, and no credits lie outside the known
    kinds of accounts or bear the label of no fund.
    """
    held = holdings(session, assets=[Asset.PAB, Asset.CNY], kinds=_KINDS)
    funds = {fund.code: fund for fund in list_funds(session)}
    return next(_differences(held, funds), None)


def _differences(held: list[Holding], funds: dict[str, Fund]) -> Iterator[str]:
    for part in held:
        if not part.kind:
            yield f"an account of no known kind holds {part.amount} of {part.label}"
    figures = _figures(held)
    for code, figures_of_fund in sorted(figures.items()):
        if code not in funds:
            yield f"{code} is no fund, but credits bear its label"
        elif not (line := _line(funds[code], figures_of_fund)).is_covered:
            yield (
                f"fund {code}: backing {line.backing}, but available {line.available} + held {line.held}"
                f" + outstanding {line.outstanding}"
            )
    treasury = sum(part.amount for part in held if part.kind == TREASURY.code)
    backing = sum(each["backing"] for each in figures.values())
    if treasury != backing:
        yield f"{TREASURY.code} holds {treasury}, but all funds' backing is {backing}"


def _figures(held: list[Holding]) -> defaultdict[str, Counter[str]]:
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for part in held:
        if part.kind in _FIGURES:
            figure, sign = _FIGURES[part.kind]
            # Money has no lots: its fund is read off the account's code.
            fund = part.label.split(":")[1] if part.kind == _BACKING else CreditLot.parse(part.label).fund
            figures[fund][figure] += sign * part.amount
    return figures


def _line(fund: Fund, figures: Counter[str]) -> CoverLine:
    return CoverLine(fund, figures["available"], figures["held"], figures["outstanding"], figures["backing"])
