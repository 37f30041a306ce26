"""The rows of what publishing reports refuses."""

from flask_babel import lazy_gettext as _l

import photos
import publishing
from web.problems.row import Row, unknown, wrong_field

PUBLISHING_ROWS: dict[type[Exception], Row] = {
    publishing.NeverPublicError: Row(
        409,
        "never_public",
        _l("This report is never public"),
        _l("Its category is private, or its reporter asked that it stays confidential. Nothing was published."),
        facts=("report_id",),
    ),
    publishing.PhotosUndecidedError: Row(
        422,
        "photos_undecided",
        _l("Not every photo is decided about"),
        _l("Say of each photo, once, whether it is shown. Perhaps one came meanwhile: load the page again."),
        facts=("photo_ids",),
        field="photos",
    ),
    publishing.ReportersPhotoError: Row(
        409,
        "reporters_photo",
        _l("This photo is never shown"),
        _l("Somebody without a name took it, and a photo can tell who took it. Withhold it."),
        facts=("photo_id",),
    ),
    publishing.ReasonMissingError: wrong_field("reason", _l("Say why something is withheld: the reporter reads it.")),
    publishing.WordsCoveredError: Row(
        409,
        "words_covered",
        _l("The words of this report are covered"),
        _l("They were covered because: %(reason)s Nothing was published. Write for everybody anew, without them."),
        facts=("covering_id", "reason"),
    ),
    publishing.PublicationChangedError: Row(
        409,
        "publication_changed",
        _l("Somebody else decided meanwhile"),
        _l("What the public sees of this report was changed or taken down since you looked. Look at it, then decide."),
        facts=("report_id", "number"),
    ),
    publishing.NotPublishedError: Row(
        409,
        "not_published",
        _l("Nothing of this report is shown"),
        _l("It was taken down meanwhile, or nobody has published it."),
        facts=("report_id",),
    ),
    publishing.PublicationUnknownError: unknown("publication_unknown", _l("There is no such publication")),
    photos.BoxError: wrong_field(
        "photos", _l("A box lies outside of its photo, or there are more than 200. Nothing was published.")
    ),
}
