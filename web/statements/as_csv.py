"""Statements as CSV for spreadsheets: RFC 4180 in UTF-8 with a mark, so that Excel shows Chinese."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import gettext as _

from web.statements.headings import column_headings
from web.statements.papers import Paper, PaperLine, Section
from web.statements.words import decimal_text

# By it Excel knows that the text is UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# What spreadsheets take for the beginning of a formula, the wide forms of Chinese keyboards included.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_INSTANT = "%Y-%m-%d %H:%M:%S"


def csv_texts(paper: Paper) -> Iterator[str]:
    """Stream a paper as CSV; its last row says how many lines there are, so a file without it was cut off."""
    yield BYTE_ORDER_MARK + rows_text([(_("Account"), *column_headings())])
    count = 0
    for section in paper.sections:
        yield from _section(section)
        count += section.statement.line_count
    yield rows_text([(_("End of the statement"), str(count))])


def _section(section: Section) -> Iterator[str]:
    statement, asset = section.statement, section.asset
    account = safe_text(f"{section.title} ({section.asset_name})")
    first_on, last_on = statement.period.first_on.isoformat(), statement.period.last_on.isoformat()
    blank = ("",) * 4
    yield rows_text(
        [(account, first_on, "", _("Opening balance"), *blank, "", "", decimal_text(statement.opening, asset))]
    )
    for lines in section.parts():
        yield rows_text([(account, *_line(line, section)) for line in lines])
    sums = (decimal_text(statement.raised, asset), decimal_text(statement.lowered, asset))
    yield rows_text(
        [(account, last_on, "", _("Closing balance"), *blank, *sums, decimal_text(statement.closing, asset))]
    )


def _line(line: PaperLine, section: Section) -> tuple[str, ...]:
    until, asset = line.good_until, section.asset
    return (
        line.recorded_at.strftime(_INSTANT),
        line.occurred_at.strftime(_INSTANT),
        safe_text(line.kind),
        safe_text(line.note),
        safe_text(line.counterparty),
        safe_text(line.fund),
        until.isoformat() if isinstance(until, date) else safe_text(until),
        decimal_text(line.raised, asset) if line.raised else "",
        decimal_text(line.lowered, asset) if line.lowered else "",
        decimal_text(line.balance_after, asset),
    )


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before it, as people type there."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def rows_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as CSV writes them."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()
