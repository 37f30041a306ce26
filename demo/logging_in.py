"""As whom one can log in to the demo: people with passwords that everybody knows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from demo.names import RESIDENT_OF_THE_LOG_IN
from people import (
    Passwords,
    ResidentUnknownError,
    activate,
    check_activation,
    end_sessions,
    find_person,
    issue_activation,
    live_grants,
    resident_by_number,
)


@dataclass(frozen=True, slots=True)
class DemoLogIn:
    """Somebody of the demo as whom one can log in."""

    who: str
    login_name: str
    password: str


# One password for all, easy to type on a phone. It stands in the source for everybody to read: the demo is for trying.
_PASSWORD = "yongji-demo"  # noqa: S105 - no secret, and none that guards anything real

# The resident's is the number that the first draw of the demo's chance gives.
RESIDENT = DemoLogIn("居民 resident", "936044506", _PASSWORD)
OWNER = DemoLogIn("店主 owner of a shop", "demo-owner", _PASSWORD)
TILL = DemoLogIn("收银员 cashier of that shop", "demo-till", _PASSWORD)
OFFICER = DemoLogIn("综治办 officer", "demo-officer", _PASSWORD)
NAMING = DemoLogIn("命名 second administrator, who names shops", "demo-naming", _PASSWORD)
FINANCE = DemoLogIn("财务 finance officer", "demo-finance", _PASSWORD)
COLLEAGUE = DemoLogIn("复核 second finance officer, who pays", "demo-finance-2", _PASSWORD)
AUDITOR = DemoLogIn("审计 auditor", "demo-auditor", _PASSWORD)
SUPERVISOR = DemoLogIn("监督 supervisor of reports", "demo-supervisor", _PASSWORD)
DISPATCHER = DemoLogIn("派单 dispatcher of reports", "demo-dispatcher", _PASSWORD)
HANDLER = DemoLogIn("承办 handler of a department", "demo-handler", _PASSWORD)
LOG_INS = (RESIDENT, TILL, OWNER, OFFICER, NAMING, FINANCE, COLLEAGUE, AUDITOR, SUPERVISOR, DISPATCHER, HANDLER)


def set_password(
    session: Session,
    *,
    log_in: DemoLogIn,
    passwords: Passwords,
    resident_id: UUID | None = None,
    person_id: UUID | None = None,
    now: datetime,
) -> None:
    """Give somebody their known password, as they would do it themselves with a printed code."""
    code = issue_activation(session, passwords=passwords, resident_id=resident_id, person_id=person_id, now=now)
    checked = check_activation(
        session, passwords=passwords, login_name=log_in.login_name, code=code, new_password=log_in.password
    )
    activate(session, checked=checked, device="", now=now)
    if checked.credential_id is not None:
        # Nobody was here: the list of log-ins begins with whoever tries the demo.
        end_sessions(session, credential_id=checked.credential_id, now=now)


def log_ins(session: Session) -> list[DemoLogIn]:
    """Return as whom one can log in: those of the demo that are there, none where it was never loaded."""
    return [each for each in LOG_INS if _is_there(session, each)]


def _is_there(session: Session, log_in: DemoLogIn) -> bool:
    if log_in is not RESIDENT:
        person = find_person(session, log_in.login_name)
        return person is not None and bool(live_grants(session, person.id))
    try:
        return resident_by_number(session, log_in.login_name).name == RESIDENT_OF_THE_LOG_IN
    except ResidentUnknownError:
        return False
