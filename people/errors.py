"""What people refuses, each with the facts of the refusal; no text carries personal data, because texts end in logs."""

from enum import StrEnum
from uuid import UUID

from people.model import Level, Role


class PeopleError(Exception):
    """A rule about people says no; nothing was written."""


class TextFault(StrEnum):
    """Why a text is refused."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTER = "forbidden_character"


class TextRefusedError(PeopleError):
    """A text is empty, too long, or holds characters that cannot be seen or stored."""

    def __init__(self, field: str, fault: TextFault, length_max: int) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault
        self.length_max = length_max


class UnitUnknownError(PeopleError):
    """No unit has this code."""

    def __init__(self, code: str) -> None:
        super().__init__("unknown unit")
        self.code = code


class UnitExistsError(PeopleError):
    """A unit with this code is in the tree already."""

    def __init__(self, code: str) -> None:
        super().__init__(f"unit {code} exists")
        self.code = code


class UnitCodeError(PeopleError):
    """A unit's code is not 1 to 32 capital letters, digits and hyphens."""

    def __init__(self, code: str) -> None:
        super().__init__("a unit's code is 1 to 32 of A-Z, 0-9 and hyphen")
        self.code = code


class UnitLevelError(PeopleError):
    """A unit would stand under a parent that is not above it: levels only go down the tree."""

    def __init__(self, level: Level, parent_level: Level | None) -> None:
        super().__init__(f"a {level} cannot stand under {parent_level or 'nothing'}")
        self.level = level
        self.parent_level = parent_level


class UnitsFileError(PeopleError):
    """A file of units has a fault; the line (counted from 1, with the header) and the reason are named."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class ResidentUnknownError(PeopleError):
    """No resident has this id or number; the id is given only when it was asked by id."""

    def __init__(self, resident_id: UUID | None = None) -> None:
        super().__init__("unknown resident")
        self.resident_id = resident_id


class NoFreeNumberError(PeopleError):
    """No free resident number was drawn in many attempts: the source of chance or the number space is exhausted."""

    def __init__(self, attempts: int) -> None:
        super().__init__(f"no free resident number in {attempts} attempts")
        self.attempts = attempts


class PhoneInvalidError(PeopleError):
    """A phone number is none that could be dialled."""

    def __init__(self) -> None:
        super().__init__("not a phone number")


class PhoneKeysError(PeopleError):
    """The file with the keys of phone numbers cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PhoneUnreadableError(PeopleError):
    """A stored phone number was encrypted with a key that the key file does not hold."""

    def __init__(self) -> None:
        super().__init__("no key of the key file opens this phone number")


class PersonUnknownError(PeopleError):
    """No person has this id."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"unknown person {person_id}")
        self.person_id = person_id


class HandleInvalidError(PeopleError):
    """A handle has the form of a resident's number, so that a log-in could mean either."""

    def __init__(self) -> None:
        super().__init__("a handle cannot be nine digits, which is a resident's number")


class HandleTakenError(PeopleError):
    """The handle belongs to a person of another name."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"the handle belongs to person {person_id}")
        self.person_id = person_id


class ScopeFault(StrEnum):
    """What is wrong about the place of a role."""

    RESIDENT_NEEDED = "resident_needed"
    MERCHANT_NEEDED = "merchant_needed"
    UNIT_NEEDED = "unit_needed"
    NOT_HERE = "not_here"
    KEYS_ONLY = "keys_only"


class RoleScopeError(PeopleError):
    """A role came without the place it needs, or with one it cannot have."""

    def __init__(self, role: Role, fault: ScopeFault) -> None:
        super().__init__(f"{role}: {fault}")
        self.role = role
        self.fault = fault


class GrantUnknownError(PeopleError):
    """No role grant has this id."""

    def __init__(self, grant_id: UUID) -> None:
        super().__init__(f"unknown role grant {grant_id}")
        self.grant_id = grant_id


class ResidentLeftError(PeopleError):
    """The resident has left the scheme: nobody logs in for them any more."""

    def __init__(self, resident_id: UUID) -> None:
        super().__init__(f"resident {resident_id} has left")
        self.resident_id = resident_id


class ApiKeyUnknownError(PeopleError):
    """No API key has this id."""

    def __init__(self, key_id: UUID) -> None:
        super().__init__(f"unknown key {key_id}")
        self.key_id = key_id


class KeyRateError(PeopleError):
    """A key's rate is not a positive number of requests a minute."""

    def __init__(self, rate_a_minute: int) -> None:
        super().__init__("a rate is 1 to 1000000 requests a minute")
        self.rate_a_minute = rate_a_minute


class SessionUnknownError(PeopleError):
    """This log-in has no live session of this id."""

    def __init__(self, session_id: UUID) -> None:
        super().__init__(f"unknown session {session_id}")
        self.session_id = session_id


class CredentialUnknownError(PeopleError):
    """There is no log-in of this id."""

    def __init__(self, credential_id: UUID) -> None:
        super().__init__(f"unknown log-in {credential_id}")
        self.credential_id = credential_id


class PasswordFault(StrEnum):
    """Why a new password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTER = "forbidden_character"
    TOO_COMMON = "too_common"
    LIKE_LOGIN_NAME = "like_login_name"
    KNOWN_TO_OTHERS = "known_to_others"


class PasswordRefusedError(PeopleError):
    """A new password is too short, too long, or one that others would guess."""

    def __init__(self, fault: PasswordFault) -> None:
        super().__init__(f"password: {fault}")
        self.fault = fault
