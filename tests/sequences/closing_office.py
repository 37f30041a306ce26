"""The closing office: residents leave, two records of one person become one, shops are closed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy.orm import Session

import merchants
import receivables
from tests.sequences.closures import ClosureBook
from tests.sequences.offices import OFFICER, SHOP, WHO, Events, Office
from tests.sequences.sheet import Refused
from tests.sequences.town import OFFICERS, RESIDENTS, Town


class ClosingOffice(Office):
    """Where somebody's part in the scheme ends, and what they have goes on."""

    EVENTS: ClassVar[Events] = {
        "a_resident_leaves": (WHO, OFFICER, st.booleans()),
        "two_records_are_merged": (st.permutations(range(RESIDENTS)), OFFICER, st.booleans()),
        "a_shop_is_closed": (SHOP, OFFICER),
    }

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.closures = ClosureBook(town.owed)

    def _a_resident_leaves(self, who: int, officer: int, is_ready: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        leaver, actor = self.town.residents[who], OFFICERS[officer]
        self._end_holds_of(leaver, if_ready=is_ready)
        made = self.town.do(receivables.close_resident, resident_id=self.town.ids[leaver], reason="x", actor=actor)
        self.town.agree(made, lambda: self.closures.close_resident(leaver, actor))
        self._same_state(made, leaver)

    def _two_records_are_merged(self, records: list[int], officer: int, is_ready: bool) -> None:  # noqa: FBT001 - one fact among others
        twice, into, actor = self.town.residents[records[0]], self.town.residents[records[1]], OFFICERS[officer]
        self._end_holds_of(twice, if_ready=is_ready)
        facts = {"resident_id": self.town.ids[twice], "into_id": self.town.ids[into], "reason": "x"}
        made = self.town.do(receivables.merge_residents, **facts, actor=actor)
        self.town.agree(made, lambda: self.closures.merge(twice, into, actor))
        self._same_state(made, twice)

    def _end_holds_of(self, who: str, *, if_ready: bool) -> None:
        """Where the owner is ready to be closed, end their holds, or try to."""
        for hold_id, hold in self.town.set_aside.holds.items():
            if if_ready and hold.who == who and not hold.ended and isinstance(hold_id, UUID):
                self.town.void(hold_id)

    def _a_shop_is_closed(self, shop: int, officer: int) -> None:
        closed, actor = self.town.shops[shop], OFFICERS[officer]
        made = self.town.do(self._close_shop, shop=closed, actor=actor)
        self.town.agree(made, lambda: self.closures.close_shop(closed, actor))
        self._same_state(made, closed)

    def _close_shop(self, session: Session, *, shop: str, actor: str, now: datetime) -> receivables.Closure:
        merchant = merchants.get_merchant(session, self.town.ids[shop])
        return merchants.close_merchant(session, merchant=merchant, reason="x", actor=actor, now=now)

    def _same_state(self, made: receivables.Closure | Refused, owner: str) -> None:
        if not isinstance(made, Refused):
            assert made.state.value == self.closures.closures[owner].value
