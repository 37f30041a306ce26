"""Reading the movements out of a bank's statement: columns are named, or recognised by their headings."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from settlements import Movement
from web.pages.forms import minor_units
from web.pages.office.batch_files import rows_of_file

MOVEMENTS_MAX = 20_000
_HEADING_ROWS = 30
COLUMNS = ("date", "paid_out", "received", "counterparty", "account", "reference")
_NEEDED = ("date", "paid_out")
# What banks call their columns; the first that is found counts, and the longer names come first.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "date": ("交易日期", "记账日期", "入账日期", "日期", "交易时间", "booking date", "date"),
    "paid_out": (
        *("借方发生额", "借方金额", "支出金额", "支出", "借方", "付款金额", "paid out", "debit", "金额", "amount"),
    ),
    "received": ("贷方发生额", "贷方金额", "收入金额", "收入", "贷方", "收款金额", "received", "credit"),
    "counterparty": ("对方户名", "对方名称", "收款人", "户名", "counterparty", "payee", "name"),
    "account": ("对方账号", "对方帐号", "收款账号", "账号", "帐号", "account"),
    "reference": ("摘要", "附言", "用途", "备注", "凭证号", "reference", "document", "purpose"),
}
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_FAULTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class StatementFile:
    """The movements of a file, or what is wrong with it, in words."""

    movements: Sequence[Movement]
    faults: Sequence[str]


def read_statement_file(data: bytes, columns: Mapping[str, str], *, out_is_negative: bool) -> StatementFile:
    """Return the movements of a bank's file.

    `columns` names, for some of COLUMNS, the heading that the file gives it; the others are recognised by what banks
    usually call them. Where there is only one column of amounts, `out_is_negative` says how it tells what was paid.

    Raises:
        BatchFileError: it is no table.
    """
    places: dict[str, int] | None = None
    movements: list[Movement] = []
    faults: list[str] = []
    for line, row in rows_of_file(data):
        cells = [unicodedata.normalize("NFKC", cell).strip() for cell in row]
        if not any(cells):
            continue
        if places is None:
            places = _places(cells, columns)
            if places is None and line > _HEADING_ROWS:
                break
            continue
        try:
            movement = _movement(cells, places, out_is_negative=out_is_negative)
        except ValueError as error:
            faults.append(_("Line %(line)s: %(reason)s", line=line, reason=str(error)))
            continue
        if movement is not None:
            movements.append(movement)
        if len(movements) > MOVEMENTS_MAX:
            return StatementFile([], [_("A statement has at most 20,000 movements. Make two files of it.")])
    if places is None:
        return StatementFile([], [_("No line names the columns of the day and of what was paid. Name them below.")])
    return StatementFile(movements, faults[:_FAULTS_SHOWN])


def _places(cells: Sequence[str], columns: Mapping[str, str]) -> dict[str, int] | None:
    """Return where each column stands, None where this row is not that of the headings."""
    names = [cell.casefold() for cell in cells]
    places: dict[str, int] = {}
    for column in COLUMNS:
        wanted = unicodedata.normalize("NFKC", columns.get(column, "")).strip().casefold()
        place = _place(names, (wanted,) if wanted else _HEADINGS[column], exactly=bool(wanted), taken=places.values())
        if place is not None:
            places[column] = place
    return places if all(column in places for column in _NEEDED) else None


def _place(names: Sequence[str], headings: Sequence[str], *, exactly: bool, taken: Collection[int]) -> int | None:
    for heading in headings:
        for place, name in enumerate(names):
            if place not in taken and (name == heading if exactly else heading in name):
                return place
    return None


def _movement(cells: Sequence[str], places: Mapping[str, int], *, out_is_negative: bool) -> Movement | None:
    """Return the movement of a row, None where it moves nothing, such as a row of sums.

    Raises:
        ValueError: it cannot be read, in words.
    """
    told = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
    if not told["date"]:
        return None
    paid_out = _signed(told["paid_out"])
    if "received" in places:
        paid_out = abs(paid_out) - abs(_signed(told["received"]))
    elif out_is_negative:
        paid_out = -paid_out
    if not paid_out:
        return None
    return Movement(
        booked_on=_day(told["date"]),
        paid_out=paid_out,
        counterparty=_printable(told.get("counterparty", "")),
        account=told.get("account", ""),
        reference=_printable(told.get("reference", "")),
    )


def _signed(text: str) -> int:
    negative = text.startswith(("-", "(", "\u2212"))
    plain = text.strip("-+()\u2212")
    if not plain or not plain.replace("0", "").strip(".,"):
        return 0
    minor = minor_units(plain)
    if minor is None:
        raise ValueError(_("“%(text)s” is no amount", text=_printable(text)[:50]))
    return -minor if negative else minor


def _day(text: str) -> date:
    word = text.split(" ", maxsplit=1)[0].split("T", maxsplit=1)[0]
    for form in _DAYS:
        try:
            return datetime.strptime(word, form).date()  # noqa: DTZ007 - a day without a time
        except ValueError:
            continue
    raise ValueError(_("“%(text)s” is no day", text=_printable(text)[:50]))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text).strip()
