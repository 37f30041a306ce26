"""What residents hold, now or as recorded at an instant, and their statement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

from awards import EntryReason, reasons_of_entries
from ledger import (
    Asset,
    LotBalance,
    StatementItem,
    balance_at,
    balance_effective_at,
    balances,
    expiring,
    lots,
    lots_at,
    lots_effective_at,
    spendable,
    statement,
)
from people import Resident, Role
from web.api.fields import Day, Instant, PageQuery, Reply
from web.api.pages import number_cursor, page, page_of
from web.api.residents import blueprint
from web.api.seen import resident_seen
from web.auth import access
from web.clock import today
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading


class BalanceQuery(PageQuery):
    """When the balances are asked for."""

    class Meta:
        """It is no list in parts."""

        exclude = ("limit", "cursor")

    at = Instant(load_default=None, metadata={"description": "As recorded at this instant; without it, now."})
    effective_at = Instant(
        load_default=None,
        metadata={"description": "By what had happened until this instant, whenever it was recorded; not with `at`."},
    )

    @validates_schema
    def check_one_time(self, asked: dict[str, Any], **_: Any) -> None:
        """Refuse two times at once: the balances of one instant are recorded or effective."""
        if asked["at"] is not None and asked["effective_at"] is not None:
            raise ValidationError([_l("Ask for one time only, as recorded or as effective.")], "effective_at")


class ExpiringReply(Reply):
    """Credits of one fund that end after one day."""

    fund = fields.String(required=True)
    on = Day(required=True)
    amount = fields.Integer(required=True)


class BalanceReply(Reply):
    """What a resident holds of one asset, in minor units."""

    asset = fields.String(required=True)
    available = fields.Integer(required=True)
    held = fields.Integer(required=True)
    expiring = fields.List(fields.Nested(ExpiringReply))


class BalancesReply(Reply):
    """What a resident holds."""

    items = fields.List(fields.Nested(BalanceReply), required=True)


class StatementQuery(PageQuery):
    """Which account's statement is asked for."""

    asset = fields.String(load_default=Asset.PAB.value, validate=OneOf([Asset.PAB.value, Asset.MIN.value]))


class StatementItemReply(Reply):
    """One entry as it moved the resident's account: a positive amount raised what is available."""

    entry_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    amount = fields.Integer(required=True)
    balance_after = fields.Integer(required=True)
    counterparty = fields.String(required=True)
    description = fields.String(required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)


@blueprint.get("/residents/<uuid:resident_id>/balances")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(BalanceQuery, location="query")
@blueprint.response(200, BalancesReply)
def show_balances(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Show what a resident can spend, what of it ends when, and their volunteer minutes."""
    at: datetime | None = asked["at"]
    effective_at: datetime | None = asked["effective_at"]
    if effective_at is not None:
        return reading(
            lambda session: _effective(resident_seen(session, resident_id, Role.ADMINISTRATOR), session, effective_at)
        )
    if at is None:
        return reading(lambda session: _now(resident_seen(session, resident_id, Role.ADMINISTRATOR), session))
    # Not as a mere read: on SQLite it is the writer's lock that keeps entries recorded earlier from coming later.
    return in_transaction(lambda session: _then(resident_seen(session, resident_id, Role.ADMINISTRATOR), session, at))


@blueprint.get("/residents/<uuid:resident_id>/statement")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(StatementQuery, location="query")
@blueprint.response(200, page_of(StatementItemReply))
def show_statement(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Show what moved a resident's credits or minutes, newest first."""

    def read(session: Session) -> dict[str, Any]:
        resident = resident_seen(session, resident_id, Role.ADMINISTRATOR)
        account_id = resident.available_account_id if asked["asset"] == Asset.PAB else resident.minutes_account_id
        found = statement(session, account_id, limit=asked["limit"], before=number_cursor(asked["cursor"]))
        reasons = reasons_of_entries(session, [item.entry_id for item in found.items])
        return page([_shown(item, reasons.get(item.entry_id)) for item in found.items], found.next_before)

    return reading(read)


def _now(resident: Resident, session: Session) -> dict[str, Any]:
    totals = balances(session, [resident.held_account_id, resident.minutes_account_id])
    held, minutes = totals[resident.held_account_id], totals[resident.minutes_account_id]
    return _shown_balances(lots(session, resident.available_account_id), held, minutes, today())


def _then(resident: Resident, session: Session, at: datetime) -> dict[str, Any]:
    available = lots_at(session, resident.available_account_id, at)
    held = balance_at(session, resident.held_account_id, at)
    minutes = balance_at(session, resident.minutes_account_id, at)
    return _shown_balances(available, held, minutes, at.astimezone(current_settings().time_zone).date())


def _effective(resident: Resident, session: Session, at: datetime) -> dict[str, Any]:
    available = lots_effective_at(session, resident.available_account_id, at)
    held = balance_effective_at(session, resident.held_account_id, at)
    minutes = balance_effective_at(session, resident.minutes_account_id, at)
    return _shown_balances(available, held, minutes, at.astimezone(current_settings().time_zone).date())


def _shown_balances(available: list[LotBalance], held: int, minutes: int, today: date) -> dict[str, Any]:
    return {
        "items": [
            {
                "asset": Asset.PAB.value,
                "available": spendable(available, today=today),
                "held": held,
                "expiring": [
                    {"fund": part.lot.fund, "on": part.lot.expires_on, "amount": part.amount}
                    for part in expiring(available, today=today)
                ],
            },
            {"asset": Asset.MIN.value, "available": minutes, "held": 0},
        ]
    }


def _shown(item: StatementItem, why: EntryReason | None) -> dict[str, Any]:
    return {
        "entry_id": item.entry_id,
        "kind": item.kind,
        "amount": item.amount,
        "balance_after": item.balance_after,
        "counterparty": _party(item.counter_code),
        "description": why.reason if why else item.description,
        "occurred_at": item.occurred_at,
        "recorded_at": item.recorded_at,
    }


def _party(account_code: str) -> str:
    """Return whose account the other one is: `merchant:M01`, `fund:peace`; another resident stays unnamed."""
    whose, _, rest = account_code.partition(":")
    return whose if whose == "resident" else f"{whose}:{rest.partition(':')[0]}".rstrip(":")
