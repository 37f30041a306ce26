"""What the public may see of reports, and who decided it: words and photos that somebody looked at, and bare facts."""

from publishing.checks import CHECKS
from publishing.deciding import (
    PhotoDecision,
    PreparedPhoto,
    check_covering_seen,
    is_never_public,
    moderated_report,
    prepare,
    publish,
    take_down,
)
from publishing.errors import (
    NeverPublicError,
    NotPublishedError,
    PhotosUndecidedError,
    PublicationUnknownError,
    PublishingError,
    ReasonMissingError,
    ReportersPhotoError,
    WordsCoveredError,
)
from publishing.model import PUBLIC_TEXT_LENGTH_MAX, REASON_LENGTH_MAX, Publication
from publishing.public_lists import (
    PublicPage,
    PublicReport,
    PublicState,
    Wanted,
    every_public_report,
    public_copy,
    public_report,
    public_reports,
)
from publishing.spotting import personal_looking
from publishing.versions import (
    PUBLISHABLE,
    DecidedPhoto,
    copies_of,
    forget_stale_copies,
    get_publication,
    newest_of,
    photos_decided,
    publications_of,
    shown_of,
)
from publishing.waiting import publications_waiting

__all__ = [
    "CHECKS",
    "PUBLIC_TEXT_LENGTH_MAX",
    "PUBLISHABLE",
    "REASON_LENGTH_MAX",
    "DecidedPhoto",
    "NeverPublicError",
    "NotPublishedError",
    "PhotoDecision",
    "PhotosUndecidedError",
    "PreparedPhoto",
    "PublicPage",
    "PublicReport",
    "PublicState",
    "Publication",
    "PublicationUnknownError",
    "PublishingError",
    "ReasonMissingError",
    "ReportersPhotoError",
    "Wanted",
    "WordsCoveredError",
    "check_covering_seen",
    "copies_of",
    "every_public_report",
    "forget_stale_copies",
    "get_publication",
    "is_never_public",
    "moderated_report",
    "newest_of",
    "personal_looking",
    "photos_decided",
    "prepare",
    "public_copy",
    "public_report",
    "public_reports",
    "publications_of",
    "publications_waiting",
    "publish",
    "shown_of",
    "take_down",
]
