"""The formula: whatever the tariff and however many join, the parts add up to it."""

from hypothesis import given
from hypothesis import strategies as st

from earnings import RESERVED_PERCENT, split


@given(amount=st.integers(1, 2**53 - 1), percent=st.integers(0, 100), joiners=st.integers(0, 50))
def test_the_parts_add_up_to_the_tariff(amount: int, percent: int, joiners: int) -> None:
    shares = split(amount, percent)
    assert shares.on_acceptance + shares.rest + shares.reserved == amount
    assert min(shares.on_acceptance, shares.rest, shares.reserved) >= 0
    assert shares.on_acceptance <= amount - shares.reserved
    assert shares.reserved == amount * RESERVED_PERCENT // 100
    each, to_first = shares.of_reserved(joiners)
    assert each * joiners + to_first == shares.reserved
    assert 0 <= to_first < (joiners or shares.reserved + 1)


def test_as_it_is_published() -> None:
    shares = split(1_000, 40)
    assert (shares.on_acceptance, shares.rest, shares.reserved) == (400, 400, 200)
    assert shares.of_reserved(0) == (0, 200)
    assert shares.of_reserved(3) == (66, 2)
    assert split(1_000, 100).on_acceptance == 800
