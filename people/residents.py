"""Residents: their number, their registration with their accounts, and finding them again."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_11_10

from ledger import Asset, NewAccount, Side, new_id, open_accounts
from people.errors import (
    NoFreeNumberError,
    PhoneInvalidError,
    ResidentUnknownError,
    UnitUnknownError,
)
from people.model import NAME_LENGTH_MAX, Level, Resident, Unit
from people.phone_vault import PhoneVault, masked_digits, normal_phone
from people.texts import clean_text, search_text
from people.units import below

_NUMBER = re.compile(r"[1-9][0-9]{8}")
_BETWEEN_DIGITS = re.compile(r"[\s-]+")
_FIRST_DRAWN, _DRAWN_COUNT = 10_000_000, 90_000_000
_ATTEMPTS_MAX = 100
# Three accounts a resident: stays well below the 32,766 variables of one SQLite statement.
_REGISTERED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class NewResident:
    """Somebody to be registered."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    unit_code: str


@dataclass(frozen=True, slots=True)
class ResidentPage:
    """Residents, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Resident]
    next_before: UUID | None


def register_resident(
    session: Session, *, name: str, phone: str, unit_code: str, vault: PhoneVault, now: datetime
) -> Resident:
    """Register one resident and open their accounts.

    Raises:
        TextRefusedError: the name is empty, too long, or has forbidden characters.
        PhoneInvalidError: the phone is none.
        UnitUnknownError: the unit is not in the tree.
    """
    newcomer = NewResident(name, phone, unit_code)
    return register_residents(session, newcomers=[newcomer], vault=vault, now=now)[0]


def register_residents(
    session: Session,
    *,
    newcomers: Sequence[NewResident],
    vault: PhoneVault,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> list[Resident]:
    """Register many residents, all or none, and open their accounts; return them in the order given.

    `draw(n)` gives a number from 0 to n - 1; another source than the system's makes numbers repeatable (for a demo).

    Raises:
        TextRefusedError: a name is empty, too long, or has forbidden characters.
        PhoneInvalidError: a phone is none.
        UnitUnknownError: a unit is no place of the tree.
    """
    names = [clean_text(newcomer.name, field="name", length_max=NAME_LENGTH_MAX) for newcomer in newcomers]
    phones = [normal_phone(newcomer.phone) for newcomer in newcomers]
    _check_units(session, {newcomer.unit_code for newcomer in newcomers})
    residents: list[Resident] = []
    for start in range(0, len(newcomers), _REGISTERED_AT_ONCE):
        part = slice(start, start + _REGISTERED_AT_ONCE)
        ids = [new_id() for _ in newcomers[part]]
        numbers = _free_numbers(session, len(ids), draw)
        accounts = iter(open_accounts(session, [account for id_ in ids for account in _accounts(id_)]))
        for id_, number, name, phone, newcomer in zip(
            ids, numbers, names[part], phones[part], newcomers[part], strict=True
        ):
            residents.append(
                Resident(
                    id=id_,
                    number=number,
                    name=name,
                    phone_encrypted=vault.encrypt(phone),
                    phone_lookup=vault.lookup(phone),
                    unit_code=newcomer.unit_code,
                    available_account_id=next(accounts),
                    held_account_id=next(accounts),
                    minutes_account_id=next(accounts),
                    registered_at=now,
                )
            )
        session.add_all(residents[part])
        session.flush()
    return residents


def get_resident(session: Session, resident_id: UUID) -> Resident:
    """Return the resident with this id.

    Raises:
        ResidentUnknownError: there is none.
    """
    resident = session.get(Resident, resident_id)
    if resident is None:
        raise ResidentUnknownError(resident_id)
    return resident


def resident_going_on(session: Session, resident_id: UUID) -> Resident:
    """Return the resident with this id; of records of one person that were merged, the one that goes on.

    Raises:
        ResidentUnknownError: there is none.
    """
    resident = get_resident(session, resident_id)
    # A record that goes on may itself be merged later, but only into one that has not left: the way ends.
    while resident.merged_into_id is not None:
        resident = get_resident(session, resident.merged_into_id)
    return resident


def resident_by_number(session: Session, number: str) -> Resident:
    """Return the resident with this number, typed with or without blanks and hyphens.

    Of two records of one person that were merged, either number leads to the one that goes on.

    Raises:
        ResidentUnknownError: there is none, or the check digit is wrong.
    """
    normal = normal_number(number)
    resident = session.scalar(select(Resident).where(Resident.number == normal)) if normal else None
    if resident is None:
        raise ResidentUnknownError
    return resident_going_on(session, resident.id)


def residents_by_id(session: Session, resident_ids: Collection[UUID]) -> dict[UUID, Resident]:
    """Return those of the residents that there are, by id, for lists that name them."""
    found = session.scalars(select(Resident).where(Resident.id.in_(resident_ids)))
    return {resident.id: resident for resident in found}


def residents_by_number(session: Session, numbers: Collection[str]) -> dict[str, Resident]:
    """Return those of the residents that there are, by their normal number; at most 30,000 at once."""
    found = session.scalars(select(Resident).where(Resident.number.in_(numbers)))
    return {resident.number: resident for resident in found}


def count_residents(session: Session, *, within_path: str | Collection[str] | None = None) -> int:
    """Return how many residents are registered, in all or below the unit or units with this path."""
    query = select(func.count()).select_from(Resident)
    if within_path is not None:
        query = query.join(Unit, Unit.code == Resident.unit_code).where(below(within_path))
    return session.scalars(query).one()


def find_residents(
    session: Session,
    *,
    text: str,
    vault: PhoneVault,
    within_path: str | Collection[str] | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> ResidentPage:
    """Return residents by number, by whole phone number or by part of the name (all for an empty text), newest first.

    `within_path` is the path of a unit, or of several, whose subtrees are searched; `before` is the last page's
    `next_before`.

    Raises:
        TextRefusedError: the text is too long or has forbidden characters.
    """
    query = _matching(text, vault).order_by(Resident.id.desc()).limit(limit + 1)
    if within_path is not None:
        query = query.join(Unit, Unit.code == Resident.unit_code).where(below(within_path))
    if before is not None:
        query = query.where(Resident.id < before)
    found = list(session.scalars(query))
    return ResidentPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def masked_phone(resident: Resident, vault: PhoneVault) -> str:
    """Return a resident's phone number with its middle hidden.

    Raises:
        PhoneUnreadableError: the vault has not the key it was encrypted with.
    """
    return masked_digits(vault.decrypt(resident.phone_encrypted))


def renew_phones(session: Session, *, vault: PhoneVault, after: UUID | None = None, limit: int = 1_000) -> UUID | None:
    """Encrypt phones anew with the newest key; return `after` for the next call, None at the end.

    When it has returned None, keys older than the newest may leave the key file.

    Raises:
        PhoneUnreadableError: the vault lacks a key that is still in use.
    """
    query = select(Resident).order_by(Resident.id).limit(limit)
    if after is not None:
        query = query.where(Resident.id > after)
    residents = list(session.scalars(query))
    for resident in residents:
        resident.phone_encrypted = vault.renewed(resident.phone_encrypted)
    session.flush()
    return residents[-1].id if len(residents) == limit else None


def normal_number(text: str) -> str | None:
    """Return a resident's number without blanks and hyphens, None if it is none or its check digit is wrong."""
    if len(text) > 40:
        return None
    number = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    return number if _NUMBER.fullmatch(number) and mod_11_10.is_valid(number) else None


def grouped_number(number: str) -> str:
    """Return a resident's number as it is printed and read out: 123 456 789."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def _matching(text: str, vault: PhoneVault) -> Select[Resident]:
    query = select(Resident)
    wanted = search_text(text, length_max=NAME_LENGTH_MAX)
    if not wanted:
        return query
    number = normal_number(wanted)
    if number is not None:
        return query.where(Resident.number == number)
    try:
        return query.where(Resident.phone_lookup == vault.lookup(normal_phone(wanted)))
    except PhoneInvalidError:
        return query.where(Resident.name.icontains(wanted, autoescape=True))


def _check_units(session: Session, codes: set[str]) -> None:
    known = set(session.scalars(select(Unit.code).where(Unit.level != Level.DEPARTMENT)))
    for code in codes - known:
        raise UnitUnknownError(code)


def _accounts(resident_id: UUID) -> Iterator[NewAccount]:
    for name, asset in (("available", Asset.PAB), ("held", Asset.PAB), ("minutes", Asset.MIN)):
        yield NewAccount(f"resident:{resident_id.hex}:{name}", asset, Side.CREDIT)


def _free_numbers(session: Session, count: int, draw: Callable[[int], int]) -> list[str]:
    """Draw numbers that nobody has. Two registrations at once may still draw the same: the unique key then decides."""
    free: dict[str, None] = {}
    for _ in range(_ATTEMPTS_MAX):
        drawn = {draw_number(draw): None for _ in range(count - len(free))}
        taken = set(session.scalars(select(Resident.number).where(Resident.number.in_(list(drawn)))))
        free |= {number: None for number in drawn if number not in taken}
        if len(free) == count:
            return list(free)
    raise NoFreeNumberError(_ATTEMPTS_MAX)


def draw_number(draw: Callable[[int], int]) -> str:
    """Draw a number with its check digit; nobody is asked whether it is taken.

    Raises:
        NoFreeNumberError: `draw` keeps giving numbers that are not issued.
    """
    for _ in range(_ATTEMPTS_MAX):
        digits = str(_FIRST_DRAWN + draw(_DRAWN_COUNT))
        number = digits + mod_11_10.calc_check_digit(digits)
        # ISO 7064 MOD 11,10 finds every wrong digit but lets 2 % of swapped neighbours pass. Numbers of which a swap
        # would pass are not issued, so that a swap never names another resident.
        if not any(mod_11_10.is_valid(swapped) for swapped in _swaps(number)):
            return number
    raise NoFreeNumberError(_ATTEMPTS_MAX)


def _swaps(number: str) -> Iterator[str]:
    for left in range(len(number) - 1):
        if number[left] != number[left + 1]:
            yield number[:left] + number[left + 1] + number[left] + number[left + 2 :]
