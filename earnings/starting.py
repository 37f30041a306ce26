"""The beginning of an earning: whether there is any, whether its fund has the money, and what is paid at once."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from awards import Fund, FundEndedError, Tariff, get_fund, get_tariff, last_day_of_award, stage
from earnings.formula import split
from earnings.model import (
    AnonymousPart,
    Earning,
    EarningPart,
    EarningReporter,
    EarningState,
    NothingReason,
    PartKind,
)
from earnings.paying import pay
from earnings.sharing import dues_of_first, together_with
from ledger import NewEntry, balance, new_id
from notices import NoticeKind, tell
from people import get_resident


def begin(
    session: Session,
    *,
    matter_id: UUID,
    tariff: Tariff | None,
    resident_id: UUID | None,
    reason: str,
    nothing_because: NothingReason | None = None,
    is_anonymous: bool = False,
    together_with: Collection[UUID] = (),
    actor: str,
    now: datetime,
) -> tuple[Earning, list[NewEntry]]:
    """Decide what a matter earns its first reporter, and return it with the entries that the caller posts with its own.

    Who reported `together_with` the first shares what is theirs. A matter whose earlier earning was cancelled earns
    anew; what somebody kept of that is set off.

    Where the fund lacks money for all of it, it waits, and nothing is posted. Money that others take at this moment is
    a lost race: run the transaction again, and the earning waits.
    """
    because = nothing_because or why_nothing(session, tariff, resident_id, now.date(), is_anonymous=is_anonymous)
    earning = Earning(
        id=new_id(),
        matter_id=matter_id,
        tariff_id=None if tariff is None else tariff.id,
        resident_id=resident_id,
        amount=0 if tariff is None or because else tariff.amount,
        reason=reason,
        is_anonymous=is_anonymous,
        state=EarningState.NOTHING if because else EarningState.WAITING,
        nothing_because=because,
        began_at=now,
        loss=0,
    )
    is_staged = not because and _has_money(session, earning)
    if is_staged:
        earning.state = EarningState.STAGED
    # Whatever points at it is written after it.
    session.add(earning)
    session.flush()
    others = sorted(set(together_with) - {resident_id})
    if others:
        session.add_all(EarningReporter(earning_id=earning.id, resident_id=each) for each in others)
        session.flush()
    if is_staged:
        return earning, _first_entries(session, earning, others, actor=actor, now=now)
    if not because and resident_id is not None:
        tell(
            session,
            kind=NoticeKind.AWARD_WAITING,
            matter_id=matter_id,
            cause_id=earning.id,
            residents=[resident_id, *together_with],
            now=now,
        )
    return earning, []


def start(session: Session, earning: Earning, *, actor: str, now: datetime) -> list[NewEntry]:
    """Stage an earning that waits, where its fund has the money for all of it, and pay what is due on acceptance."""
    if not _has_money(session, earning):
        return []
    earning.state = EarningState.STAGED
    return _first_entries(session, earning, together_with(session, earning), actor=actor, now=now)


def _has_money(session: Session, earning: Earning) -> bool:
    _tariff, fund = tariff_of(session, earning)
    return balance(session, fund.available_account_id) >= earning.amount


def _first_entries(
    session: Session, earning: Earning, others: Sequence[UUID], *, actor: str, now: datetime
) -> list[NewEntry]:
    """Return the entries that stage an earning and pay what is due of it at once."""
    tariff, fund = tariff_of(session, earning)
    shares = split(earning.amount, tariff.on_acceptance_percent)
    dues = dues_of_first(earning, others, PartKind.ON_ACCEPTANCE, shares.on_acceptance)
    entries = pay(session, earning, fund, dues, is_staged=False, actor=actor, now=now)
    left = earning.amount - (0 if earning.is_anonymous else shares.on_acceptance)
    staged = [stage(fund, left, actor=actor, now=now)] if left else []
    # Of what nobody has by name, all is staged before any of it can go back.
    return staged + entries if earning.is_anonymous else entries + staged


def earning_of(session: Session, matter_id: UUID) -> Earning | None:
    """Return what a matter earns, the newest where it earned anew; None where it was never decided."""
    query = select(Earning).where(Earning.matter_id == matter_id).order_by(Earning.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def earnings_of(session: Session, matter_ids: Collection[UUID]) -> dict[UUID, Earning]:
    """Return what those of the matters earn of which it was decided, by matter."""
    found = session.scalars(select(Earning).where(Earning.matter_id.in_(matter_ids)).order_by(Earning.id))
    return {earning.matter_id: earning for earning in found}


_NEWEST_LOCKED = (
    select(Earning)
    .where(Earning.matter_id == bindparam("matter_id"))
    .order_by(Earning.id.desc())
    .limit(1)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def locked_earning(session: Session, matter_id: UUID) -> Earning | None:
    """Return what a matter earns, behind its lock, None where it was never decided."""
    return session.scalars(_NEWEST_LOCKED, {"matter_id": matter_id}).one_or_none()


def parts_of(session: Session, earning_id: UUID) -> list[EarningPart]:
    """Return the parts of an earning that were decided, the earliest first."""
    found = session.scalars(select(EarningPart).where(EarningPart.earning_id == earning_id))
    kinds = list(PartKind)
    return sorted(found, key=lambda part: (part.paid_at, kinds.index(part.kind), part.id))


def anonymous_parts_of(session: Session, earning_id: UUID) -> list[AnonymousPart]:
    """Return the parts of an earning that are due to nobody by name, in the order in which they fall due."""
    found = session.scalars(select(AnonymousPart).where(AnonymousPart.earning_id == earning_id))
    kinds = list(PartKind)
    return sorted(found, key=lambda part: kinds.index(part.kind))


def tariff_of(session: Session, earning: Earning) -> tuple[Tariff, Fund]:
    """Return the tariff and the fund of an earning that is more than nothing.

    Raises:
        LookupError: it is nothing, so there is no tariff.
    """
    if earning.tariff_id is None:
        raise LookupError("what earns nothing has no tariff")
    tariff = get_tariff(session, earning.tariff_id)
    return tariff, get_fund(session, tariff.fund_code)


def why_nothing(
    session: Session, tariff: Tariff | None, resident_id: UUID | None, today: date, *, is_anonymous: bool
) -> NothingReason | None:
    """Return why a matter earns nothing, but for whose it is; None where it earns something."""
    if resident_id is None and not is_anonymous:
        return NothingReason.NOT_REGISTERED
    if tariff is None:
        return NothingReason.NO_TARIFF
    resident = None if resident_id is None else get_resident(session, resident_id)
    if resident is not None and resident.left_at is not None and resident.merged_into_id is None:
        return NothingReason.LEFT
    try:
        last_day_of_award(get_fund(session, tariff.fund_code), today)
    except FundEndedError:
        return NothingReason.FUND_ENDED
    return None
