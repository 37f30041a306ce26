"""Awards on the office's pages: to whom, out of which fund, by whom, and what was taken back."""

from collections.abc import Container, Sequence
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from awards import Award, claw_backs_of, list_funds
from ledger import balances, reversals_of
from people import residents_by_id
from web.pages.actors import actor_names
from web.pages.funds_shown import fund_names
from web.pages.office.residents_shown import resident_rows
from web.pages.office.shapes import AwardView, FundChoice
from web.pages.times import local


def award_views(session: Session, awards: Sequence[Award]) -> list[AwardView]:
    """Return awards as they are shown, in their order."""
    residents = residents_by_id(session, {award.resident_id for award in awards})
    rows = {row.id: row for row in resident_rows(session, list(residents.values()))}
    funds = fund_names(session)
    names = actor_names(session, {award.granted_by for award in awards})
    taken_back = claw_backs_of(session, [award.id for award in awards])
    mirrors = reversals_of(session, [award.entry_id for award in awards if award.entry_id])
    return [
        AwardView(
            id=award.id,
            resident=rows[award.resident_id],
            fund_code=award.fund_code,
            fund_name=funds[award.fund_code],
            amount=award.amount,
            reason=award.reason,
            status=_status(award, taken_back, mirrors),
            expires_on=award.expires_on,
            granted_by=names[award.granted_by],
            granted_at=local(award.granted_at),
            clawed_back_amount=taken_back[award.id].amount if award.id in taken_back else 0,
            entry_id=award.entry_id,
            batch_url=url_for("office.batch", batch_id=award.batch_id) if award.batch_id else None,
            url=url_for("office.award", award_id=award.id),
        )
        for award in awards
    ]


def _status(award: Award, taken_back: Container[UUID], mirrors: Container[UUID | None]) -> str:
    if award.id in taken_back:
        return "clawed_back"
    return "reversed" if award.entry_id in mirrors else award.status.value


def fund_choices(session: Session) -> list[FundChoice]:
    """Return all funds with what they still have to award."""
    funds = list_funds(session)
    held = balances(session, [fund.available_account_id for fund in funds])
    return [FundChoice(fund.code, fund.name, held[fund.available_account_id]) for fund in funds]
