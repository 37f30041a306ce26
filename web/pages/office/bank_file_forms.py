"""What the bank is to pay, as files: CSV for programs, XLSX for people; no text in them is ever a formula."""

import io
from collections.abc import Sequence

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from ledger import Asset
from settlements import BankOrder
from web.pages.times import local
from web.statements import BYTE_ORDER_MARK, decimal_text, rows_text, safe_text

_TEXT_TYPE, _AMOUNT_FORMAT = "s", "0.00"


def csv_bytes(orders: Sequence[BankOrder]) -> bytes:
    """Return the payments as CSV in UTF-8 with a mark; those without an account follow under a heading of their own."""
    rows: list[Sequence[str]] = [_headings()]
    rows += [_row(order) for order in orders if order.payee is not None]
    apart = [_row(order) for order in orders if order.payee is None]
    if apart:
        rows += [(_without_account(),), *apart]
    return (BYTE_ORDER_MARK + rows_text([[safe_text(cell) for cell in row] for row in rows])).encode()


def xlsx_bytes(orders: Sequence[BankOrder]) -> bytes:
    """Return the payments as a workbook of one sheet; those without an account stand on a second one."""
    # Rows are written as they come: a long list takes no more memory than a short one.
    workbook = Workbook(write_only=True)
    _sheet(workbook, _("Payments"), [order for order in orders if order.payee is not None])
    apart = [order for order in orders if order.payee is None]
    if apart:
        _sheet(workbook, _without_account(), apart)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _sheet(workbook: Workbook, title: str, orders: Sequence[BankOrder]) -> None:
    sheet: WriteOnlyWorksheet = workbook.create_sheet(str(title)[:31])
    sheet.append([_text(sheet, heading) for heading in _headings()])
    for order in orders:
        cells = [_text(sheet, cell) for cell in _row(order)]
        # The amount is a number to add up, all others are texts: an account's number has too many digits for one.
        amount = WriteOnlyCell(sheet, order.settlement.amount / 100)
        amount.number_format = _AMOUNT_FORMAT
        sheet.append([*cells[:3], amount, *cells[4:]])


def _text(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, text)
    # Said outright: what begins with = would be taken for a formula.
    cell.data_type = _TEXT_TYPE
    return cell


def _headings() -> tuple[str, ...]:
    return (
        *(_("Account holder"), _("Account number"), _("Bank"), _("Amount (yuan)"), _("Purpose"), _("Shop")),
        *(_("Code"), _("Settlement")),
    )


def _row(order: BankOrder) -> tuple[str, ...]:
    settlement, payee = order.settlement, order.payee
    until = local(settlement.until)
    return (
        "" if payee is None else payee.holder,
        order.account,
        "" if payee is None else payee.bank,
        decimal_text(settlement.amount, Asset.CNY),
        _("Settlement until %(day)s", day=until.date().isoformat()),
        order.merchant.name,
        order.merchant.code,
        settlement.id.hex,
    )


def _without_account() -> str:
    return str(_("Without a bank account"))
