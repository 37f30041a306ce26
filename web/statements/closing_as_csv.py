"""The closing statement of a period as CSV for spreadsheets."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import closing_statement, closing_totals
from web.statements.as_csv import BYTE_ORDER_MARK, rows_text, safe_text
from web.statements.words import asset_words, decimal_text


def closing_csv_texts(session: Session, number: int) -> Iterator[str]:
    """Stream a period's statement, line by line, and at its end the totals of each asset.

    Raises:
        PeriodUnknownError: no such period, or it has no statement yet.
    """
    lines = closing_statement(session, number)
    yield BYTE_ORDER_MARK + rows_text(
        [(_("Account"), _("What is counted"), _("Opening balance"), _("Debit"), _("Credit"), _("Closing balance"))]
    )
    for line in lines:
        amounts = (line.opening, line.debits, line.credits, line.closing)
        texts = (decimal_text(amount, line.asset) for amount in amounts)
        yield rows_text([(safe_text(line.code), asset_words(line.asset), *texts)])
    for total in closing_totals(session, number):
        sums = (decimal_text(total.debits, total.asset), decimal_text(total.credits, total.asset))
        yield rows_text([(_("Together"), asset_words(total.asset), "", *sums, "")])
