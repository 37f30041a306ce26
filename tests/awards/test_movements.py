"""Money that comes to a fund, leaves it, or goes to another."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from awards import (
    AmountOutOfRangeError,
    FundExhaustedError,
    FundMovement,
    FundUnknownError,
    MovementKind,
    MovementUnknownError,
    SameFundError,
    appropriate,
    fund_position,
    get_movement,
    list_movements,
    move_money,
    return_money,
)
from ledger import AMOUNT_MAX, Call, new_id, recall_call
from people import TextRefusedError
from tests.awards.builders import OFFICER, OTHER_OFFICER, at_once, awarded, fund, resident
from tests.clock import NOON

Moves = Callable[..., FundMovement]
WHAT: dict[str, Any] = {"document": "财综〔2026〕7号", "actor": OFFICER, "now": NOON}


def postings(session: Session, movement: FundMovement) -> list[tuple[str, str, str, str, int]]:
    """Return the postings of a movement's entry."""
    entry = ledger.entry(session, movement.entry_id)
    assert entry.kind == movement.kind
    return [(each.account, each.asset.value, each.lot, each.side.value, each.amount) for each in entry.postings]


def test_an_appropriation_brings_money_and_the_credits_it_backs_in_one_entry(session: Session) -> None:
    fund(session, "peace")
    movement = appropriate(session, fund_code="peace", amount=500, **WHAT)
    assert postings(session, movement) == [
        ("treasury:bank", "CNY", "", "debit", 500),
        ("issued", "PAB", "never:peace", "debit", 500),
        ("fund:peace:backing", "CNY", "", "credit", 500),
        ("fund:peace:available", "PAB", "never:peace", "credit", 500),
    ]
    assert get_movement(session, movement.id) is movement
    assert (movement.kind, movement.fund_code, movement.to_fund_code) == (MovementKind.APPROPRIATION, "peace", None)
    assert (movement.amount, movement.document, movement.made_by, movement.made_at) == (
        500,
        "财综〔2026〕7号",
        OFFICER,
        NOON,
    )


def test_money_that_is_returned_takes_its_credits_along(session: Session) -> None:
    fund(session, "peace", available=500)
    movement = return_money(session, fund_code="peace", amount=200, **WHAT)
    assert postings(session, movement) == [
        ("fund:peace:available", "PAB", "never:peace", "debit", 200),
        ("fund:peace:backing", "CNY", "", "debit", 200),
        ("issued", "PAB", "never:peace", "credit", 200),
        ("treasury:bank", "CNY", "", "credit", 200),
    ]
    position = fund_position(session, "peace")
    assert (position.available, position.backing) == (300, 300)


def test_money_that_is_moved_bears_the_label_of_the_fund_it_goes_to(session: Session) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire", available=7)
    movement = move_money(session, fund_code="peace", to_fund_code="fire", amount=200, **WHAT)
    assert postings(session, movement) == [
        ("fund:peace:available", "PAB", "never:peace", "debit", 200),
        ("fund:peace:backing", "CNY", "", "debit", 200),
        ("fund:fire:available", "PAB", "never:fire", "credit", 200),
        ("fund:fire:backing", "CNY", "", "credit", 200),
    ]
    assert movement.to_fund_code == "fire"
    assert fund_position(session, "peace").available == 300
    assert fund_position(session, "fire").available == 207


def test_money_cannot_be_moved_to_where_it_is(session: Session) -> None:
    fund(session, "peace", available=500)
    with pytest.raises(SameFundError) as refused:
        move_money(session, fund_code="peace", to_fund_code="peace", amount=1, **WHAT)
    assert refused.value.code == "peace"


@pytest.mark.parametrize(("moves", "target"), [(return_money, {}), (move_money, {"to_fund_code": "fire"})])
def test_credits_that_residents_have_keep_their_money(session: Session, moves: Moves, target: dict[str, str]) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire")
    awarded(session, resident(session), 400)
    with pytest.raises(FundExhaustedError) as refused:
        moves(session, fund_code="peace", amount=101, **target, **WHAT)
    assert (refused.value.code, refused.value.wanted, refused.value.available) == ("peace", 101, 100)
    moves(session, fund_code="peace", amount=100, **target, **WHAT)
    position = fund_position(session, "peace")
    assert (position.available, position.outstanding, position.backing) == (0, 400, 400)


@pytest.mark.parametrize(
    ("moves", "target"), [(appropriate, {}), (return_money, {}), (move_money, {"to_fund_code": "fire"})]
)
@pytest.mark.parametrize("amount", [0, -1, AMOUNT_MAX + 1, 2**63])
def test_an_amount_must_be_one_an_entry_can_hold(
    session: Session, moves: Moves, target: dict[str, str], amount: int
) -> None:
    fund(session, "peace")
    fund(session, "fire")
    with pytest.raises(AmountOutOfRangeError) as refused:
        moves(session, fund_code="peace", amount=amount, **target, **WHAT)
    assert (refused.value.amount, refused.value.maximum) == (amount, AMOUNT_MAX)


def test_all_money_together_stays_an_amount(session: Session) -> None:
    fund(session, "peace", available=AMOUNT_MAX - 10)
    fund(session, "fire")
    with pytest.raises(AmountOutOfRangeError) as refused:
        appropriate(session, fund_code="fire", amount=11, **WHAT)
    assert refused.value.maximum == 10
    appropriate(session, fund_code="fire", amount=10, **WHAT)


@pytest.mark.parametrize(
    ("moves", "target"), [(appropriate, {}), (return_money, {}), (move_money, {"to_fund_code": "fire"})]
)
def test_a_movement_needs_a_document_and_a_fund(session: Session, moves: Moves, target: dict[str, str]) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire")
    for document in ("", "x" * 501, "a\u202eb"):
        with pytest.raises(TextRefusedError) as refused:
            moves(session, fund_code="peace", amount=1, **target, **(WHAT | {"document": document}))
        assert refused.value.field == "document"
    with pytest.raises(FundUnknownError):
        moves(session, fund_code="water", amount=1, **target, **WHAT)


def test_the_fund_money_is_moved_to_must_exist(session: Session) -> None:
    fund(session, "peace", available=500)
    with pytest.raises(FundUnknownError) as refused:
        move_money(session, fund_code="peace", to_fund_code="water", amount=1, **WHAT)
    assert refused.value.code == "water"


@pytest.mark.parametrize(
    ("moves", "target"), [(appropriate, {}), (return_money, {}), (move_money, {"to_fund_code": "fire"})]
)
def test_a_call_remembers_the_movement_it_made(session: Session, moves: Moves, target: dict[str, str]) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire")
    call = Call(OFFICER, "POST", "k1", {"amount": 1})
    movement = moves(session, fund_code="peace", amount=1, call=call, **target, **WHAT)
    assert recall_call(session, call) == movement.id


def test_a_fund_s_movements_show_what_others_moved_to_it_newest_first(session: Session) -> None:
    fund(session, "peace")
    fund(session, "fire")
    made = [
        appropriate(session, fund_code="peace", amount=100, **WHAT),
        move_money(session, fund_code="peace", to_fund_code="fire", amount=30, **WHAT),
        return_money(session, fund_code="peace", amount=20, **WHAT),
    ]
    # What is made within one millisecond has no order of its own.
    newest_first = sorted((each.id for each in made), reverse=True)
    first = list_movements(session, fund_code="peace", limit=2)
    assert [each.id for each in first.items] == newest_first[:2]
    second = list_movements(session, fund_code="peace", limit=2, before=first.next_before)
    assert [each.id for each in second.items] == newest_first[2:]
    assert second.next_before is None
    assert [each.id for each in list_movements(session, fund_code="fire").items] == [made[1].id]
    with pytest.raises(FundUnknownError):
        list_movements(session, fund_code="water")


def test_money_missing_behind_a_fund_is_not_said_to_be_an_exhausted_fund(session: Session) -> None:
    peace = fund(session, "peace", available=500)
    lines = (
        ledger.debit(peace.backing_account_id, ledger.Asset.CNY, 500),
        ledger.credit(ledger.account_id(session, "treasury:bank"), ledger.Asset.CNY, 500),
    )
    theft = ledger.NewEntry(id=new_id(), kind="correction", actor=OFFICER, occurred_at=NOON, lines=lines)
    ledger.post(session, [theft])
    with pytest.raises(ledger.InsufficientBalanceError) as refused:
        return_money(session, fund_code="peace", amount=500, **WHAT)
    assert refused.value.account_id != peace.available_account_id


def test_an_unknown_movement_is_said_to_be_unknown(session: Session) -> None:
    movement_id = new_id()
    with pytest.raises(MovementUnknownError) as refused:
        get_movement(session, movement_id)
    assert refused.value.movement_id == movement_id


def test_an_appropriation_is_reversed_by_another_person_while_its_credits_lie_there(session: Session) -> None:
    fund(session, "peace")
    movement = appropriate(session, fund_code="peace", amount=500, **WHAT)
    with pytest.raises(ledger.SamePersonError):
        ledger.reverse(session, entry_id=movement.entry_id, actor=OFFICER, now=NOON)
    ledger.reverse(session, entry_id=movement.entry_id, actor=OTHER_OFFICER, now=NOON)
    position = fund_position(session, "peace")
    assert (position.available, position.backing) == (0, 0)


def test_of_two_who_return_the_same_money_at_once_one_is_refused(engine: Engine) -> None:
    with Session(engine) as session:
        fund(session, "peace", available=500)
        session.commit()
    done = at_once(engine, [lambda session: return_money(session, fund_code="peace", amount=300, **WHAT)] * 2)
    assert sum(isinstance(each, FundMovement) for each in done) == 1
    assert sum(isinstance(each, FundExhaustedError) for each in done) == 1


def test_money_moved_back_and_forth_at_once_waits_for_nobody_forever(engine: Engine) -> None:
    with Session(engine) as session:
        fund(session, "peace", available=100)
        fund(session, "fire", available=100)
        session.commit()

    def there(session: Session) -> object:
        return move_money(session, fund_code="peace", to_fund_code="fire", amount=1, **WHAT)

    def back(session: Session) -> object:
        return move_money(session, fund_code="fire", to_fund_code="peace", amount=1, **WHAT)

    done = at_once(engine, [there, back] * 8)
    assert all(isinstance(each, FundMovement) for each in done)
    with Session(engine) as session:
        assert [fund_position(session, code).available for code in ("peace", "fire")] == [100, 100]
