"""Lists with groups: each group of entries is written whole or not at all, and the answer says which were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy.orm import Session

from ledger.accounts import LockedAccount, lock_accounts
from ledger.entries import Line, NewEntry
from ledger.errors import GroupRefusedError, LedgerError
from ledger.model import AccountState
from ledger.posting import post

# Some entries that make sense together only.
Group = Sequence[NewEntry]

# An account and a label in it.
_Lot = tuple[int, str]

# So few groups are not halved any more.
_FEW = 4


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What became of a group: when the ledger recorded it, or why it was refused; the other is None."""

    recorded_at: datetime | None
    refusal: LedgerError | None


def post_groups(session: Session, groups: Sequence[Group], *, all_or_nothing: bool = False) -> list[GroupOutcome]:
    """Write groups in their order, each whole or not at all, and return what became of each.

    It is as if `post` wrote them one after the other and a refused one had not been asked for: a group finds what those
    before it left. As many as possible go in one statement. Call it once in a transaction, as its last statement.

    With `all_or_nothing` nothing is written unless all are good.

    Raises:
        GroupRefusedError: all or nothing was asked for; it names the first group that was refused, and why.
    """
    # All of them now and in the one order: what an attempt locks is free again when it is refused.
    accounts = lock_accounts(session, {line.account_id for group in groups for entry in group for line in entry.lines})
    outcomes: list[GroupOutcome] = []
    with session.begin_nested():
        for run in _runs(groups, accounts):
            for outcome in _post_run(session, run):
                if all_or_nothing and outcome.refusal is not None:
                    raise GroupRefusedError(len(outcomes), outcome.refusal) from outcome.refusal
                outcomes.append(outcome)
    return outcomes


def _post_run(session: Session, run: Sequence[Group]) -> Iterator[GroupOutcome]:
    """Write groups in one statement, or where that is refused, in parts of them, one after the other."""
    try:
        with session.begin_nested():
            recorded_at = post(session, [entry for group in run for entry in group])
    except LedgerError as refusal:
        if len(run) == 1:
            yield GroupOutcome(None, refusal)
            return
        refused = refusal
    else:
        yield from [GroupOutcome(recorded_at, None)] * len(run)
        return
    for part in _parts(run, refused):
        yield from _post_run(session, part)


def _parts(run: Sequence[Group], refusal: LedgerError) -> Iterator[Sequence[Group]]:
    """Part a refused run: groups that touch the account at fault stand alone, unless most do; then it is halved."""
    account = getattr(refusal, "account_id", None)
    suspect = [any(line.account_id == account for entry in group for line in entry.lines) for group in run]
    if 0 < sum(suspect) <= len(run) // 2:
        for alone, part in groupby(zip(suspect, run, strict=True), key=itemgetter(0)):
            groups = [group for _, group in part]
            yield from ([group] for group in groups) if alone else [groups]
        return
    size = len(run) // 2 if len(run) > _FEW else 1
    for start in range(0, len(run), size):
        yield run[start : start + size]


def _runs(groups: Sequence[Group], accounts: Mapping[int, LockedAccount]) -> Iterator[Sequence[Group]]:
    """Part groups into runs that can be written in one statement where each of their groups could alone.

    A list is judged by how the whole of it moves a lot, and an account that is not open. So within a run no group
    raises a lot that one before it lowered, and a group that moves a lot both ways, or such an account, stands alone.
    """
    run: list[Group] = []
    lowered: set[_Lot] = set()
    for group in groups:
        lines = [line for entry in group for line in entry.lines if line.account_id in accounts]
        ups = {(line.account_id, line.lot) for line in lines if line.lot and _raises(line, accounts)}
        downs = {(line.account_id, line.lot) for line in lines if line.lot and not _raises(line, accounts)}
        open_only = all(accounts[line.account_id].state is AccountState.OPEN for line in lines)
        stands_alone = not group or not open_only or not ups.isdisjoint(downs)
        if run and (stands_alone or not ups.isdisjoint(lowered)):
            yield run
            run, lowered = [], set()
        if stands_alone:
            yield [group]
        else:
            run.append(group)
            lowered |= downs
    if run:
        yield run


def _raises(line: Line, accounts: Mapping[int, LockedAccount]) -> bool:
    return line.side is accounts[line.account_id].normal_side
