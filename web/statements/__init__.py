"""Statements of any owner over any days, as papers to print and as files for spreadsheets, streamed."""

from web.statements.answers import FindOwner, PaperForm, account_file_word, paper_answer, paper_bytes
from web.statements.as_csv import BYTE_ORDER_MARK, rows_text, safe_text
from web.statements.closing_as_csv import closing_csv_texts
from web.statements.owners import (
    StatementOwner,
    account_owner,
    fund_owner,
    merchant_owner,
    resident_owner,
)
from web.statements.words import decimal_text, kind_words

__all__ = [
    "BYTE_ORDER_MARK",
    "FindOwner",
    "PaperForm",
    "StatementOwner",
    "account_file_word",
    "account_owner",
    "closing_csv_texts",
    "decimal_text",
    "fund_owner",
    "kind_words",
    "merchant_owner",
    "paper_answer",
    "paper_bytes",
    "resident_owner",
    "rows_text",
    "safe_text",
]
