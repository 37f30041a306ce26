"""The published formula: how the constant sum of an incident is shared, whatever the order in which people come.

Of a tariff of T minor units R = ⌊T × 20 %⌋ is reserved for those who joined with new evidence; the first reporter's
share is F = T − R. On acceptance A = min(⌊T × p %⌋, F) is paid, p being the tariff's percentage; the rest of the share,
H = F − A, follows at closure, or on the day after the department missed its date. At closure each of n joiners gets
⌊R / n⌋, and what does not divide goes to the first; where nobody joined, all of R does. So A + H + R = T always, and a
lone reporter gets the whole tariff. Those who report together are one reporter: what is the first reporter's they share
evenly, and what does not divide goes to the first of them.
"""

from dataclasses import dataclass

RESERVED_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of one tariff in minor units; they always add up to it."""

    on_acceptance: int
    rest: int
    reserved: int

    def of_reserved(self, joiners: int) -> tuple[int, int]:
        """Return what of the reserved part each of so many joiners gets, and what of it goes to the first reporter."""
        each = self.reserved // joiners if joiners else 0
        return each, self.reserved - each * joiners


def among(amount: int, count: int) -> tuple[int, int]:
    """Return what each of so many who report together gets of an amount, and what the first of them gets besides."""
    each = amount // count
    return each, amount - each * count


def split(amount: int, on_acceptance_percent: int) -> Shares:
    """Return the parts of a tariff's amount."""
    reserved = amount * RESERVED_PERCENT // 100
    share = amount - reserved
    on_acceptance = min(amount * on_acceptance_percent // 100, share)
    return Shares(on_acceptance, share - on_acceptance, reserved)
