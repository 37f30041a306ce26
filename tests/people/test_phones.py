"""Phone numbers: one written form, a mask, and keys outside the database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people import PhoneInvalidError, PhoneKeysError, PhoneUnreadableError, PhoneVault, new_phone_keys, normal_phone
from people.phone_vault import masked_digits, rotated_phone_keys


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13800000001", "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("138-0000-0001", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("0086 13800000001", "13800000001"),
        ("8613800000001", "13800000001"),
        ("１３８００００００01", "13800000001"),
        ("(0359) 800 0001", "03598000001"),
        ("+86 359 8000001", "03598000001"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_a_phone_has_one_written_form_however_it_is_typed(typed: str, normal: str) -> None:
    assert normal_phone(typed) == normal
    assert normal_phone(normal) == normal


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1380000000", "138000000011", "abc", "+", "+86", "0" * 39, "1" * 41, "138\x000000001", "\ud800"],
)
def test_what_cannot_be_dialled_is_no_phone(typed: str) -> None:
    with pytest.raises(PhoneInvalidError) as refused:
        normal_phone(typed)
    assert typed == "" or typed not in str(refused.value)


@pytest.mark.parametrize(
    ("phone", "shown"), [("13800000001", "138****0001"), ("+442079460958", "+44******0958"), ("+12345678", "+12**5678")]
)
def test_a_masked_phone_hides_its_middle(phone: str, shown: str) -> None:
    assert masked_digits(phone) == shown


@given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
def test_what_the_vault_encrypts_only_the_vault_reads(phone: str) -> None:
    vault, other = PhoneVault(KEYS), PhoneVault(OTHER_KEYS)
    encrypted = vault.encrypt(phone)
    assert phone not in encrypted
    assert vault.decrypt(encrypted) == phone
    assert vault.encrypt(phone) != encrypted
    assert vault.lookup(phone) == vault.lookup(phone) != other.lookup(phone)
    with pytest.raises(PhoneUnreadableError):
        other.decrypt(encrypted)


KEYS, OTHER_KEYS = new_phone_keys(), new_phone_keys()


def test_after_a_rotation_old_phones_are_read_and_found_and_new_ones_use_the_new_key() -> None:
    before, after = PhoneVault(KEYS), PhoneVault(rotated_phone_keys(KEYS))
    old, new = before.encrypt("13800000001"), after.encrypt("13800000001")
    assert after.decrypt(old) == "13800000001"
    assert after.lookup("13800000001") == before.lookup("13800000001")
    with pytest.raises(PhoneUnreadableError):
        before.decrypt(new)
    with pytest.raises(PhoneUnreadableError):
        before.decrypt(after.renewed(old))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"lookup AAAA\n",
        KEYS.replace(b"encrypt", b"decrypt"),
        KEYS.replace(b"lookup", b"# lookup"),
        KEYS + KEYS,
        KEYS.replace(b"encrypt ", b"encrypt x"),
        KEYS + "钥匙".encode(),
    ],
)
def test_a_file_that_is_no_key_file_is_refused_without_quoting_it(content: bytes) -> None:
    with pytest.raises(PhoneKeysError) as refused:
        PhoneVault(content)
    assert refused.value.__cause__ is None
    secret = KEYS.splitlines()[-1].split()[1].decode()
    assert secret not in refused.value.reason
