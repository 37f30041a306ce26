"""The rows of what cards, sheets and assisted payments refuse by an exception: nothing happened."""

from flask_babel import lazy_gettext as _l

import cards
from web.problems.row import Row, unknown, wrong_field

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
    cards.SheetUnknownError: unknown("sheet_unknown", _l("There is no such sheet")),
    cards.SheetSizeError: wrong_field("count", _l("A sheet has 1 to %(count_max)s codes.")),
    cards.SheetDayError: wrong_field("until", _l("The last day is today or later, and at most a year ahead.")),
}
