"""What cards and sheets refuse, each with the facts of the refusal."""

from datetime import date
from uuid import UUID

from cards.model import CardState


class PaperError(Exception):
    """A rule about codes on paper says no; nothing was written."""


class CardUnknownError(PaperError):
    """No card has this id, or it is another's."""

    def __init__(self, card_id: UUID) -> None:
        super().__init__("unknown card")
        self.card_id = card_id


class CardStandsError(PaperError):
    """The resident has a card already: it is replaced, not issued beside."""

    def __init__(self, card_id: UUID, number: str) -> None:
        super().__init__("there is a card already")
        self.card_id = card_id
        self.number = number


class CardStateError(PaperError):
    """What is asked for does not fit how it stands with the card."""

    def __init__(self, card_id: UUID, state: CardState) -> None:
        super().__init__(f"the card is {state}")
        self.card_id = card_id
        self.state = state


class SheetUnknownError(PaperError):
    """No sheet has this id, or it is another's."""

    def __init__(self, sheet_id: UUID) -> None:
        super().__init__("unknown sheet")
        self.sheet_id = sheet_id


class SheetSizeError(PaperError):
    """A sheet has no such number of slips."""

    def __init__(self, count: int, count_max: int) -> None:
        super().__init__(f"{count} slips cannot be on a sheet")
        self.count = count
        self.count_max = count_max


class SheetDayError(PaperError):
    """A sheet's last day is over, or more than a year ahead."""

    def __init__(self, until: date) -> None:
        super().__init__(f"a sheet cannot be good until {until}")
        self.until = until


class AssistanceClosedError(PaperError):
    """The office has not set how much a day officers may help to pay, so they may not."""

    def __init__(self) -> None:
        super().__init__("no caps are set")


class AssistanceCapsError(PaperError):
    """A cap is no amount; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be so")
        self.name = name


class AssistedUnknownError(PaperError):
    """Nobody helped with this payment, or there is none."""

    def __init__(self, redemption_id: UUID) -> None:
        super().__init__("no assisted payment")
        self.redemption_id = redemption_id


class CardHiddenError(PaperError):
    """What is printed on paper is shown to whoever issued it, on that day, and never again."""

    def __init__(self) -> None:
        super().__init__("what is printed is not shown any more")
