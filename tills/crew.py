"""A shop's own people and devices: cashiers whom the owner invites and whose work they end, tills with a key each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import people
from merchants import Merchant
from payments import Redemption, RedemptionStatus
from people import HandleTakenError, KeyListing, Passwords, Person, Role, RoleGrant
from tills.errors import CashierElsewhereError, CashierUnknownError


@dataclass(frozen=True, slots=True)
class Device:
    """A key of a shop; `last_paid_at` is when it last took a payment, None where that was before it was asked for."""

    listing: KeyListing
    last_paid_at: datetime | None


def invite_cashier(
    session: Session,
    *,
    merchant: Merchant,
    handle: str,
    name: str,
    passwords: Passwords,
    actor: str,
    now: datetime,
) -> tuple[Person, str]:
    """Take somebody new on as a cashier; return them with the code with which they set their password once.

    Nobody who is known already is taken on like this: the code would end the password of an officer of that name, or
    of another shop's cashier. Them the office adds.

    Raises:
        people.HandleTakenError: somebody has this log-in name.
        people.TextRefusedError, people.HandleInvalidError: the log-in name or the name cannot be one.
    """
    known = people.find_person(session, handle)
    if known is not None:
        raise HandleTakenError(known.id)
    person = people.appoint(
        session, handle=handle, name=name, role=Role.TILL, merchant_id=merchant.id, by=actor, now=now
    )
    code = people.issue_activation(session, passwords=passwords, person_id=person.id, issued_by=actor, now=now)
    return person, code


def renew_cashier(
    session: Session, *, merchant: Merchant, person_id: UUID, passwords: Passwords, actor: str, now: datetime
) -> tuple[Person, str]:
    """Return a cashier of the shop with a new code, which ends their password and their log-ins.

    Raises:
        CashierUnknownError: they are no cashier here.
        CashierElsewhereError: they hold another role, or a key, here or elsewhere.
    """
    _grant_of(session, merchant, person_id)
    if not people.works_only_as(session, person_id=person_id, role=Role.TILL, merchant_id=merchant.id):
        raise CashierElsewhereError(person_id)
    code = people.issue_activation(session, passwords=passwords, person_id=person_id, issued_by=actor, now=now)
    return people.get_person(session, person_id), code


def end_cashier(session: Session, *, merchant: Merchant, person_id: UUID, actor: str, now: datetime) -> None:
    """End a cashier's work at the shop at once; what they took stays theirs.

    Raises:
        CashierUnknownError: they are no cashier here.
    """
    people.revoke_grant(session, grant_id=_grant_of(session, merchant, person_id).id, by=actor, now=now)


def devices(session: Session, *, merchant: Merchant, since: datetime) -> list[Device]:
    """Return all keys of a shop, revoked ones too, newest first; who took payments since an instant has their last."""
    last_paid = session.execute(
        select(Redemption.redeemed_by, func.max(Redemption.redeemed_at))
        .where(
            Redemption.merchant_id == merchant.id,
            Redemption.status == RedemptionStatus.COMPLETED,
            Redemption.redeemed_at >= since,
        )
        .group_by(Redemption.redeemed_by)
    )
    paid = {row[0]: row[1] for row in last_paid}
    return [Device(key, paid.get(key.actor)) for key in people.merchant_keys(session, merchant.id)]


def _grant_of(session: Session, merchant: Merchant, person_id: UUID) -> RoleGrant:
    for each in people.merchant_people(session, merchant.id):
        if each.person.id == person_id and each.grant.role is Role.TILL:
            return each.grant
    raise CashierUnknownError(person_id)
