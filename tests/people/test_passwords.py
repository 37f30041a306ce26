"""Which passwords may be chosen, and how they are kept."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from people import PasswordFault, PasswordRefusedError, Passwords, check_new_password


def refusal(password: str, login_name: str = "li.guan") -> PasswordFault | None:
    try:
        check_new_password(password, login_name=login_name)
    except PasswordRefusedError as error:
        return error.fault
    return None


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "三只橘猫睡在墙上",
        "a1b2c3d4",
        "74920163",
        "x" * 64 + "y" * 64,
        "永济永济好地方啊啊",
    ],
)
def test_length_is_enough_and_no_kind_of_character_is_demanded(password: str) -> None:
    assert refusal(password) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", PasswordFault.TOO_SHORT),
        ("7 chars", PasswordFault.TOO_SHORT),
        ("x" * 129, PasswordFault.TOO_LONG),
        ("with\x00nul bytes", PasswordFault.FORBIDDEN_CHARACTER),
        ("lone \ud800 surrogate", PasswordFault.FORBIDDEN_CHARACTER),
        ("12345678", PasswordFault.TOO_COMMON),
        ("１２３４５６７８", PasswordFault.TOO_COMMON),
        ("hgfedcba", PasswordFault.TOO_COMMON),
        ("88888888", PasswordFault.TOO_COMMON),
        ("abcabcabc", PasswordFault.TOO_COMMON),
        ("12341234123", PasswordFault.TOO_COMMON),
        ("PassWord1", PasswordFault.TOO_COMMON),
        ("woaini1314", PasswordFault.TOO_COMMON),
        ("13800000001", PasswordFault.KNOWN_TO_OTHERS),
        ("+86 138-0000-0001", PasswordFault.KNOWN_TO_OTHERS),
        ("19560423", PasswordFault.KNOWN_TO_OTHERS),
        ("1956-04-23", PasswordFault.KNOWN_TO_OTHERS),
        ("1956年04月23日", PasswordFault.KNOWN_TO_OTHERS),
    ],
)
def test_a_password_that_others_would_guess_is_refused(password: str, fault: PasswordFault) -> None:
    assert refusal(password) is fault


def test_eight_digits_that_are_no_date_are_no_birthday() -> None:
    assert refusal("19561390") is None


@pytest.mark.parametrize("password", ["wang.laoshi", "WANG.Laoshi", "ihsoal.gnaw", "wang.laoshiwang.laoshi"])
def test_the_login_name_is_no_password(password: str) -> None:
    assert refusal(password, login_name="wang.laoshi") is PasswordFault.LIKE_LOGIN_NAME


@pytest.mark.parametrize("password", ["100000678", "100 000 678"])
def test_a_residents_number_is_no_password(password: str) -> None:
    assert refusal(password, login_name="100000678") is PasswordFault.LIKE_LOGIN_NAME


def test_a_password_is_kept_as_argon2id_and_recognised_in_any_form_of_its_letters(passwords: Passwords) -> None:
    stored = passwords.hash("Zoë 三只橘猫 １２")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, unicodedata.normalize("NFD", "Zoë 三只橘猫 12"))
    assert not passwords.verify(stored, "zoë 三只橘猫 12")
    assert not passwords.verify(stored, "\ud800")


def test_nothing_matches_where_nothing_is_stored(passwords: Passwords) -> None:
    assert not passwords.verify(None, "whatever it is")
    assert not passwords.verify("not a hash", "whatever it is")


def test_a_hash_of_weaker_parameters_is_noticed(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse")
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert not passwords.is_outdated(stored)
    assert stronger.is_outdated(stored)


def test_by_default_a_hash_takes_what_rfc_9106_recommends_where_memory_is_short() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash("correct horse")
