"""Drafts that a phone keeps: a page that follows upon a form says which of them was sent, so that the phone forgets it.

Of a report without a name the session must not tell anything; the page with its code says it by itself.
"""

from flask import session

from web.pages.forms import Form

_SENT = "sent_draft"


def note_sent(form: Form) -> None:
    """Remember, until the next page, which form was sent: by the key that its draft has too."""
    session[_SENT] = form.idempotency_key


def sent_draft() -> str:
    """Return the key of the form that was sent just now, once; empty where none was."""
    return str(session.pop(_SENT, ""))
