"""What follows acceptance: the rest of the first reporter's share, and at closure the reserved part."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from earnings.formula import split
from earnings.model import AnonymousPart, Earning, EarningJoiner, EarningPart, EarningState, PartKind
from earnings.paying import Due, pay
from earnings.sharing import dues_of_first, together_with
from earnings.starting import locked_earning, tariff_of
from ledger import NewEntry

_LIVE = (EarningState.WAITING, EarningState.STAGED)
_PAID = select(EarningPart.kind).where(EarningPart.earning_id == bindparam("earning_id"))
_PAID_TO_NOBODY = select(AnonymousPart.kind).where(AnonymousPart.earning_id == bindparam("earning_id"))
_JOINERS = select(EarningJoiner.resident_id).where(EarningJoiner.earning_id == bindparam("earning_id"))


def release_rest(session: Session, *, matter_id: UUID, actor: str, now: datetime) -> list[NewEntry]:
    """Let the rest of the first reporter's share be due: the department is late, which is no fault of theirs.

    Return the entries that the caller posts; none where it was due before, or there is no money yet.
    """
    earning = locked_earning(session, matter_id)
    if earning is None or earning.state not in _LIVE or earning.rest_due_at is not None:
        return []
    earning.rest_due_at = now
    return pay_due(session, earning, actor=actor, now=now)


def settle(
    session: Session,
    *,
    matter_id: UUID,
    joiners: Collection[UUID],
    reason: str | None = None,
    actor: str,
    now: datetime,
) -> list[NewEntry]:
    """Let all that is left be due, the reserved part to the joiners, or without any to the first reporter.

    With `reason`, what is paid from now on says that instead of what the earning began with.

    Return the entries that the caller posts; none where it was due before (reopening earns nothing new), or there is no
    money yet.
    """
    earning = locked_earning(session, matter_id)
    if earning is None or earning.state not in _LIVE or earning.settled_at is not None:
        return []
    earning.reason = reason or earning.reason
    let_be_settled(session, earning, joiners=joiners, now=now)
    return pay_due(session, earning, actor=actor, now=now)


def let_be_settled(session: Session, earning: Earning, *, joiners: Collection[UUID], now: datetime) -> None:
    """Let all of an earning be due from now on, and write down who shares its reserved part."""
    earning.rest_due_at = earning.rest_due_at or now
    earning.settled_at = now
    if not joiners:
        return
    first = {earning.resident_id, *together_with(session, earning)}
    session.add_all(EarningJoiner(earning_id=earning.id, resident_id=each) for each in set(joiners) - first)
    # They are read back when they are paid.
    session.flush()


def pay_due(session: Session, earning: Earning, *, actor: str, now: datetime) -> list[NewEntry]:
    """Pay what is due of a staged earning and was not paid yet; nothing while it waits for money."""
    if earning.state is not EarningState.STAGED:
        return []
    tariff, fund = tariff_of(session, earning)
    shares = split(earning.amount, tariff.on_acceptance_percent)
    # Parts and joiners were written by the flush of whoever added them, and what is set here needs no flush of its own.
    connection, asked = session.connection(), {"earning_id": earning.id}
    paid = set(connection.execute(_PAID, asked).scalars())
    if earning.is_anonymous:
        paid |= set(connection.execute(_PAID_TO_NOBODY, asked).scalars())
    others = together_with(session, earning)
    dues: list[Due] = []
    if earning.rest_due_at is not None and PartKind.REST not in paid:
        dues += dues_of_first(earning, others, PartKind.REST, shares.rest)
    if earning.settled_at is not None:
        joiners = sorted(connection.execute(_JOINERS, asked).scalars())
        each, to_first = shares.of_reserved(len(joiners))
        dues += [Due(PartKind.RESERVED, joiner, each) for joiner in joiners]
        dues += dues_of_first(earning, others, PartKind.RESERVED, to_first)
        earning.state = EarningState.SETTLED
    return pay(session, earning, fund, dues, is_staged=True, actor=actor, now=now)
