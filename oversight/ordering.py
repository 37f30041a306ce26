"""Orders (督办): the unit on which a duty lies is told to report by a day, and answers.

Who may order and answer is the question of the floor above, which knows the matter.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ledger import new_id
from oversight.errors import OrderAnsweredError, OrderUnknownError
from oversight.model import TEXT_LENGTH_MAX, Order
from people import Principal, Role, Unit, below, clean_text


class OrderState(StrEnum):
    """Which orders are asked for: not answered, not answered and past their day, or answered."""

    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders; `next_before` asks for those that follow, None if there are none."""

    items: list[Order]
    next_before: UUID | None


def give_order(
    session: Session,
    *,
    matter_id: UUID,
    place_code: str,
    unit_code: str,
    is_to_command: bool,
    words: str,
    due_on: date,
    actor: str,
    now: datetime,
) -> Order:
    """Order a unit to report about a matter by the end of a day.

    Raises:
        TextRefusedError: the text is empty, too long, or has forbidden characters.
    """
    order = Order(
        id=new_id(),
        matter_id=matter_id,
        place_code=place_code,
        unit_code=unit_code,
        is_to_command=is_to_command,
        words=clean_text(words, field="text", length_max=TEXT_LENGTH_MAX),
        due_on=due_on,
        ordered_by=actor,
        ordered_at=now,
    )
    session.add(order)
    session.flush()
    return order


def answer_order(session: Session, order: Order, *, words: str, actor: str, now: datetime) -> Order:
    """Answer an order, once; whoever calls this holds the lock of its matter.

    Raises:
        OrderAnsweredError: it was answered before.
        TextRefusedError: the text is empty, too long, or has forbidden characters.
    """
    session.refresh(order)
    if order.answered_at is not None:
        raise OrderAnsweredError(order.id)
    order.answer = clean_text(words, field="text", length_max=TEXT_LENGTH_MAX)
    order.answered_by, order.answered_at = actor, now
    session.flush()
    return order


def get_order(session: Session, order_id: UUID, *, matter_id: UUID | None = None) -> Order:
    """Return the order with this id, about a matter where one is named.

    Raises:
        OrderUnknownError: there is none.
    """
    found = session.get(Order, order_id)
    if found is None or matter_id not in {None, found.matter_id}:
        raise OrderUnknownError(order_id)
    return found


def orders_about(session: Session, matter_id: UUID) -> list[Order]:
    """Return the orders about a matter, the earliest first."""
    return list(session.scalars(select(Order).where(Order.matter_id == matter_id).order_by(Order.id)))


def orders_touched_by(*, matter_id: ColumnElement[UUID], actor: ColumnElement[str]) -> Select[bool, bool]:
    """Return the query for the orders about a matter that somebody gave or answered: it keeps them from its other ends.

    Its rows say whether they gave the order (`is_given`), and whether it is to a command unit (`is_to_command`).
    """
    touched = or_(Order.ordered_by == actor, Order.answered_by == actor)
    is_given = (Order.ordered_by == actor).label("is_given")
    return select(is_given, Order.is_to_command).where(Order.matter_id == matter_id, touched)


def list_orders(
    session: Session,
    *,
    seen_by: Principal,
    today: date,
    state: OrderState | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> OrderPage:
    """Return the orders that somebody may see, newest first: supervisors those about their subtree, units their own."""
    query = select(Order).order_by(Order.id.desc()).limit(limit + 1)
    if not seen_by.may_everywhere(Role.ADMINISTRATOR):
        own = [
            _within(seen_by, Role.HANDLER, Order.unit_code) & Order.is_to_command.is_(False),
            _within(seen_by, Role.DISPATCHER, Order.unit_code) & Order.is_to_command.is_(True),
        ]
        query = query.where(or_(_within(seen_by, Role.SUPERVISOR, Order.place_code), *own))
    if state is not None:
        query = query.where(_stands(state, today))
    if before is not None:
        query = query.where(Order.id < before)
    found = list(session.scalars(query))
    return OrderPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def _stands(state: OrderState, today: date) -> ColumnElement[bool]:
    if state is OrderState.ANSWERED:
        return Order.answered_at.is_not(None)
    is_open = Order.answered_at.is_(None)
    return is_open & (Order.due_on < today) if state is OrderState.OVERDUE else is_open


def _within(by: Principal, role: Role, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    paths = by.unit_paths(role)
    if not paths:
        return false()
    return column.is_not(None) if "" in paths else column.in_(select(Unit.code).where(below(paths)))
