"""What publishing refuses, each with the facts of the refusal."""

from collections.abc import Sequence
from uuid import UUID


class PublishingError(Exception):
    """A rule about what the public may see says no; nothing was published or taken down."""


class NeverPublicError(PublishingError):
    """The report is of a category that is, or once was, private, or whose it is is confidential."""

    def __init__(self, report_id: UUID) -> None:
        super().__init__("a report that is never public")
        self.report_id = report_id


class PhotosUndecidedError(PublishingError):
    """Not each photo of the report is decided about once: of these nothing was said, or they are not its photos."""

    def __init__(self, photo_ids: Sequence[UUID]) -> None:
        super().__init__("photos that are not decided about, each once")
        self.photo_ids = photo_ids


class ReportersPhotoError(PublishingError):
    """A photo that somebody without a name took is never shown."""

    def __init__(self, photo_id: UUID) -> None:
        super().__init__("a photo of somebody without a name")
        self.photo_id = photo_id


class ReasonMissingError(PublishingError):
    """Something is withheld, and no reason is given to the reporter."""

    def __init__(self) -> None:
        super().__init__("something is withheld without a reason")


class WordsCoveredError(PublishingError):
    """The report's words are covered, and whoever decided about words for the public had not seen that."""

    def __init__(self, covering_id: UUID, reason: str) -> None:
        super().__init__("the words are covered")
        self.covering_id = covering_id
        self.reason = reason


class PublicationChangedError(PublishingError):
    """Another version was decided than the one that was seen; `number` is the one that counts, 0 for none."""

    def __init__(self, report_id: UUID, number: int) -> None:
        super().__init__("another version was decided meanwhile")
        self.report_id = report_id
        self.number = number


class NotPublishedError(PublishingError):
    """Nothing of the report is shown, so there is nothing to take down."""

    def __init__(self, report_id: UUID) -> None:
        super().__init__("nothing is shown")
        self.report_id = report_id


class PublicationUnknownError(PublishingError):
    """No publication has this id."""

    def __init__(self, publication_id: UUID) -> None:
        super().__init__("unknown publication")
        self.publication_id = publication_id
