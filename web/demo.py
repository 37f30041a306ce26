"""The demo: fictitious people, merchants and a year of activity, made through the domain's own functions."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger import Asset, trial_balance
from merchants import list_merchants
from people import find_residents
from web.secret_keys import phone_vault


@dataclass(frozen=True, slots=True)
class DemoLogIn:
    """Somebody of the demo as whom one can log in."""

    who: str
    login_name: str
    password: str


def is_empty(session: Session) -> bool:
    """Say whether there are neither residents nor merchants nor entries yet."""
    if find_residents(session, text="", vault=phone_vault(), limit=1).items or list_merchants(session, limit=1):
        return False
    return all(next(trial_balance(session, asset=asset), None) is None for asset in Asset)


def load_demo() -> None:
    """Load the demo, with a progress bar; call it where `is_empty`."""


def log_ins(session: Session) -> list[DemoLogIn]:
    """Return the log-ins of the demo, none where it is not loaded."""
    del session
    return []
