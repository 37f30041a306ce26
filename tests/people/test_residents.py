"""Residents: their number, their accounts, and finding them again."""

import random
from collections.abc import Callable
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
from ledger import new_id
from people import (
    NewResident,
    NoFreeNumberError,
    PhoneInvalidError,
    PhoneUnreadableError,
    PhoneVault,
    Resident,
    ResidentUnknownError,
    TextRefusedError,
    UnitUnknownError,
    find_residents,
    get_resident,
    get_unit,
    grouped_number,
    masked_phone,
    new_phone_keys,
    normal_number,
    register_residents,
    renew_phones,
    resident_by_number,
    rotated_phone_keys,
)
from people.residents import draw_number
from tests.clock import NOON
from tests.people.builders import COMMUNITY, OTHER_COMMUNITY, OTHER_TOWN, TOWN, resident


def seeded(seed: int) -> Callable[[int], int]:
    """Return a source of numbers that gives the same ones again."""
    return random.Random(seed).randrange


def test_a_resident_gets_a_number_three_accounts_and_a_place(tree: Session, vault: PhoneVault) -> None:
    made = resident(tree, vault, name="张小三", phone="+86 138 0000 0001")
    assert normal_number(made.number) == made.number
    assert (made.name, made.unit_code, made.registered_at) == ("张小三", COMMUNITY, NOON)
    for name, account_id in (
        ("available", made.available_account_id),
        ("held", made.held_account_id),
        ("minutes", made.minutes_account_id),
    ):
        assert ledger.account_id(tree, f"resident:{made.id.hex}:{name}") == account_id
        assert ledger.balance(tree, account_id) == 0


def test_the_phone_is_stored_encrypted_and_shown_masked(tree: Session, vault: PhoneVault) -> None:
    made = resident(tree, vault, phone="13800000001")
    tree.expire_all()
    stored = tree.get_one(Resident, made.id)
    assert "13800000001" not in f"{stored.phone_encrypted} {stored.phone_lookup}"
    assert masked_phone(stored, vault) == "138****0001"
    assert stored.registered_at == NOON.astimezone(UTC)


def test_a_resident_in_a_log_is_an_opaque_id(tree: Session, vault: PhoneVault) -> None:
    made = resident(tree, vault)
    assert repr(made) == f"Resident({made.id})"
    assert "张" not in repr(NewResident("张小三", "13800000001", COMMUNITY))


def test_what_is_wrong_about_one_newcomer_stops_all(tree: Session, vault: PhoneVault) -> None:
    good = NewResident("张小三", "13800000001", COMMUNITY)
    wrong: list[tuple[NewResident, type[Exception]]] = [
        (NewResident("张\u202e三", "13800000001", COMMUNITY), TextRefusedError),
        (NewResident("张小三", "138", COMMUNITY), PhoneInvalidError),
        (NewResident("张小三", "13800000001", "999"), UnitUnknownError),
        (NewResident("张小三", "13800000001", "140881-D01"), UnitUnknownError),  # nobody lives in a department
    ]
    for newcomer, error in wrong:
        with pytest.raises(error):
            register_residents(tree, newcomers=[good, newcomer], vault=vault, now=NOON)
    assert tree.scalar(select(func.count()).select_from(Resident)) == 0


def test_many_are_registered_at_once_in_the_order_given_and_repeatably(tree: Session, vault: PhoneVault) -> None:
    newcomers = [NewResident(f"居民{i}", f"1380000{i:04}", COMMUNITY) for i in range(2_100)]
    made = register_residents(tree, newcomers=newcomers, vault=vault, now=NOON, draw=seeded(7))
    assert [each.name for each in made] == [newcomer.name for newcomer in newcomers]
    assert len({each.number for each in made}) == 2_100
    first = made[0]
    assert ledger.account_id(tree, f"resident:{first.id.hex}:held") == first.held_account_id
    assert first.number == draw_number(seeded(7))


def test_a_number_that_somebody_has_is_drawn_again(tree: Session, vault: PhoneVault) -> None:
    newcomer = NewResident("张小三", "13800000001", COMMUNITY)
    draws = iter([5, 5, 5, 6])
    numbers = [
        register_residents(tree, newcomers=[newcomer], vault=vault, now=NOON, draw=lambda _: next(draws))[0].number
        for _ in range(2)
    ]
    assert [number[:8] for number in numbers] == ["10000005", "10000006"]


def test_a_broken_source_of_chance_is_noticed(tree: Session, vault: PhoneVault) -> None:
    newcomers = [NewResident("张小三", "13800000001", COMMUNITY)] * 2
    with pytest.raises(NoFreeNumberError) as refused:
        register_residents(tree, newcomers=newcomers, vault=vault, now=NOON, draw=lambda _: 5)
    assert refused.value.attempts == 100


drawn_numbers = st.integers(0, 2**64).map(lambda seed: draw_number(seeded(seed)))


@given(drawn_numbers, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_in_a_number_is_noticed(number: str, place: int, difference: int) -> None:
    wrong = str((int(number[place]) + difference) % 10)
    assert normal_number(number[:place] + wrong + number[place + 1 :]) is None


@given(drawn_numbers, st.integers(0, 7))
def test_two_swapped_neighbours_in_a_number_are_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or normal_number(swapped) is None


def test_a_number_of_which_a_swap_would_pass_is_not_issued() -> None:
    # Both pass the check digit of ISO 7064 MOD 11,10.
    assert normal_number("100000678") is not None
    assert normal_number("100000768") is not None
    draws = iter([67, 76, 5])
    assert draw_number(lambda _: next(draws)).startswith("10000005")
    with pytest.raises(NoFreeNumberError):
        draw_number(lambda _: 67)


@pytest.mark.parametrize(
    "typed", ["", "12345678", "0" * 9, "abcdefghi", "1" * 50, "\x00", "\ud800", "１００００００６"]
)
def test_what_is_no_number_names_nobody(tree: Session, typed: str) -> None:
    assert normal_number(typed) is None
    with pytest.raises(ResidentUnknownError) as refused:
        resident_by_number(tree, typed)
    assert refused.value.resident_id is None


def test_a_resident_is_found_by_id_and_by_the_number_as_people_type_it(tree: Session, vault: PhoneVault) -> None:
    made = resident(tree, vault)
    full_width = made.number.translate({ord(str(digit)): ord("０") + digit for digit in range(10)})
    for typed in (made.number, grouped_number(made.number), "-".join(made.number), full_width):
        assert resident_by_number(tree, typed) is made
    assert get_resident(tree, made.id) is made
    unknown = new_id()
    with pytest.raises(ResidentUnknownError) as refused:
        get_resident(tree, unknown)
    assert refused.value.resident_id == unknown


def names(session: Session, vault: PhoneVault, text: str, within: str | None = None) -> list[str]:
    path = get_unit(session, within).path if within else None
    return [each.name for each in find_residents(session, text=text, vault=vault, within_path=path).items]


def test_residents_are_searched_by_number_by_whole_phone_and_by_part_of_the_name(
    tree: Session, vault: PhoneVault
) -> None:
    zhang = resident(tree, vault, name="张小三", phone="13800000001")
    resident(tree, vault, name="Maria 100%", phone="13800000002")
    assert names(tree, vault, grouped_number(zhang.number)) == ["张小三"]
    assert names(tree, vault, "+86 138-0000-0001") == ["张小三"]
    assert names(tree, vault, "小三") == ["张小三"]
    assert names(tree, vault, "maria") == ["Maria 100%"]
    assert names(tree, vault, "%") == ["Maria 100%"]
    assert names(tree, vault, "0001") == []
    assert sorted(names(tree, vault, " ")) == ["Maria 100%", "张小三"]
    with pytest.raises(TextRefusedError):
        names(tree, vault, "张\x00")


def test_a_search_stays_within_its_subtree(tree: Session, vault: PhoneVault) -> None:
    here = resident(tree, vault, name="张小三", unit=COMMUNITY)
    resident(tree, vault, name="张小四", unit=OTHER_COMMUNITY)
    assert names(tree, vault, "张", within=TOWN) == ["张小三"]
    assert names(tree, vault, "13800000001", within=OTHER_TOWN) == ["张小四"]
    assert names(tree, vault, here.number, within=OTHER_TOWN) == []


def test_residents_are_paged_newest_first_and_each_comes_once(tree: Session, vault: PhoneVault) -> None:
    newcomers = [NewResident(f"居民{i}", "13800000001", COMMUNITY) for i in range(5)]
    made = register_residents(tree, newcomers=newcomers, vault=vault, now=NOON)
    seen, before = [], None
    for size in (2, 2, 1):
        page = find_residents(tree, text="", vault=vault, limit=2, before=before)
        assert len(page.items) == size
        seen += [each.id for each in page.items]
        before = page.next_before
    assert before is None
    assert seen == sorted((each.id for each in made), reverse=True)


def test_after_phones_are_renewed_the_old_key_can_go(tree: Session) -> None:
    keys = new_phone_keys()
    newcomers = [NewResident("张小三", f"1380000000{i}", COMMUNITY) for i in range(3)]
    made = register_residents(tree, newcomers=newcomers, vault=PhoneVault(keys), now=NOON)
    rotated = rotated_phone_keys(keys)
    after, calls = renew_phones(tree, vault=PhoneVault(rotated), limit=2), 1
    while after is not None:
        after, calls = renew_phones(tree, vault=PhoneVault(rotated), after=after, limit=2), calls + 1
    assert calls == 2
    lines = rotated.splitlines()
    newest = b"\n".join(line for line in lines if line != lines[-1])
    assert [masked_phone(each, PhoneVault(newest)) for each in made] == [f"138****000{i}" for i in range(3)]
    with pytest.raises(PhoneUnreadableError):
        masked_phone(made[0], PhoneVault(keys))
