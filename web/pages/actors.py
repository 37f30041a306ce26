"""The names of those who did something, from the opaque texts by which rows and entries know them."""

from collections.abc import Collection
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import persons_by_id
from reports import NOBODY


def actor_names(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Return a name for each actor; residents stay unnamed, because entries of theirs are nobody else's business."""
    ids = {actor: UUID(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")}
    persons = persons_by_id(session, set(ids.values()))
    names = {actor: persons[person_id].name for actor, person_id in ids.items() if person_id in persons}
    return {actor: names.get(actor) or _unnamed(actor) for actor in actors}


def _unnamed(actor: str) -> str:
    if actor.startswith("resident:"):
        return str(_("A resident"))
    if actor == NOBODY:
        return str(_("Somebody without a name"))
    return str(_("The system")) if actor == "system" else actor
