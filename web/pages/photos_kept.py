"""Photos of a form that comes back to be corrected or confirmed: a browser forgets which files were chosen, we do not.

They are set aside for a day or two, and the form carries a signed note of which they are.
"""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from photos import PHOTOS_MAX, CleanPhoto, PhotoStoreUnavailableError, TooManyPhotosError, photos_set_aside, set_aside
from web.clock import today
from web.pages.forms import Form
from web.pages.photos_typed import FIELD, choose_again, typed_photos
from web.pages.viewer import resident_id
from web.photo_storage import photo_store
from web.photo_uploads import keeping_with
from web.problems import problem_of
from web.settings import current_settings
from web.unit_of_work import reading

KEPT, DROPPED = "kept", "kept_dropped"
_SALT = "photos-set-aside"


@dataclass(frozen=True, slots=True)
class FormPhotos:
    """The photos of a form: those that are set aside already, and those that came with the present request."""

    kept: dict[UUID, CleanPhoto]
    fresh: list[CleanPhoto]

    @property
    def pictures(self) -> list[CleanPhoto]:
        """All of them, the same one once."""
        return list({each.sha256: each for each in (*self.kept.values(), *self.fresh)}.values())


def photos_of_form(form: Form) -> FormPhotos:
    """Return the photos of a form that has the fields `KEPT` and `DROPPED`; faults are noted beside that of photos."""
    kept = {} if form.values[DROPPED] == "1" else _kept(form)
    found = FormPhotos(kept, typed_photos(form))
    if len(found.pictures) > PHOTOS_MAX:
        form.wrong(FIELD, problem_of(TooManyPhotosError(PHOTOS_MAX)).detail)
    return found


def keep_photos(form: Form, photos: FormPhotos) -> None:
    """Let the form that is shown next bring the photos along; where they cannot be kept, say so beside the field."""
    try:
        ids = [*photos.kept, *(_set_aside(photos.fresh) if photos.fresh else ())]
    except PhotoStoreUnavailableError:
        ids = list(photos.kept)
        choose_again(form, photos.fresh)
    form.values[DROPPED] = ""
    form.values[KEPT] = _notes().dumps([each.hex for each in ids]) if ids else ""
    form.values["kept_count"] = str(len(ids)) if ids else ""


def _set_aside(pictures: list[CleanPhoto]) -> list[UUID]:
    return keeping_with(lambda session, store: set_aside(session, store, pictures=pictures, today=today()))


def _kept(form: Form) -> dict[UUID, CleanPhoto]:
    ids = _noted(form.values[KEPT])
    if not ids:
        return {}
    try:
        pictures = reading(lambda session: photos_set_aside(session, photo_store(), ids))
    except PhotoStoreUnavailableError as error:
        form.refuse(problem_of(error))
        return {}
    if len(pictures) < len(ids):
        form.values[KEPT] = ""
        form.wrong(FIELD, _("Please choose the photos again: they were kept for a day, and that is over."))
        return {}
    return dict(zip(ids, pictures, strict=True))


def _noted(note: str) -> list[UUID]:
    """Return the ids that a note holds which we gave to this resident; none for any other."""
    try:
        return [UUID(each) for each in _notes().loads(note)] if note else []
    except BadSignature:
        return []


def _notes() -> URLSafeSerializer:
    # Whose it is goes into the signature: nobody gets at another's photos by another's note.
    return URLSafeSerializer(current_settings().secret_key, salt=f"{_SALT}:{resident_id().hex}")
