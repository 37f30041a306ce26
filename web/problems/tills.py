"""The rows of what a shop's own affairs refuse: shifts, closed days, disputes, people and devices."""

from flask_babel import lazy_gettext as _l

import tills
from web.problems.row import Row, unknown, wrong_field


def _cash_at_fault(error: tills.CashError) -> dict[str, list[str]]:
    return {error.name: [str(_l("Type what is in the drawer such as 350.00; an empty drawer is 0."))]}


def _difference(error: tills.DifferenceError) -> dict[str, str]:
    counted, expected = f"{error.counted / 100:.2f}", f"{error.expected / 100:.2f}"
    return {"counted_text": counted, "expected_text": expected}


TILLS_ROWS: dict[type[Exception], Row] = {
    tills.ShiftUnknownError: unknown("shift_unknown", _l("There is no such shift")),
    tills.ShiftsNotUsedError: Row(
        409,
        "shifts_not_used",
        _l("This shop does not work in shifts"),
        _l("Its owner first says that it does, on the page of its people and tills."),
    ),
    tills.ShiftOpenError: Row(
        409,
        "shift_open",
        _l("A shift is not ended yet"),
        _l("This cashier or this till has one. Count the drawer and end it first; the owner can do so too."),
        facts=("shift_id",),
    ),
    tills.ShiftEndedError: Row(
        409,
        "shift_ended",
        _l("The shift has ended"),
        _l("It was counted, and is not counted again. Begin another one."),
        facts=("shift_id",),
    ),
    tills.TakeOverError: Row(
        409,
        "take_over",
        _l("This drawer cannot be taken over"),
        _l("Its shift has not ended, is another shop's, or somebody took it over before. Look at the list of shifts."),
    ),
    tills.CashError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("What was counted is an amount of at least 0."),
        errors_of=_cash_at_fault,
    ),
    tills.DifferenceError: Row(
        422,
        "cash_differs",
        _l("The drawer does not agree"),
        _l(
            "There are %(counted_text)s yuan where %(expected_text)s should be. Count once more; if it stays so,"
            " say why in the remark.",
            counted_text="%(counted_text)s",
            expected_text="%(expected_text)s",
        ),
        facts=("counted", "expected"),
        field="remark",
        words_of=_difference,
    ),
    tills.DayNotOverError: Row(
        409,
        "day_not_over",
        _l("This day is not over"),
        _l("A day is closed from ten past midnight on, when no payment of it can be under way any more."),
        facts=("day",),
    ),
    tills.DayTooEarlyError: wrong_field("day", _l("The shop was not registered yet on this day.")),
    tills.DayClosedError: Row(
        409,
        "day_closed",
        _l("This day is closed already"),
        _l("What was written down then stands. Look at it in the list of closed days."),
        facts=("day_close_id",),
    ),
    tills.DayCloseUnknownError: unknown("day_close_unknown", _l("There is no such closed day")),
    tills.LineUnknownError: unknown("line_unknown", _l("There is no such line")),
    tills.DisputeUnknownError: unknown("dispute_unknown", _l("There is no such dispute")),
    tills.DisputeWaitsError: Row(
        409,
        "dispute_waits",
        _l("This line is disputed already"),
        _l("The office has not answered yet. When it has, the line can be disputed again."),
        facts=("dispute_id",),
    ),
    tills.DisputeAnsweredError: Row(
        409,
        "dispute_answered",
        _l("This dispute is answered"),
        _l("Somebody else was quicker. The shop can dispute the line again."),
    ),
    tills.RemedyError: wrong_field(
        "remedy", _l("What is upheld says what follows from it; what is rejected has nothing that follows.")
    ),
    tills.CashierUnknownError: unknown("cashier_unknown", _l("There is no such cashier")),
    tills.CashierElsewhereError: Row(
        409,
        "cashier_elsewhere",
        _l("This person works elsewhere too"),
        _l("Their log-in is not your shop's alone. The office makes them a new activation code."),
    ),
}
