"""Rules of receipt numbers: unique, readable aloud, and a slip of one character is noticed."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from payments import CODE_ALPHABET, new_receipt_no, normal_receipt_no
from tests.clock import NOON
from tests.merchants.builders import merchant, paid, resident

WRITTEN = string.digits + CODE_ALPHABET
NUMBERS = st.builds(new_receipt_no, st.just(NOON))


@given(NUMBERS)
def test_a_number_begins_with_the_day_and_is_short(number: str) -> None:
    assert number.startswith("260601")
    assert len(number) == 14


def test_the_letters_i_and_o_are_in_no_number() -> None:
    numbers = [new_receipt_no(NOON) for _ in range(2_000)]

    assert len(set(numbers)) == 2_000
    assert set("".join(numbers)) == set(WRITTEN)


@given(NUMBERS)
def test_a_number_reads_as_itself_however_it_is_typed(number: str) -> None:
    typed = f" {number[:6].replace('0', 'o').replace('1', 'i')}-{number[6:].lower()}\n"

    assert normal_receipt_no(number) == normal_receipt_no(typed) == number


@given(NUMBERS, st.integers(0, 13), st.sampled_from(string.digits + string.ascii_uppercase))
def test_every_single_wrong_character_is_noticed(number: str, place: int, wrong: str) -> None:
    changed = number[:place] + wrong + number[place + 1 :]
    same = changed.translate(str.maketrans("IO", "10")) == number

    assert normal_receipt_no(changed) == (number if same else None)


@pytest.mark.parametrize("typed", ["", " ", "付款", "1", "260601"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert normal_receipt_no(typed) is None


def test_each_completed_payment_has_its_own_number(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    numbers = [paid(session, payer, shop, 100).receipt_no for _ in range(3)]

    assert len(set(numbers)) == 3
    assert [number and normal_receipt_no(number) for number in numbers] == numbers
