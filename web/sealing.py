"""Sealing what was booked, in short transactions, until nothing is left: payments go on meanwhile."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from seals import Sealing, seal_new_entries
from web.secret_keys import seal_keys
from web.unit_of_work import in_transaction


def seal_everything(at: datetime) -> int:
    """Seal all entries that are committed and not sealed yet, and return how many they were."""
    count, after = 0, None
    while True:
        sealed = in_transaction(_part(at, after))
        count, after = count + sealed.count, sealed.next_after
        if after is None:
            return count


def _part(at: datetime, after: UUID | None) -> Callable[[Session], Sealing]:
    keys = seal_keys()
    return lambda session: seal_new_entries(session, keys=keys, now=at, after=after)
