"""What follows acceptance: the rest of the first reporter's share, and at closure the reserved part."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from earnings.formula import split
from earnings.model import AnonymousPart, Earning, EarningJoiner, EarningPart, EarningState, PartKind
from earnings.paying import Due, pay
from earnings.sharing import dues_of_first, together_with
from earnings.starting import locked_earning, tariff_of
from ledger import NewEntry

_LIVE = (EarningState.WAITING, EarningState.STAGED)


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
    first = {earning.resident_id, *together_with(session, earning)}
    session.add_all(EarningJoiner(earning_id=earning.id, resident_id=each) for each in set(joiners) - first)
    session.flush()


def pay_due(session: Session, earning: Earning, *, actor: str, now: datetime) -> list[NewEntry]:
    """Pay what is due of a staged earning and was not paid yet; nothing while it waits for money."""
    if earning.state is not EarningState.STAGED:
        return []
    tariff, fund = tariff_of(session, earning)
    shares = split(earning.amount, tariff.on_acceptance_percent)
    paid = set(session.scalars(select(EarningPart.kind).where(EarningPart.earning_id == earning.id)))
    if earning.is_anonymous:
        paid |= set(session.scalars(select(AnonymousPart.kind).where(AnonymousPart.earning_id == earning.id)))
    dues: list[Due] = []
    if earning.rest_due_at is not None and PartKind.REST not in paid:
        dues += dues_of_first(session, earning, PartKind.REST, shares.rest)
    if earning.settled_at is not None:
        joiners = sorted(
            session.scalars(select(EarningJoiner.resident_id).where(EarningJoiner.earning_id == earning.id))
        )
        each, to_first = shares.of_reserved(len(joiners))
        dues += [Due(PartKind.RESERVED, joiner, each) for joiner in joiners]
        dues += dues_of_first(session, earning, PartKind.RESERVED, to_first)
        earning.state = EarningState.SETTLED
    return pay(session, earning, fund, dues, is_staged=True, actor=actor, now=now)
