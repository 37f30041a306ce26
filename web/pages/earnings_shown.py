"""What a report earns, on pages: what its tariff gives, each part by the published formula, and why it is less."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from awards import get_tariff, tariffs_in_force
from earnings import (
    ClaimState,
    CutReason,
    Earning,
    EarningState,
    NothingReason,
    PartKind,
    Shares,
    among,
    anonymous_parts_of,
    earning_of,
    parts_of,
    split,
)
from people import Principal
from reports import Report, ReportStatus, is_reporter, together_of
from web.clock import today
from web.pages.times import local

_NEVER = (ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class PartView:
    """One part: `due` by the formula and, once it was decided, what was paid, on which day, and why it is less.

    `claim` is where a part without a name stands; `paid` is None while a part is not due.
    """

    kind: PartKind
    due: int
    paid: int | None
    on: date | None
    cut_because: CutReason | None
    claim: ClaimState | None


@dataclass(frozen=True, slots=True)
class EarningView:
    """What a report earns its reader, in minor units: `state` is None while it is only expected.

    `amount` is all of it, None to whoever only joined: what others get is theirs.
    """

    state: EarningState | None
    amount: int | None
    nothing_because: NothingReason | None
    parts: list[PartView]

    @property
    def paid(self) -> int:
        """What was paid so far."""
        return sum(part.paid or 0 for part in self.parts)


def earning_view(session: Session, report: Report, seen_by: Principal) -> EarningView | None:
    """Return what a report earns its reporter, or somebody who joined it; None where there is nothing to tell."""
    # What was taken up again is as if it had just been sent in.
    earning = None if report.status is ReportStatus.SUBMITTED else earning_of(session, report.id)
    if not is_reporter(report, seen_by):
        return None if earning is None else _joiners(session, earning, seen_by)
    if earning is None:
        return None if report.status in _NEVER else _expected(session, report)
    if earning.tariff_id is None or earning.state is EarningState.NOTHING:
        return EarningView(earning.state, 0, earning.nothing_because, [])
    shares = split(earning.amount, get_tariff(session, earning.tariff_id).on_acceptance_percent)
    decided = _anonymous(session, earning) if earning.is_anonymous else _named(session, earning, earning.resident_id)
    ended = earning.state in (EarningState.CANCELLED, EarningState.SETTLED)
    planned = _planned(shares, 1 + len(together_of(session, report.id)))
    parts = [decided.get(part.kind) or part for part in planned if part.kind in decided or not ended]
    return EarningView(earning.state, earning.amount, earning.nothing_because, parts)


def _expected(session: Session, report: Report) -> EarningView | None:
    tariff = tariffs_in_force(session, today()).get(report.category_code)
    if tariff is None:
        return EarningView(None, 0, None, [])
    shares = split(tariff.amount, tariff.on_acceptance_percent)
    return EarningView(None, tariff.amount, None, _planned(shares, 1 + len(together_of(session, report.id))))


def _joiners(session: Session, earning: Earning, seen_by: Principal) -> EarningView | None:
    parts = list(_named(session, earning, seen_by.resident_id).values())
    return EarningView(earning.state, None, None, parts) if parts else None


def _planned(shares: Shares, together: int) -> list[PartView]:
    """Return what is to come to the first reporter, or to the first of so many who report together."""
    dues = (
        (PartKind.ON_ACCEPTANCE, shares.on_acceptance),
        (PartKind.REST, shares.rest),
        (PartKind.RESERVED, shares.reserved),
    )
    return [PartView(kind, sum(among(due, together)), None, None, None, None) for kind, due in dues if due]


def _named(session: Session, earning: Earning, resident_id: UUID | None) -> dict[PartKind, PartView]:
    return {
        part.kind: PartView(part.kind, part.due, part.amount, local(part.paid_at).date(), part.cut_because, None)
        for part in parts_of(session, earning.id)
        if part.resident_id == resident_id
    }


def _anonymous(session: Session, earning: Earning) -> dict[PartKind, PartView]:
    return {
        part.kind: PartView(part.kind, part.due, None, part.due_on, None, part.state)
        for part in anonymous_parts_of(session, earning.id)
    }
