"""Corrections and repayments on the office's pages: whose they are, who asked, and how another person decided."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy.orm import Session

from people import residents_by_id
from receivables import Matter, Repayment, RepaymentKind
from web.pages.actors import actor_names
from web.pages.funds_shown import fund_names
from web.pages.office.residents_shown import resident_rows
from web.pages.office.shapes import MatterView, RepaymentView
from web.pages.times import local


def matter_views(session: Session, matters: Sequence[Matter]) -> list[MatterView]:
    """Return matters as they are shown, in their order."""
    residents = residents_by_id(session, {matter.resident_id for matter in matters})
    rows = {row.id: row for row in resident_rows(session, list(residents.values()))}
    funds = fund_names(session)
    actors = {actor for matter in matters for actor in (matter.asked_by, matter.decided_by) if actor}
    names = actor_names(session, actors)
    return [
        MatterView(
            id=matter.id,
            kind=matter.kind.value,
            state=matter.state.value,
            resident=rows[matter.resident_id],
            fund_name=funds[matter.fund_code],
            amount=matter.amount,
            reason=matter.reason,
            asked_by=names[matter.asked_by],
            asked_at=local(matter.asked_at),
            decided_by=names[matter.decided_by] if matter.decided_by else "",
            decided_at=local(matter.decided_at) if matter.decided_at else None,
            note=matter.note,
            entry_id=matter.entry_id,
            award_url=url_for("office.award", award_id=matter.award_id) if matter.award_id else None,
            url=url_for("office.correction", matter_id=matter.id),
        )
        for matter in matters
    ]


def repayment_views(session: Session, repayments: Sequence[Repayment]) -> list[RepaymentView]:
    """Return repayments as they are shown, in their order."""
    funds = fund_names(session)
    names = actor_names(session, {each.made_by for each in repayments})
    return [
        RepaymentView(
            kind="repayment" if each.kind is RepaymentKind.MONEY else "offset",
            fund_name=funds[each.fund_code],
            amount=each.amount,
            document=each.document,
            by=names[each.made_by],
            at=local(each.made_at),
            entry_id=each.entry_id,
        )
        for each in repayments
    ]
