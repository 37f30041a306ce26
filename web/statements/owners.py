"""Whose statements there are: how papers call the owner, which accounts are theirs, and how their lines are told."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import Fund, documents_of_entries, list_funds, reasons_of_entries
from ledger import OwnedAccount, PeriodLine, accounts_of_owner
from merchants import Merchant, merchants_by_code
from payments import payments_of_entries
from people import Resident, grouped_number, masked_name, residents_by_id, units_by_code
from web.statements.words import account_words, kind_words, own_name, part_order

Notes = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class StatementOwner:
    """One owner: `prefix` is how their accounts' codes begin, `kind` and `name` what the paper says at its head.

    `notes_of` says what for, by the entry's id, as far as the reader may know; `names_residents` whether the reader
    learns, masked, which resident stands on the other side.
    """

    prefix: str
    kind: str
    name: str
    reference: str
    accounts: Sequence[OwnedAccount]
    notes_of: Callable[[Session, Sequence[PeriodLine]], Notes] = field(repr=False)
    names_residents: bool


def resident_owner(session: Session, resident: Resident) -> StatementOwner:
    """Return a resident, for themselves and the officers of their unit: masked, because papers lie about."""
    prefix = f"resident:{resident.id.hex}"
    return StatementOwner(
        prefix=prefix,
        kind=_("Resident"),
        name=masked_name(resident.name),
        reference=grouped_number(resident.number),
        accounts=_in_order(accounts_of_owner(session, prefix)),
        notes_of=_reasons,
        names_residents=False,
    )


def merchant_owner(session: Session, merchant: Merchant) -> StatementOwner:
    """Return a merchant, for its owner and those who keep the books."""
    prefix = f"merchant:{merchant.code}"
    return StatementOwner(
        prefix=prefix,
        kind=_("Shop"),
        name=merchant.name,
        reference=merchant.code,
        accounts=_in_order(accounts_of_owner(session, prefix)),
        notes_of=_orders,
        names_residents=True,
    )


def fund_owner(session: Session, fund: Fund) -> StatementOwner:
    """Return a fund, for officers who see funds."""
    prefix = f"fund:{fund.code}"
    return StatementOwner(
        prefix=prefix,
        kind=_("Fund"),
        name=fund.name,
        reference=fund.code,
        accounts=_in_order(accounts_of_owner(session, prefix)),
        notes_of=_documents,
        names_residents=True,
    )


def account_owner(session: Session, code: str) -> StatementOwner:
    """Return the account with a code, or the owner that it names, for those who keep the books.

    Raises:
        AccountUnknownError: there is no such account.
    """
    accounts = _in_order(accounts_of_owner(session, code))
    prefix = ":".join(accounts[0].code.split(":")[:2])
    return StatementOwner(
        prefix=prefix,
        kind=_("Account"),
        name=_name_of(prefix, _names(session, [prefix], of_residents=True)),
        reference=code,
        accounts=accounts,
        notes_of=_documents,
        names_residents=True,
    )


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a statement in words."""

    line: PeriodLine
    kind: str
    note: str
    counterparty: str


def shown_lines(session: Session, owner: StatementOwner, lines: Sequence[PeriodLine]) -> list[ShownLine]:
    """Return lines as the owner's paper tells them."""
    notes = owner.notes_of(session, lines)
    # Words are looked up once for all lines that share them: translating costs more than reading a line does.
    kinds = {kind: kind_words(kind) for kind in {line.kind for line in lines}}
    others = _others(session, owner, {line.counter_code for line in lines})

    def note(line: PeriodLine) -> str:
        # A correction is described by the kind of what it corrects.
        described = kind_words(line.description) if line.kind == "reversal" else line.description
        return notes.get(line.entry_id, described)

    return [ShownLine(line, kinds[line.kind], note(line), others[line.counter_code]) for line in lines]


def _others(session: Session, owner: StatementOwner, codes: Collection[str]) -> dict[str, str]:
    """Return what the owner's paper calls the accounts on the other side."""
    names = _names(session, codes, of_residents=owner.names_residents)
    own = f"{owner.prefix}:"
    return {code: account_words(code) if code.startswith(own) else _name_of(code, names) for code in codes}


# --- what for ---------------------------------------------------------------------------------------------------------


def _reasons(session: Session, lines: Sequence[PeriodLine]) -> Notes:
    ids = {line.entry_id for line in lines}
    payments = payments_of_entries(session, ids)
    reasons = reasons_of_entries(session, ids)
    return {entry_id: payment.refund_reason for entry_id, payment in payments.items() if payment.refund_reason} | {
        entry_id: why.reason for entry_id, why in reasons.items()
    }


def _orders(session: Session, lines: Sequence[PeriodLine]) -> Notes:
    payments = payments_of_entries(session, {line.entry_id for line in lines})
    return {
        entry_id: " · ".join(filter(None, (payment.order_no, payment.refund_reason)))
        for entry_id, payment in payments.items()
    }


def _documents(session: Session, lines: Sequence[PeriodLine]) -> Notes:
    return documents_of_entries(session, {line.entry_id for line in lines})


# --- who stands on the other side -------------------------------------------------------------------------------------


def _names(session: Session, codes: Iterable[str], *, of_residents: bool) -> dict[str, str]:
    """Return the names of accounts' owners, by how the accounts' codes begin."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        kind, name = _owner(code)
        by_kind[kind].add(name)
    names: dict[str, str] = {}
    if of_residents:
        residents = residents_by_id(session, {UUID(name) for name in by_kind["resident"]})
        names |= {f"resident:{each.id.hex}": masked_name(each.name) for each in residents.values()}
    if by_kind["merchant"]:
        shops = merchants_by_code(session, by_kind["merchant"])
        names |= {f"merchant:{code}": shop.name for code, shop in shops.items()}
    if by_kind["unit"]:
        units = units_by_code(session, by_kind["unit"])
        names |= {f"unit:{code}": unit.name for code, unit in units.items()}
    if by_kind["fund"]:
        names |= {f"fund:{fund.code}": fund.name for fund in list_funds(session)}
    return names


def _name_of(code: str, names: Mapping[str, str]) -> str:
    """Return the name of an account's owner; a resident whom the reader may not know stays unnamed."""
    kind, name = _owner(code)
    unnamed = _("Resident") if kind == "resident" else code
    return own_name(code) or names.get(f"{kind}:{name}", unnamed)


def _owner(code: str) -> tuple[str, str]:
    kind, _colon, rest = code.partition(":")
    return kind, rest.partition(":")[0]


def _in_order(accounts: Sequence[OwnedAccount]) -> list[OwnedAccount]:
    return sorted(accounts, key=lambda account: (part_order(account.code), account.code))
