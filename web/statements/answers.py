"""Handing out statements: checked before the first byte, then streamed from one snapshot of the books."""

from collections.abc import Callable, Generator, Iterator
from datetime import date
from enum import StrEnum

from flask import Response
from sqlalchemy.orm import Session

from ledger import Asset, StatementPeriod, check_period, check_settled
from web.clock import now
from web.settings import current_settings
from web.statements.as_csv import csv_texts
from web.statements.as_html import POLICY, html_texts
from web.statements.as_xlsx import xlsx_bytes
from web.statements.owners import StatementOwner
from web.statements.papers import Paper, open_paper
from web.streaming import joined, streamed
from web.unit_of_work import in_transaction, snapshot

FindOwner = Callable[[Session], StatementOwner]


class PaperForm(StrEnum):
    """The forms in which statements are handed out; also how their files' names end."""

    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"


_TEXTS: dict[PaperForm, Callable[[Paper], Iterator[str]]] = {PaperForm.HTML: html_texts, PaperForm.CSV: csv_texts}
_CONTENT_TYPES = {
    PaperForm.HTML: "text/html; charset=utf-8",
    PaperForm.CSV: "text/csv; charset=utf-8",
    PaperForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def paper_bytes(
    find: FindOwner, form: PaperForm, *, first_on: date, last_on: date, asset: Asset | None = None
) -> Generator[bytes]:
    """Stream the statement of the owner that `find` finds, over days of which both ends count.

    Raises:
        PeriodTooOldError, PeriodEndsFirstError, PeriodInFutureError: there is no statement over these days.
        InstantTooYoungError: the days are over, but what was recorded in them may not all be there yet.
        StatementDiffersError: the books do not add up; what was streamed before has no end.
    """
    printed_at = now()
    period = StatementPeriod(first_on, last_on, current_settings().time_zone)
    check_period(period, today=printed_at.date())
    if last_on < printed_at.date():
        # In a transaction before the one that reads: only what is settled by then is sure to be in its snapshot.
        in_transaction(lambda session: check_settled(session, period.until))
    with snapshot() as session:
        paper = open_paper(session, find(session), period, asset=asset, printed_at=printed_at)
        if form is PaperForm.XLSX:
            yield from joined(xlsx_bytes(paper), b"")
        else:
            yield from (text.encode() for text in joined(_TEXTS[form](paper), ""))


def paper_answer(
    find: FindOwner,
    form: PaperForm,
    *,
    first_on: date,
    last_on: date,
    asset: Asset | None = None,
    file_word: str = "",
) -> Response:
    """Return the answer that streams a statement; raises as `paper_bytes` does, before the first byte where it can.

    `file_word` goes into the file's name, so it must name nobody: file names are seen by many.
    """
    pieces = paper_bytes(find, form, first_on=first_on, last_on=last_on, asset=asset)
    answer = streamed(pieces, content_type=_CONTENT_TYPES[form])
    words = filter(None, ("statement", file_word, first_on.isoformat(), last_on.isoformat()))
    shown = "inline" if form is PaperForm.HTML else "attachment"
    answer.headers.set("Content-Disposition", shown, filename=f"{'_'.join(words)}.{form}")
    answer.headers["Cache-Control"] = "no-store"
    if form is PaperForm.HTML:
        answer.headers["Content-Security-Policy"] = POLICY
    return answer


def account_file_word(code: str) -> str:
    """Return how files name an account: funds and shops are public, whose a resident's or a unit's is, is not."""
    return "" if code.startswith(("resident:", "unit:")) else code.replace(":", "-")
