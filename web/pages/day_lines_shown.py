"""A shop's day on pages: its lines, and its sums by cashier, way to pay and fund."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from payments import Channel
from tills import DayLine, DaySums, Sums
from web.pages.actors import actor_names
from web.pages.disputes_shown import disputed_lines
from web.pages.times import local


@dataclass(frozen=True, slots=True)
class DayLineShown:
    """One payment or refund as pages show it; `disputed` is "", "waiting", "upheld" or "rejected"."""

    entry_id: UUID
    redemption_id: UUID
    kind: str
    amount: int
    cash_amount: int
    at: datetime
    by: str
    channel: str
    order_no: str
    reason: str
    disputed: str


def day_lines_shown(session: Session, lines: Sequence[DayLine]) -> list[DayLineShown]:
    """Return lines as they are shown, in their order."""
    names = actor_names(session, {line.by for line in lines if line.by})
    disputed = disputed_lines(session, [line.entry_id for line in lines])
    return [
        DayLineShown(
            entry_id=line.entry_id,
            redemption_id=line.redemption_id,
            kind=line.kind,
            amount=line.amount,
            cash_amount=line.cash_amount,
            at=local(line.at),
            by=names.get(line.by, ""),
            channel=channel_words(line.channel),
            order_no=line.order_no,
            reason=line.reason,
            disputed=disputed.get(line.entry_id, ""),
        )
        for line in lines
    ]


def parts_shown(session: Session, sums: DaySums, funds: Mapping[str, str]) -> dict[str, list[tuple[str, Sums]]]:
    """Return a day's sums by cashier, way to pay and fund, each with its name; `funds` are those of all funds."""
    names = actor_names(session, {by for by in sums.by_cashier if by})
    return {
        "by_cashier": [(names.get(by, str(_("at the plaque"))), part) for by, part in sums.by_cashier.items()],
        "by_channel": [(channel_words(channel), part) for channel, part in sums.by_channel.items()],
        "by_fund": [(funds.get(fund, fund), part) for fund, part in sums.by_fund.items()],
    }


def channel_words(channel: Any) -> str:
    """Return what a way to pay is called."""
    words = {
        Channel.CODE: _("code on a screen"),
        Channel.CARD: _("paper card"),
        Channel.SHEET: _("printed code"),
        Channel.ORDER: _("order code scanned"),
        Channel.PLAQUE: _("at the plaque"),
    }
    return str(words[Channel(channel)])
