"""All that a redemption depends on, read by one statement that locks the payer's account."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Text, bindparam, literal_column, select, true, type_coerce
from sqlalchemy.orm import Session, aliased

import ledger
import safeguards
from merchants import Merchant, Naming
from payments.model import PaymentCode, Redemption, RedemptionStatus
from payments.payment_codes import hash_of_code


def _facts_query() -> Select[*tuple[Any, ...]]:
    named, holder = aliased(Naming), aliased(Redemption)
    # As `namings.current_naming` chooses it.
    naming_in_force = (
        select(named.id)
        .where(
            named.merchant_id == Merchant.id,
            named.valid_from <= bindparam("today", type_=Date),
            named.valid_until >= bindparam("today", type_=Date),
            named.revoked_at.is_(None),
        )
        .order_by(named.suspended_at.is_not(None), named.named_at.desc(), named.id.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    order_no_holder = (
        select(holder.id)
        .where(
            holder.merchant_id == Merchant.id,
            holder.order_no == bindparam("order_no"),
            # Written out, not bound: so the planner sees that the partial index fits.
            holder.status != literal_column(f"'{RedemptionStatus.REFUSED}'"),
        )
        .scalar_subquery()
    )
    known = ledger.KNOWN_CALL
    return (
        select(
            # What is read costs by the column: what is seldom needed is asked for when it is.
            known.c.made_id,
            Merchant.code.label("merchant_code"),
            Merchant.payable_account_id,
            Naming.suspended_at,
            safeguards.latest_limits_number().label("limits_number"),
            # Null where no naming is in force.
            Naming.fund_codes,
            order_no_holder.label("holder_id"),
            PaymentCode.id.label("payment_code_id"),
            PaymentCode.kind,
            PaymentCode.resident_id,
            PaymentCode.account_id,
            PaymentCode.payer_masked,
            PaymentCode.expires_at,
            PaymentCode.used_at,
            PaymentCode.blocked_at,
            ledger.account_state_of(PaymentCode.account_id).label("account_state"),
            type_coerce(ledger.LockedLots(PaymentCode.account_id), Text).label("locked_lots"),
        )
        .select_from(Merchant)
        .outerjoin(known, true())
        .outerjoin(Naming, Naming.id == naming_in_force)
        .outerjoin(PaymentCode, PaymentCode.code_hash == bindparam("code_hash"))
        .where(Merchant.id == bindparam("merchant_id"))
    )


_FACTS = ledger.DriverStatement(_facts_query())


def read_facts(session: Session, *, call: ledger.Call, merchant_id: UUID, order_no: str, code: str, today: date) -> Any:
    """Return the facts of an attempt, None where there is no such merchant.

    The payer's lots, which `ledger.locked_lots` reads, are as they are behind the lock. The other facts may be a moment
    older, and whoever relies on one writes so that the database refuses what it no longer allows.
    """
    asked = {
        **ledger.call_values(call),
        "merchant_id": merchant_id,
        "order_no": order_no,
        "code_hash": hash_of_code(code),
        "today": today,
    }
    return _FACTS.first_row(session.connection(), asked)
