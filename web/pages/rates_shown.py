"""The three rates of 接诉即办 on pages, each beside its counts: a rate alone hides on how few it rests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from listening import UnitRates
from people import units_by_code


@dataclass(frozen=True, slots=True)
class RateView:
    """How many of how many; `percent` is rounded down, so only what is all is called 100, and None of nobody."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """The share in per cent."""
        return 100 * self.part // self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class UnitRatesView:
    """The rates of one unit, or, without a code, of several together; `not_reached` is in no denominator."""

    code: str
    name: str
    response: RateView
    resolution: RateView
    satisfaction: RateView
    not_reached: int


def rate_views(session: Session, said: Mapping[str, UnitRates]) -> list[UnitRatesView]:
    """Return the rates of units, those with the most to count first, and last, of several, all together."""
    named = units_by_code(session, set(said))
    found = [rates_view(rates, code, named[code].name) for code, rates in said.items() if _counts_something(rates)]
    found.sort(key=lambda view: (-view.response.whole - view.satisfaction.whole - view.resolution.whole, view.code))
    return [*found, rates_view(_together(list(said.values())), "", _("Together"))] if len(found) > 1 else found


def rates_view(rates: UnitRates, code: str, name: str) -> UnitRatesView:
    """Return the rates of counts as pages show them."""
    return UnitRatesView(
        code=code,
        name=name,
        response=RateView(rates.responded, rates.response_due),
        resolution=RateView(rates.resolved, rates.resolution_known),
        satisfaction=RateView(rates.satisfied, rates.rated),
        not_reached=rates.not_reached,
    )


def _together(found: Sequence[UnitRates]) -> UnitRates:
    names = [field.name for field in fields(UnitRates)]
    return UnitRates(**{name: sum(getattr(each, name) for each in found) for name in names})


def _counts_something(rates: UnitRates) -> bool:
    return any(getattr(rates, field.name) for field in fields(rates))
