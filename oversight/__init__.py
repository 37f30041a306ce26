"""What the level above is told without asking (超期上报、重大事项), and its orders to report by a day (督办)."""

from oversight.errors import OrderAnsweredError, OrderUnknownError, OversightError
from oversight.escalating import (
    EscalationPage,
    escalate_overdue,
    escalations_about,
    list_escalations,
    raise_urgent,
    unit_above,
)
from oversight.model import Escalation, EscalationKind, Order
from oversight.ordering import (
    OrderPage,
    OrderState,
    answer_order,
    get_order,
    give_order,
    list_orders,
    orders_about,
    orders_touched_by,
)

__all__ = [
    "Escalation",
    "EscalationKind",
    "EscalationPage",
    "Order",
    "OrderAnsweredError",
    "OrderPage",
    "OrderState",
    "OrderUnknownError",
    "OversightError",
    "answer_order",
    "escalate_overdue",
    "escalations_about",
    "get_order",
    "give_order",
    "list_escalations",
    "list_orders",
    "orders_about",
    "orders_touched_by",
    "raise_urgent",
    "unit_above",
]
