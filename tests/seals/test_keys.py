"""The key files: what they must hold, and a new key on top of the old ones."""

import pytest

from seals import SealKeys, SealKeysError, new_seal_keys, new_seal_salts
from seals.keys import is_signed_by

KEY_FILE, SALTS_FILE = new_seal_keys(), new_seal_salts()


def test_a_signature_is_known_by_its_key_and_to_no_other() -> None:
    keys, others = SealKeys(KEY_FILE, SALTS_FILE), SealKeys(new_seal_keys(), SALTS_FILE)
    signature = keys.sign("head")
    assert keys.signed(keys.key_id, signature, "head")
    assert not keys.signed(keys.key_id, signature, "heads")
    assert not keys.signed(keys.key_id, others.sign("head"), "head")
    assert not keys.signed(others.key_id, others.sign("head"), "head")
    assert not is_signed_by(b"too short", signature, "head")
    assert (keys.salts_id, len(keys.key_id)) == (others.salts_id, 16)


def test_a_new_key_goes_on_top_and_the_old_one_stays_known() -> None:
    old = SealKeys(KEY_FILE, SALTS_FILE)
    both = SealKeys(new_seal_keys() + KEY_FILE, SALTS_FILE)
    assert both.key_id != old.key_id
    assert list(both.public_keys) == [both.key_id, old.key_id]
    assert both.signed(old.key_id, old.sign("head"), "head")


@pytest.mark.parametrize(
    ("keys", "salts"),
    [
        (b"", SALTS_FILE),
        (b"# nothing but words\n", SALTS_FILE),
        (KEY_FILE + b"ed25519 123\n", SALTS_FILE),
        ("ed25519 钥匙\n".encode(), SALTS_FILE),
        (SALTS_FILE, SALTS_FILE),
        (KEY_FILE, b""),
        (KEY_FILE, KEY_FILE),
        (KEY_FILE, SALTS_FILE + new_seal_salts()),
    ],
)
def test_a_file_that_is_something_else_is_refused(keys: bytes, salts: bytes) -> None:
    with pytest.raises(SealKeysError):
        SealKeys(keys, salts)


def test_other_salts_have_another_name() -> None:
    assert SealKeys(KEY_FILE, new_seal_salts()).salts_id != SealKeys(KEY_FILE, SALTS_FILE).salts_id
