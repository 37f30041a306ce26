"""Photos in forms of pages: what is wrong about them is said beside the field, and who gets them on pages."""

from collections.abc import Callable
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import Call, recall_call
from photos import CleanPhoto, PhotoRefusedError, PhotoStore, TooManyPhotosError
from web.pages.forms import Form, once
from web.photo_uploads import keeping_with, uploaded_photos
from web.problems import ProblemError, problem_of

FIELD = "photos"


def typed_photos(form: Form) -> list[CleanPhoto]:
    """Return the photos that came with the form; none, and a fault beside the field, where one cannot be taken."""
    try:
        return uploaded_photos(FIELD)
    except PhotoRefusedError as error:
        told = problem_of(error)
        form.wrong(FIELD, str(told.errors[FIELD][0]))
    except TooManyPhotosError as error:
        form.wrong(FIELD, problem_of(error).detail)
    except ProblemError:
        form.wrong(FIELD, _("A photo has at most 10 MiB."))
    return []


def choose_again(form: Form, pictures: list[CleanPhoto]) -> None:
    """Say beside the field that the photos are to be chosen again: a browser does not put files back into a form."""
    if pictures:
        form.errors.setdefault(FIELD, _("Please choose the photos again: the browser forgets them."))


def hashes(pictures: list[CleanPhoto]) -> list[str]:
    """Return what stands for photos in what a call asks."""
    return [picture.sha256 for picture in pictures]


def once_with_photos(
    call: Call, pictures: list[CleanPhoto], make: Callable[[Session, PhotoStore | None], UUID]
) -> UUID:
    """Make something with photos, once, as `forms.once`; without any, no store is needed.

    Raises:
        KeyReusedError: the key stands with other input.
        PhotoStoreUnavailableError: the store is away; nothing was made.
    """
    if not pictures:
        return once(call, lambda session: make(session, None))
    return keeping_with(lambda session, store: recall_call(session, call) or make(session, store))
