"""A village whose people are told of things."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import new_id
from notices import Notice, NoticeKind, Outgoing, claim_waiting, record_attempt, tell
from people import Grant, Level, PhoneVault, Principal, Role, add_unit, new_phone_keys, register_resident
from tests.clock import NOON

VAULT = PhoneVault(new_phone_keys())
COUNTY, TOWN, OTHER_TOWN = "140881", "140881001", "140881002"


def officer(role: Role, at: str = COUNTY) -> Principal:
    """Return somebody new with a role in the subtree of a unit."""
    path = f"{COUNTY}/" if at == COUNTY else f"{COUNTY}/{at}/"
    person_id = new_id()
    return Principal(actor=f"person:{person_id.hex}", grants=(Grant(role, path),), name="x", person_id=person_id)


@dataclass
class Village:
    """People who are told, and what time it is."""

    session: Session
    at: datetime = NOON
    somebody: Principal = field(init=False)

    def __post_init__(self) -> None:
        add_unit(self.session, code=COUNTY, parent_code=None, level=Level.COUNTY, name="永济市")
        for code in (TOWN, OTHER_TOWN):
            add_unit(self.session, code=code, parent_code=COUNTY, level=Level.TOWN, name="街道")
        self.somebody = self.resident()

    def resident(self) -> Principal:
        """Register somebody."""
        made = register_resident(
            self.session, name="张小三", phone="13800000001", unit_code=TOWN, vault=VAULT, now=NOON
        )
        return Principal(actor=f"resident:{made.id.hex}", grants=(Grant(Role.RESIDENT),), name="x", resident_id=made.id)

    def tell(self, who: Principal | None = None, *, unit: str | None = None, role: Role = Role.HANDLER) -> Notice:
        """Tell somebody, or a role in a unit, of something new."""
        resident_id = (who or self.somebody).resident_id
        cause = new_id()
        tell(
            self.session,
            kind=NoticeKind.CLOSED,
            matter_id=new_id(),
            cause_id=cause,
            residents=[resident_id] if unit is None and resident_id is not None else [],
            units=[] if unit is None else [(unit, role)],
            now=self.at,
        )
        self.session.flush()
        return self.session.scalars(select(Notice).where(Notice.cause_id == cause)).one()

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        self.at += timedelta(**time)

    def claimed(self, limit: int = 20) -> list[Outgoing]:
        """Claim what is to be sent now."""
        return claim_waiting(self.session, now=self.at, limit=limit)

    def tried(self, notice_id: UUID, *, is_sent: bool) -> None:
        """Record a try."""
        record_attempt(self.session, notice_id=notice_id, is_sent=is_sent, now=self.at)
