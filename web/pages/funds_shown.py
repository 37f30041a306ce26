"""Funds on pages: their names, and the cover of their credits."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import CoverLine, cover_lines, list_funds
from ledger import LotBalance
from web.clock import today
from web.pages.shapes import Expiring, FundCover


def fund_names(session: Session) -> dict[str, str]:
    """Return the names of all funds by their codes."""
    return {fund.code: fund.name for fund in list_funds(session)}


def fund_covers(session: Session) -> list[FundCover]:
    """Return the cover of every fund."""
    return [fund_cover(line) for line in cover_lines(session)]


def fund_cover(line: CoverLine) -> FundCover:
    """Return one fund's cover as it is shown."""
    fund = line.fund
    return FundCover(fund.code, fund.name, fund.purpose, line.available, line.held, line.outstanding, line.backing)


def together(covers: Iterable[FundCover]) -> FundCover:
    """Return the sum of funds' covers."""
    all_funds = list(covers)
    return FundCover(
        code="",
        name=_("Together"),
        purpose="",
        available=sum(cover.available for cover in all_funds),
        held=sum(cover.held for cover in all_funds),
        outstanding=sum(cover.outstanding for cover in all_funds),
        backing=sum(cover.backing for cover in all_funds),
    )


def expiring(parts: Iterable[LotBalance], names: dict[str, str]) -> list[Expiring]:
    """Return the lots that can still be spent, in the order in which they are."""
    return [
        Expiring(names.get(part.lot.fund, part.lot.fund), part.amount, part.lot.expires_on)
        for part in parts
        if part.lot.expires_on is None or part.lot.expires_on >= today()
    ]
