"""Many at once with codes on paper: each slip pays once, a limit is exact, and nobody waits in a circle."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import cards
import holds
import ledger
import payments
from cards import CardStandsError, issue_card, revoke_sheet, slips_of
from holds import HoldState
from merchants import Merchant
from payments import Refusal, block_codes
from people import Resident
from safeguards import CheckedPin
from tests.cards.builders import OFFICER, card, pensioner, refused, sheet, text_of, texts_of, typed
from tests.clock import NOON
from tests.merchants.builders import SECRET, lots_of, merchant, payable_of
from tests.payments.racing import at_once, committed, meeting


def test_of_many_who_show_one_slip_at_once_one_is_served(engine: Engine) -> None:
    def begin(session: Session) -> tuple[Merchant, str, Resident]:
        owner, shop = pensioner(session), merchant(session)
        return shop, texts_of(session, sheet(session, owner))[0], owner

    shop, text, owner = committed(engine, begin)

    outcomes = at_once(engine, [partial(_pay, shop=shop, text=text, amount=300 + number) for number in range(6)])

    assert Counter(outcomes) == {None: 1, Refusal.CODE_USED: 5}
    committed(engine, partial(_all_is_well, owner=owner, shop=shop, spent_of=500))


def test_a_sheet_revoked_while_its_slips_are_shown_pays_each_or_gives_it_back(engine: Engine) -> None:
    def begin(session: Session) -> tuple[Resident, Merchant, list[str], UUID]:
        owner, shop = pensioner(session), merchant(session)
        made = sheet(session, owner, slips=6)
        return owner, shop, texts_of(session, made), made.id

    owner, shop, texts, sheet_id = committed(engine, begin)

    def revoke(session: Session) -> None:
        revoke_sheet(session, sheet_id=sheet_id, reason="丢失", actor=OFFICER, now=NOON)

    def block(session: Session) -> None:
        block_codes(session, resident_id=owner.id, actor="resident:x", now=NOON)

    works: list[Callable[[Session], Refusal | None]] = [
        partial(_pay, shop=shop, text=text, amount=500) for text in texts
    ]
    outcomes: list[Any] = at_once(engine, [*works[:3], revoke, *works[3:], block])

    states = committed(engine, lambda session: slips_of(session, [sheet_id])[sheet_id])
    paid = sum(slip.state is HoldState.CAPTURED for slip in states)
    assert sum(slip.state is HoldState.VOIDED for slip in states) == 6 - paid
    assert outcomes.count(Refusal.CODES_BLOCKED) == 6 - paid
    committed(engine, partial(_all_is_well, owner=owner, shop=shop, spent_of=500 * paid))


def test_a_slip_that_is_revoked_while_it_is_shown_is_refused(engine: Engine) -> None:
    def begin(session: Session) -> tuple[Merchant, str, UUID]:
        owner, shop = pensioner(session), merchant(session)
        made = sheet(session, owner)
        return shop, texts_of(session, made)[0], made.id

    shop, text, sheet_id = committed(engine, begin)

    outcome = meeting(
        engine,
        lambda session: revoke_sheet(session, sheet_id=sheet_id, reason="丢失", actor=OFFICER, now=NOON),
        partial(_pay, shop=shop, text=text, amount=500),
    )
    assert outcome is Refusal.CODES_BLOCKED


def test_a_card_that_is_blocked_while_it_is_shown_is_refused(engine: Engine) -> None:
    def begin(session: Session) -> tuple[Merchant, str, CheckedPin, UUID]:
        owner, shop = pensioner(session), merchant(session)
        made = card(session, owner)
        return shop, text_of(made), typed(session, owner), made.id

    shop, text, pin, card_id = committed(engine, begin)

    outcome = meeting(
        engine,
        lambda session: cards.block_card(session, card_id=card_id, reason="丢失", actor=OFFICER, now=NOON),
        partial(_pay, shop=shop, text=text, amount=500, pin=pin),
    )
    # Whoever was first decides: the payment, or the block.
    assert outcome in {None, Refusal.CODES_BLOCKED}


def test_a_card_s_limit_is_exact_whoever_takes_it_at_once(engine: Engine) -> None:
    def begin(session: Session) -> tuple[Merchant, str, CheckedPin]:
        owner, shop = pensioner(session), merchant(session)
        made = card(session, owner, day_limit=1_000)
        return shop, text_of(made), typed(session, owner)

    shop, text, pin = committed(engine, begin)

    outcomes = at_once(engine, [partial(_pay, shop=shop, text=text, amount=300, pin=pin) for _ in range(6)])

    assert Counter(outcomes) == {None: 3, Refusal.LIMIT_EXCEEDED: 3}


def test_two_officers_at_once_issue_one_card(engine: Engine) -> None:
    owner = committed(engine, pensioner)

    def issue(session: Session) -> str:
        try:
            return issue_card(session, resident_id=owner.id, secret=SECRET, actor=OFFICER, now=NOON).number
        except CardStandsError as error:
            return error.number

    assert len(set(at_once(engine, [issue, issue, issue]))) == 1


def test_one_call_twice_at_once_is_one_sheet(engine: Engine) -> None:
    owner = committed(engine, pensioner)

    def issue(session: Session) -> UUID:
        call = ledger.Call(OFFICER, "POST /code-sheets", "k", {})
        made = ledger.recall_call(session, call)
        if made is not None:
            return made
        return cards.issue_sheet(
            session, resident_id=owner.id, count=2, worth=100, secret=SECRET, actor=OFFICER, now=NOON, call=call
        ).id

    assert len(set(at_once(engine, [issue, issue, issue]))) == 1


def _pay(session: Session, *, shop: Merchant, text: str, amount: int, pin: CheckedPin | None = None) -> Refusal | None:
    return refused(session, shop, text, amount, pin=pin)


def _all_is_well(session: Session, *, owner: Resident, shop: Merchant, spent_of: int) -> None:
    taken = sum(payable_of(session, shop).values())
    assert taken <= spent_of
    left = sum(lots_of(session, owner).values())
    aside = sum(hold.left for hold in holds.open_holds(session, available=owner.available_account_id))
    assert taken + left + aside == 10_000
    for check in (*payments.CHECKS, *holds.CHECKS, *cards.CHECKS):
        assert check(session) is None
