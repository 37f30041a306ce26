"""What listening refuses, each with the facts of the refusal."""

from datetime import date
from uuid import UUID


class ListeningError(Exception):
    """A rule about ratings, call-backs or digests says no; nothing was written."""


class StarsError(ListeningError):
    """A rating has from 1 to 5 stars."""

    def __init__(self, stars: int) -> None:
        super().__init__("1 to 5 stars")
        self.stars = stars


class RatingOverError(ListeningError):
    """The days in which a closed report can be rated are over."""

    def __init__(self, last_on: date) -> None:
        super().__init__("too late to rate")
        self.last_on = last_on


class RatedBeforeError(ListeningError):
    """This closure of the report was rated before."""

    def __init__(self, rating_id: UUID) -> None:
        super().__init__("rated before")
        self.rating_id = rating_id


class RatingUnknownError(ListeningError):
    """No rating has this id."""

    def __init__(self, rating_id: UUID) -> None:
        super().__init__("unknown rating")
        self.rating_id = rating_id


class CallBackUnknownError(ListeningError):
    """No call-back has this id, or it lies outside of where the caller supervises."""

    def __init__(self, call_back_id: UUID) -> None:
        super().__init__("unknown call-back")
        self.call_back_id = call_back_id


class CallBackOverError(ListeningError):
    """The call-back was answered before, or its reporter reopened the report."""

    def __init__(self, call_back_id: UUID) -> None:
        super().__init__("this call-back is over")
        self.call_back_id = call_back_id


class AnswerError(ListeningError):
    """Who was reached said whether it is resolved and whether they are satisfied; who was not said neither."""

    def __init__(self) -> None:
        super().__init__("an answer that does not fit")


class DigestUnknownError(ListeningError):
    """No digest has this id, or it is of a unit that is not the caller's."""

    def __init__(self, digest_id: UUID) -> None:
        super().__init__("unknown digest")
        self.digest_id = digest_id
