"""Settlements on pages: in lists, one by one with its lines and steps, and as a file of its lines."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import merchants
import payments
import settlements
from ledger import Asset, CreditLot
from settlements import LineView, Settlement
from web.pages.disputes_shown import disputed_lines
from web.pages.times import local
from web.statements import BYTE_ORDER_MARK, decimal_text, kind_words, rows_text, safe_text
from web.streaming import joined, streamed
from web.unit_of_work import snapshot

_LINES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """A settlement in a list, its sum in minor units."""

    id: UUID
    shop_name: str
    shop_code: str
    status: str
    amount: int
    lines: int
    until: datetime
    opened_at: datetime
    paid_at: datetime | None
    document: str
    url: str


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line: what it did to the sum, in minor units, of which funds, and the order it is about."""

    line: int
    kind: str
    amount: int
    funds: Sequence[tuple[str, int]]
    order_no: str
    entry_id: UUID
    at: datetime
    # How its latest dispute stands: waiting, upheld or rejected, empty where nobody disputed it.
    disputed: str


@dataclass(frozen=True, slots=True)
class SettlementStepView:
    """One step, by whom and why."""

    kind: str
    by: str
    at: datetime
    reason: str
    document: str
    entry_id: UUID


def settlement_rows(
    session: Session, found: Sequence[Settlement], url_of: Callable[[UUID], str]
) -> list[SettlementRow]:
    """Return settlements as lists show them, in their order."""
    shops = merchants.merchants_by_id(session, {each.merchant_id for each in found})
    return [
        SettlementRow(
            id=each.id,
            shop_name=shops[each.merchant_id].name,
            shop_code=shops[each.merchant_id].code,
            status=each.status.value,
            amount=each.amount,
            lines=each.lines,
            until=local(each.until),
            opened_at=local(each.opened_at),
            paid_at=None if each.paid_at is None else local(each.paid_at),
            document=each.document,
            url=url_of(each.id),
        )
        for each in found
    ]


def settled_lines(session: Session, lines: Sequence[LineView], funds: Mapping[str, str]) -> list[SettledLine]:
    """Return lines as they are shown; `funds` are the names of all funds by code."""
    orders = payments.payments_of_entries(session, [each.entry_id for each in lines])
    disputed = disputed_lines(session, [each.entry_id for each in lines])
    return [
        SettledLine(
            line=each.line,
            kind=each.kind,
            amount=each.amount,
            funds=funds_of_lots(each.lots.items(), funds),
            order_no=orders[each.entry_id].order_no if each.entry_id in orders else "",
            entry_id=each.entry_id,
            at=local(each.occurred_at),
            disputed=disputed.get(each.entry_id, ""),
        )
        for each in lines
    ]


def funds_of_lots(lots: Iterable[tuple[str, int]], funds: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the names of funds with what lots of theirs are of."""
    return [(funds.get(code := CreditLot.parse(lot).fund, code), amount) for lot, amount in lots]


def step_views(session: Session, settlement_id: UUID, names: Mapping[str, str]) -> list[SettlementStepView]:
    """Return the steps of a settlement, the first one first; `names` are those of who took them."""
    return [
        SettlementStepView(
            step.kind.value, names[step.made_by], local(step.made_at), step.reason, step.document, step.entry_id
        )
        for step in settlements.steps_of(session, settlement_id)
    ]


def lines_file(settlement_id: UUID, *, file_word: str) -> Response:
    """Stream the lines of a settlement as CSV, the latest first; its last row is the sum."""
    answer = streamed(
        joined((text.encode() for text in _lines_texts(settlement_id)), b""), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="settlement-{file_word}.csv"'
    return answer


def _lines_texts(settlement_id: UUID) -> Generator[str]:
    with snapshot() as session:
        whole = settlements.get_settlement(session, settlement_id)
        names = (_("Line"), _("Time"), _("What"), _("Order number"), _("Fund"), _("Amount"), _("Entry"))
        yield BYTE_ORDER_MARK + rows_text([tuple(str(name) for name in names)])
        before: int | None = None
        while True:
            part = settlements.list_lines(session, settlement_id=settlement_id, limit=_LINES_AT_ONCE, before=before)
            yield rows_text([row for line in _shown(session, part.items) for row in line])
            before = part.next_before
            if before is None:
                break
        yield rows_text([("", "", str(_("Sum")), "", "", decimal_text(whole.amount, Asset.PAB), "")])


def _shown(session: Session, lines: Sequence[LineView]) -> list[list[tuple[str, ...]]]:
    return [
        [
            (
                str(line.line),
                f"{line.at:%Y-%m-%d %H:%M:%S}",
                safe_text(kind_words(line.kind)),
                safe_text(line.order_no),
                safe_text(fund),
                decimal_text(amount, Asset.PAB),
                str(line.entry_id),
            )
            for fund, amount in line.funds
        ]
        for line in settled_lines(session, lines, {})
    ]
