"""What the ledger refuses, each with the facts of the refusal."""

from datetime import date, datetime
from uuid import UUID


class LedgerError(Exception):
    """The books say no; nothing was written."""


class EntryInvalidError(LedgerError):
    """An entry breaks the form of double entry: it says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AccountUnknownError(LedgerError):
    """No account has this code or id, or it is of another asset than the posting says."""

    def __init__(self, account: str | int) -> None:
        super().__init__(f"unknown account {account}")
        self.account = account


class AccountExistsError(LedgerError):
    """An account with this code is already open."""

    def __init__(self, code: str) -> None:
        super().__init__(f"account {code} exists")
        self.code = code


class InsufficientBalanceError(LedgerError):
    """A bounded account, or one of its lots, would fall below zero."""

    def __init__(self, account_id: int | None = None, lot: str | None = None) -> None:
        super().__init__(f"account {account_id} does not hold that much" + (f" of {lot}" if lot else ""))
        self.account_id = account_id
        self.lot = lot


class AccountStateError(LedgerError):
    """The account's state (frozen, closing, closed) forbids this move."""

    def __init__(self, account_id: int, state: str) -> None:
        super().__init__(f"account {account_id} is {state}")
        self.account_id = account_id
        self.state = state


class AccountNotEmptyError(AccountStateError):
    """An account that holds something cannot be closed."""

    def __init__(self, account_id: int, state: str, balance: int) -> None:
        super().__init__(account_id, state)
        self.balance = balance


class StateChangeError(AccountStateError):
    """A closed account stays closed, and one without bounds stays open."""


class EntryUnknownError(LedgerError):
    """No journal entry has this id."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(f"unknown entry {entry_id}")
        self.entry_id = entry_id


class AlreadyReversedError(LedgerError):
    """The entry was reversed before; an entry is reversed at most once."""

    def __init__(self, entry_id: UUID, reversal_id: UUID) -> None:
        super().__init__(f"entry {entry_id} was reversed by {reversal_id}")
        self.entry_id = entry_id
        self.reversal_id = reversal_id


class NotReversibleError(LedgerError):
    """Entries of this kind are corrected otherwise."""

    def __init__(self, entry_id: UUID, reason: str) -> None:
        super().__init__(f"entry {entry_id} cannot be reversed: {reason}")
        self.entry_id = entry_id
        self.reason = reason


class RestedOnError(NotReversibleError):
    """A later entry took of what this one gave: it rests on it, and would hang in the air."""

    def __init__(self, entry_id: UUID, resting_id: UUID) -> None:
        super().__init__(entry_id, "later_entries")
        self.resting_id = resting_id


class SamePersonError(LedgerError):
    """Both ends of one matter would be held by one person."""

    def __init__(self, actor: str) -> None:
        super().__init__("the same person may not do both")
        self.actor = actor


class InstantTooYoungError(LedgerError):
    """Balances at this instant could still change: it is to come, or an older transaction is under way."""

    def __init__(self, at: datetime, settled_until: datetime) -> None:
        super().__init__(f"balances are settled only until {settled_until.isoformat()}")
        self.at = at
        self.settled_until = settled_until


class PeriodTooOldError(LedgerError):
    """A statement is asked for days before any that the books can know."""

    def __init__(self, earliest: date) -> None:
        super().__init__(f"statements begin on {earliest.isoformat()} at the earliest")
        self.earliest = earliest


class PeriodEndsFirstError(LedgerError):
    """The last day of a period lies before its first."""

    def __init__(self, first_on: date, last_on: date) -> None:
        super().__init__(f"{last_on.isoformat()} lies before {first_on.isoformat()}")
        self.first_on = first_on
        self.last_on = last_on


class PeriodInFutureError(LedgerError):
    """A statement is asked for days that have not come yet."""

    def __init__(self, today: date) -> None:
        super().__init__(f"statements end on {today.isoformat()} at the latest")
        self.today = today


class StatementDiffersError(LedgerError):
    """A statement's lines do not lead from its opening balance to its closing one: the books were tampered with."""

    def __init__(self, account: str) -> None:
        super().__init__(f"the postings of account {account} do not add up to its balances")
        self.account = account


class KeyReusedError(LedgerError):
    """The idempotency key was used before with other input."""

    def __init__(self, key: str) -> None:
        super().__init__("the idempotency key was used before with other input")
        self.key = key


class LostRaceError(LedgerError):
    """Another transaction changed a row first; nothing was written, and the same work may be run again."""

    def __init__(self) -> None:
        super().__init__("another transaction was first")


class CeilingExceededError(LedgerError):
    """A bounded account would rise above its ceiling."""

    def __init__(self, account_id: int, ceiling: int) -> None:
        super().__init__(f"account {account_id} holds at most {ceiling}")
        self.account_id = account_id
        self.ceiling = ceiling


class LimitExceededError(LedgerError):
    """What is counted for an owner on a day would pass the limit; `total` is what is counted already."""

    def __init__(self, *, owner: str, name: str, day: date, limit: int, total: int) -> None:
        super().__init__(f"{name} of {owner} on {day} is {total} of at most {limit}")
        self.owner = owner
        self.name = name
        self.day = day
        self.limit = limit
        self.total = total


class GroupRefusedError(LedgerError):
    """One group of a list that was to be written whole was refused; groups are counted from 0."""

    def __init__(self, group: int, refusal: LedgerError) -> None:
        super().__init__(f"group {group} was refused: {refusal}")
        self.group = group
        self.refusal = refusal


class PeriodClosedError(LedgerError):
    """It happened in a closed period, or longer ago than the books are open for."""

    def __init__(self, open_from: datetime) -> None:
        super().__init__(f"the books are open from {open_from.isoformat()}")
        self.open_from = open_from


class InstantAheadError(LedgerError):
    """It is said to happen in the future, by the ledger's own clock."""

    def __init__(self, open_until: datetime) -> None:
        super().__init__(f"the books are open until {open_until.isoformat()}")
        self.open_until = open_until


class PeriodUnknownError(LedgerError):
    """No closed period has this number, or it has no closing statement yet."""

    def __init__(self, number: int) -> None:
        super().__init__(f"unknown period {number}")
        self.number = number


class PeriodNotOverError(LedgerError):
    """Only days that are over can be closed."""

    def __init__(self, last_on: date) -> None:
        super().__init__(f"{last_on} is not over")
        self.last_on = last_on


class PeriodOrderError(LedgerError):
    """These days are closed already: periods follow each other, and none is opened again."""

    def __init__(self, closed_through: date) -> None:
        super().__init__(f"the books are closed through {closed_through}")
        self.closed_through = closed_through


class PeriodNotSettledError(LedgerError):
    """Transactions that began to write before the period was closed are still under way."""

    def __init__(self, number: int, writers: int) -> None:
        super().__init__(f"{writers} writers may still add to period {number}")
        self.number = number
        self.writers = writers
