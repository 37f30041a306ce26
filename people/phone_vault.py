"""Phone numbers: their one written form, their mask, and their encryption with keys kept outside the database."""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from people.errors import PhoneInvalidError, PhoneKeysError, PhoneUnreadableError

_BETWEEN_DIGITS = re.compile(r"[\s().\-\u2010-\u2015\u2212]+")
_CHINA = re.compile(r"(?:\+|00)86")
_MOBILE = re.compile(r"1[0-9]{10}")
_LANDLINE = re.compile(r"0[0-9]{9,11}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{7,14}")

_HEADER = (
    "# Keys of residents' phone numbers. Keep a copy, apart from the database's: without it no phone can be read.\n"
    "# 'lookup' finds a phone and never changes; the first 'encrypt' encrypts, all of them decrypt.\n"
)


def normal_phone(text: str) -> str:
    """Return a phone number in its one written form: 11 digits, a landline with its 0, or + and country code.

    Full-width digits, blanks, hyphens, brackets and +86 are understood.

    Raises:
        PhoneInvalidError: it is no phone number.
    """
    if len(text) > 40:
        raise PhoneInvalidError
    phone = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    china = _CHINA.match(phone)
    if china or _MOBILE.fullmatch(phone.removeprefix("86")):
        phone = phone.removeprefix("86") if china is None else phone[china.end() :]
        if not _MOBILE.fullmatch(phone):
            # Abroad one dials a landline without the zero of its area code.
            phone = f"0{phone.removeprefix('0')}"
    elif phone.startswith("00"):
        phone = f"+{phone[2:]}"
    if not any(form.fullmatch(phone) for form in (_MOBILE, _LANDLINE, _FOREIGN)):
        raise PhoneInvalidError
    return phone


def masked_digits(phone: str) -> str:
    """Return a phone number with its middle hidden: 138****0001."""
    return f"{phone[:3]}{'*' * max(len(phone) - 7, 2)}{phone[-4:]}"


class PhoneVault:
    """Encrypts, reads and finds phone numbers with the keys of one key file; safe to share between threads."""

    def __init__(self, key_file: bytes) -> None:
        """Read the keys.

        Raises:
            PhoneKeysError: a line is not a key, or one of the two kinds is missing.
        """
        lookup, encryption = _keys(key_file)
        self._lookup_key = lookup
        self._fernet = MultiFernet(encryption)

    def encrypt(self, phone: str) -> str:
        """Return a phone number (in its normal form) encrypted with the newest key."""
        return self._fernet.encrypt(phone.encode()).decode("ascii")

    def decrypt(self, encrypted: str) -> str:
        """Return the phone number in clear.

        Raises:
            PhoneUnreadableError: none of the keys opens it.
        """
        try:
            return self._fernet.decrypt(encrypted.encode("ascii")).decode()
        except InvalidToken as error:
            raise PhoneUnreadableError from error

    def renewed(self, encrypted: str) -> str:
        """Return what is encrypted, encrypted anew with the newest key.

        Raises:
            PhoneUnreadableError: none of the keys opens it.
        """
        return self.encrypt(self.decrypt(encrypted))

    def lookup(self, phone: str) -> str:
        """Return the keyed hash (HMAC-SHA256, hexadecimal) under which a phone number is found."""
        # A plain hash could be turned back by trying all eleven-digit numbers; the key stands outside the database.
        return hmac.new(self._lookup_key, phone.encode(), hashlib.sha256).hexdigest()


def new_phone_keys() -> bytes:
    """Return the content of a new key file."""
    lookup = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
    return f"{_HEADER}lookup {lookup}\nencrypt {Fernet.generate_key().decode('ascii')}\n".encode()


def rotated_phone_keys(key_file: bytes) -> bytes:
    """Return the content of the key file with a new key that encrypts from now on; the old ones still decrypt.

    Raises:
        PhoneKeysError: the content is no key file.
    """
    _keys(key_file)
    lines = key_file.decode("ascii").splitlines(keepends=True)
    first = next(index for index, line in enumerate(lines) if line.startswith("encrypt "))
    lines.insert(first, f"encrypt {Fernet.generate_key().decode('ascii')}\n")
    return "".join(lines).encode("ascii")


def _keys(key_file: bytes) -> tuple[bytes, list[Fernet]]:
    lookups: list[bytes] = []
    encryption: list[Fernet] = []
    try:
        for line in key_file.decode("ascii").splitlines():
            kind, _, value = line.partition(" ")
            if kind == "lookup":
                lookups.append(base64.urlsafe_b64decode(value))
            elif kind == "encrypt":
                encryption.append(Fernet(value))
            elif line.strip() and not line.startswith("#"):
                raise PhoneKeysError("a line of the phone keys is not a key")
    except ValueError:
        # Also a wrong encoding. The cause would quote the key, so it is dropped.
        raise PhoneKeysError("the phone keys cannot be read") from None
    if len(lookups) != 1 or len(lookups[0]) < 32 or not encryption:
        raise PhoneKeysError("the phone keys need one 'lookup' of 32 bytes and at least one 'encrypt'")
    return lookups[0], encryption
