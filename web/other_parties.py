"""Who stands on the other side of an entry, as its reader may know them: residents by a masked name only."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from merchants import merchant_by_code
from people import get_resident, masked_name


def other_parties(session: Session, account_codes: Sequence[str]) -> list[str]:
    """Return the owners of accounts, each once: residents masked, merchants by name, all others by their code."""
    return list(dict.fromkeys(_owner(session, code) for code in account_codes))


def _owner(session: Session, account_code: str) -> str:
    kind, _, rest = account_code.partition(":")
    owner = rest.rpartition(":")[0]
    if kind == "resident":
        return masked_name(get_resident(session, UUID(owner)).name)
    if kind == "merchant":
        return merchant_by_code(session, owner).name
    return account_code
