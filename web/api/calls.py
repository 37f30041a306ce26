"""Calls that may be repeated: the key they bring, and the same thing again for the same key."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from ledger import Call, recall_call
from reports import NOBODY
from web.auth import principal
from web.nobodys_calls import without_owner
from web.problems import ProblemError
from web.problems.requests import KEY_MALFORMED, KEY_MISSING
from web.unit_of_work import in_transaction

T = TypeVar("T")

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
_KEY = re.compile(r"[\x20-\x7e]{1,200}")


def call_of(asked: Mapping[str, Any]) -> Call:
    """Return the present request as a call: whose it is, on which route, under which key, and what it asks.

    Raises:
        ProblemError: the key is missing, or is not 1 to 200 printable ASCII characters.
    """
    call = optional_call_of(asked)
    if call is None:
        raise ProblemError(KEY_MISSING)
    return call


def nobodys_call_of(asked: Mapping[str, Any]) -> Call:
    """Return the present request as a call of nobody: its key is a hash, and whose it was is kept nowhere.

    Raises:
        ProblemError: as `call_of`.
    """
    return without_owner(call_of(asked))


def anybodys_call_of(asked: Mapping[str, Any]) -> Call:
    """Return the present request as a call on a route that asks nobody who they are, told apart by its content.

    Raises:
        ProblemError: as `call_of`.
    """
    call = _call(NOBODY, asked)
    if call is None:
        raise ProblemError(KEY_MISSING)
    return without_owner(call)


def optional_call_of(asked: Mapping[str, Any]) -> Call | None:
    """Return the present request as a call, None where it brings no key.

    Raises:
        ProblemError: the key is not 1 to 200 printable ASCII characters.
    """
    return _call(principal().actor, asked)


def once(call: Call, make: Callable[[Session], T], again: Callable[[Session, UUID], T]) -> tuple[T, dict[str, str]]:
    """Make something, or find what the same call made before; return it with the headers that say which it was.

    Raises:
        KeyReusedError: the key stands with other input.
    """

    def work(session: Session) -> tuple[T, dict[str, str]]:
        made_id = recall_call(session, call)
        return (make(session), {}) if made_id is None else (again(session, made_id), REPLAYED)

    return in_transaction(work)


def _call(owner: str, asked: Mapping[str, Any]) -> Call | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise ProblemError(KEY_MALFORMED)
    rule = request.url_rule.rule if request.url_rule is not None else request.path
    named: dict[str, Any] = {**asked, **(request.view_args or {})}
    return Call(owner=owner, route=f"POST {rule}", key=key, asked=named)
