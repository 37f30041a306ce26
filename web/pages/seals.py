"""Seals for everybody: the signed heads of the books, the keys that signed them, and the program that verifies.

Adds its routes to the public pages.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, url_for
from sqlalchemy.orm import Session

import seals
from web.auth import public
from web.clock import now
from web.pages.lists import list_page, more_url, number_cursor
from web.pages.public import blueprint
from web.pages.shapes import HeadView, SealKeyView
from web.pages.times import local
from web.secret_keys import seal_keys
from web.settings import CHECKOUT
from web.unit_of_work import reading

_ON_PAGE = 20
_PROGRAM = CHECKOUT / "docs" / "verify_receipt.py"
# What waits is counted over the whole books, and anybody may ask for it as often as they like.
_WAITING, _WAITING_KEPT_FOR = "entries_waiting", timedelta(minutes=1)


@blueprint.get("/seals", endpoint="seals")
@public
def show_seals() -> str:
    """Say what a seal is, and show the newest head, those before it, and the keys."""
    before = number_cursor()

    def read(session: Session) -> dict[str, Any]:
        newest = seals.newest_head(session)
        start = before or (newest.size if newest else 1)
        found = seals.list_heads(session, limit=_ON_PAGE + 1, before=start)
        return {
            "newest": None if newest is None else head_view(newest),
            "items": [head_view(head) for head in found[:_ON_PAGE]],
            "more_url": more_url(found[_ON_PAGE - 1].size if len(found) > _ON_PAGE else None),
            "waiting": _waiting(session),
            "keys": _keys(session),
        }

    return list_page("public/seals.html", "public/_head_items.html", **reading(read))


@blueprint.get("/seals/verify_receipt.py")
@public
def verifier() -> Response:
    """Give out the program with which anybody verifies a receipt without us."""
    headers = {"Content-Disposition": f"attachment; filename={_PROGRAM.name}"}
    return Response(_PROGRAM.read_bytes(), content_type="text/x-python; charset=utf-8", headers=headers)


def head_view(head: seals.TreeHead) -> HeadView:
    """Return a head as it is shown."""
    return HeadView(
        size=head.size,
        root=head.root.hex(),
        sealed_at=local(head.sealed_at),
        key_id=head.key_id,
        signature=head.signature.hex(),
        hash=head.hash.hex(),
        url=url_for("seals.show_head", size=head.size),
    )


def _keys(session: Session) -> list[SealKeyView]:
    """Return the keys that sign or signed heads, the newest first."""
    known = seal_keys().public_keys
    uses = {use.key_id: local(use.sealed_at) for use in seals.key_uses(session)}
    return [
        SealKeyView(key_id, known[key_id].hex() if key_id in known else "", uses.get(key_id))
        for key_id in dict.fromkeys([*known, *uses])
    ]


def _waiting(session: Session) -> int:
    kept: tuple[datetime, int] | None = current_app.extensions.get(_WAITING)
    if kept is None or now() - kept[0] > _WAITING_KEPT_FOR:
        kept = current_app.extensions[_WAITING] = (now(), seals.count_unsealed(session))
    return kept[1]
