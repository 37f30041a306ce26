"""The rows of what cards, sheets and assisted payments refuse by an exception: nothing happened."""

from flask_babel import lazy_gettext as _l

import cards
from web.problems.row import Row, unknown, wrong_field


def _cap_at_fault(error: cards.AssistanceCapsError) -> dict[str, list[str]]:
    return {error.name: [str(_l("Type an amount above 0 such as 12.50, with at most two decimals."))]}


CARDS_ROWS: dict[type[Exception], Row] = {
    cards.CardUnknownError: unknown("card_unknown", _l("There is no such card")),
    cards.CardStandsError: Row(
        409,
        "card_stands",
        _l("There is a card already"),
        _l("Card %(number)s stands. Replace it; a second one beside it is not issued.", number="%(number)s"),
        facts=("number",),
    ),
    cards.CardStateError: Row(
        409,
        "card_state",
        _l("This does not fit the card"),
        _l("Somebody has blocked, unblocked or replaced the card meanwhile. Look how it stands now."),
        facts=("state",),
    ),
    cards.CardHiddenError: Row(
        403,
        "print_over",
        _l("This is not shown any more"),
        _l("What is printed is shown to whoever issued it, on that day. Replace the card, or revoke the sheet."),
    ),
    cards.AssistanceClosedError: Row(
        409,
        "assistance_closed",
        _l("Helping to pay is not open yet"),
        _l("The office first sets how much a day an officer may pay for others, and may be paid for one resident."),
    ),
    cards.AssistanceCapsError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("Each cap is an amount."),
        errors_of=_cap_at_fault,
    ),
    cards.AssistedUnknownError: unknown("assisted_unknown", _l("Nobody helped with this payment")),
    cards.SheetUnknownError: unknown("sheet_unknown", _l("There is no such sheet")),
    cards.SheetSizeError: wrong_field("count", _l("A sheet has 1 to %(count_max)s codes.")),
    cards.SheetDayError: wrong_field("until", _l("The last day is today or later, and at most a year ahead.")),
}
