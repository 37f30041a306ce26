"""Tariffs: what a report of each category earns, out of which fund, from which day on; set in versions, never changed.

Of a category's versions that have begun, the one with the highest number is in force: from its first day on, it takes
the place of all before it, for good, and of those too that were to begin later. So a mistyped far day locks nothing:
after version 2 from 2099, version 3 from today is in force today, and in 2099 still.

Categories are known here only by their codes: whether there is such a category is the caller's question.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from awards.errors import AcceptancePercentError, TariffTooEarlyError, TariffUnknownError
from awards.funds import check_amount, check_awards_on, get_fund
from awards.model import Tariff
from ledger import Call, new_id, remember_call

PERCENT_MAX = 100


@dataclass(frozen=True, slots=True)
class TariffPage:
    """Tariffs, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Tariff]
    next_before: UUID | None


def set_tariff(
    session: Session,
    *,
    category_code: str,
    fund_code: str,
    amount: int,
    on_acceptance_percent: int,
    valid_from: date | None,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Tariff:
    """Set what a category earns from a day on (today for None), as its next version.

    `amount` is in minor units; `on_acceptance_percent` says how much of it is due when a report is accepted, the rest
    when it is verified. Of two set at once for one category, one meets a unique violation.

    Raises:
        FundUnknownError: no such fund.
        AmountOutOfRangeError: the amount is not positive.
        AcceptancePercentError: the percentage is not between 0 and 100.
        TariffTooEarlyError: the day is over.
        FundEndedError: on that day the fund's credits have ended.
    """
    fund = get_fund(session, fund_code)
    check_amount(amount)
    if not 0 <= on_acceptance_percent <= PERCENT_MAX:
        raise AcceptancePercentError(on_acceptance_percent)
    today = now.date()
    begins_on = valid_from or today
    if begins_on < today:
        raise TariffTooEarlyError(begins_on, today)
    check_awards_on(fund, begins_on)
    latest = session.scalar(select(func.max(Tariff.number)).where(Tariff.category_code == category_code))
    tariff = Tariff(
        id=new_id(),
        category_code=category_code,
        number=(latest or 0) + 1,
        fund_code=fund.code,
        amount=amount,
        on_acceptance_percent=on_acceptance_percent,
        valid_from=begins_on,
        set_by=actor,
        set_at=now,
    )
    session.add(tariff)
    remember_call(session, call, made_id=tariff.id, now=now)
    session.flush()
    return tariff


# Asked at every acceptance, so it is put together once.
_IN_FORCE = (
    select(Tariff)
    .where(Tariff.category_code == bindparam("category_code"), Tariff.valid_from <= bindparam("day"))
    .order_by(Tariff.number.desc())
    .limit(1)
)


def tariff_in_force(session: Session, category_code: str, day: date) -> Tariff | None:
    """Return the tariff of a category on a day, None where it earns nothing yet."""
    return session.scalars(_IN_FORCE, {"category_code": category_code, "day": day}).first()


def tariffs_in_force(session: Session, day: date) -> dict[str, Tariff]:
    """Return the tariffs in force on a day by the codes of their categories; those that earn nothing are missing."""
    begun = (
        select(Tariff.category_code, func.max(Tariff.number).label("number"))
        .where(Tariff.valid_from <= day)
        .group_by(Tariff.category_code)
        .subquery()
    )
    query = (
        select(Tariff)
        .join(begun, and_(begun.c.category_code == Tariff.category_code, begun.c.number == Tariff.number))
        .order_by(Tariff.category_code)
    )
    return {tariff.category_code: tariff for tariff in session.scalars(query)}


def get_tariff(session: Session, tariff_id: UUID) -> Tariff:
    """Return the tariff with this id.

    Raises:
        TariffUnknownError: there is none.
    """
    tariff = session.get(Tariff, tariff_id)
    if tariff is None:
        raise TariffUnknownError(tariff_id)
    return tariff


def list_tariffs(
    session: Session, *, category_code: str | None = None, limit: int = 50, before: UUID | None = None
) -> TariffPage:
    """Return tariffs (of one category), past and coming ones too, newest first, older than the cursor `before`."""
    query = select(Tariff).order_by(Tariff.id.desc()).limit(limit + 1)
    if category_code is not None:
        query = query.where(Tariff.category_code == category_code)
    if before is not None:
        query = query.where(Tariff.id < before)
    found = list(session.scalars(query))
    return TariffPage(found[:limit], found[limit - 1].id if len(found) > limit else None)
