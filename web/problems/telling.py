"""How a refusal is told: from an error, or from the code of a remembered attempt, to words in the caller's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from web.problems.awards import AWARDS_ROWS
from web.problems.cards import CARDS_ROWS
from web.problems.domain import LEDGER_ROWS, PEOPLE_ROWS
from web.problems.fairness import FAIRNESS_ROWS
from web.problems.holds import HOLDS_ROWS
from web.problems.listening import LISTENING_ROWS
from web.problems.merchants import MERCHANTS_ROWS
from web.problems.notices import NOTICES_ROWS
from web.problems.photos import PHOTOS_ROWS
from web.problems.publishing import PUBLISHING_ROWS
from web.problems.receivables import RECEIVABLES_ROWS
from web.problems.refusals import REFUSALS
from web.problems.reports import REPORTS_ROWS
from web.problems.requests import UNAVAILABLE
from web.problems.row import Row
from web.problems.seals import SEALS_ROWS
from web.problems.settlements import SETTLEMENTS_ROWS
from web.problems.suspicions import SUSPICIONS_ROWS
from web.problems.tills import TILLS_ROWS
from web.problems.webhooks import WEBHOOKS_ROWS
from web.unit_of_work import DatabaseUnavailableError


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal as it is told: RFC 9457's members, and what this refusal knows besides."""

    status: int
    code: str
    title: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class ProblemError(Exception):
    """The web itself refuses a request, for a reason of its own row; `facts` fill the row's detail."""

    def __init__(
        self,
        row: Row,
        *,
        errors: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(row.code)
        self.row = row
        self.errors = errors or {}
        self.facts = facts


ROWS: dict[type[Exception], Row] = {
    **LEDGER_ROWS,
    **HOLDS_ROWS,
    **PEOPLE_ROWS,
    **AWARDS_ROWS,
    **MERCHANTS_ROWS,
    **CARDS_ROWS,
    **WEBHOOKS_ROWS,
    **NOTICES_ROWS,
    **PHOTOS_ROWS,
    **PUBLISHING_ROWS,
    **RECEIVABLES_ROWS,
    **SETTLEMENTS_ROWS,
    **SUSPICIONS_ROWS,
    **TILLS_ROWS,
    **REPORTS_ROWS,
    **FAIRNESS_ROWS,
    **LISTENING_ROWS,
    **SEALS_ROWS,
    DatabaseUnavailableError: UNAVAILABLE,
}


def row_of(error: BaseException) -> Row | None:
    """Return the row of an error, that of its nearest base class where it has none itself."""
    if isinstance(error, ProblemError):
        return error.row
    return next((ROWS[each] for each in type(error).__mro__ if each in ROWS), None)


def problem_of(error: BaseException) -> Problem:
    """Return how an error with a row is told, in the language of the request.

    Raises:
        KeyError: the error has no row: it is a bug, not a refusal.
    """
    row = row_of(error)
    if row is None:
        raise KeyError(type(error).__name__)
    if isinstance(error, ProblemError):
        return _told(row, error.facts, error.facts, error.errors)
    known = {name: getattr(error, name) for name in dir(error) if not name.startswith("_")}
    detail = str(row.detail) % (known | row.words_of(error) if row.words_of else known)
    errors = {row.field: [detail]} if row.field else {}
    return Problem(
        status=row.status,
        code=row.code,
        title=str(row.title),
        detail=detail,
        facts={name: known[name] for name in row.facts},
        errors=row.errors_of(error) if row.errors_of else errors,
        headers=_retry_after(row, known),
    )


def problem_of_refusal(code: str, **facts: Any) -> Problem:
    """Return how a refused attempt, which is remembered by its code, is told."""
    return _told(REFUSALS[code], {}, facts, {})


def _told(row: Row, words: Mapping[str, Any], facts: Mapping[str, Any], errors: Mapping[str, Any]) -> Problem:
    return Problem(
        status=row.status,
        code=row.code,
        title=str(row.title),
        detail=str(row.detail) % words if words else str(row.detail),
        facts=facts,
        errors=errors,
        headers=_retry_after(row, facts),
    )


def _retry_after(row: Row, facts: Mapping[str, Any]) -> dict[str, str]:
    if row.status not in {429, 503}:
        return {}
    return {"Retry-After": str(facts.get("retry_after_s", 60 if row.status == 429 else 2))}
