"""Reading the statements that the application gives out."""

import csv
import io
import zipfile

import openpyxl
from openpyxl import Workbook
from werkzeug.test import TestResponse

from tests.web.world import Somebody, World

FORMS = ("html", "csv", "xlsx")
ENGLISH = {"language": "en"}


def rows_of(answer: TestResponse) -> list[list[str]]:
    """Return the rows of a CSV answer, and see that it is written as spreadsheets want it."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/csv; charset=utf-8"
    text = answer.get_data().decode()
    assert text.startswith("\ufeff")
    assert text.count("\n") == text.count("\r\n") > 0
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def lines_of(answer: TestResponse) -> list[list[str]]:
    """Return a CSV answer's lines without headings, balances and end."""
    return [row for row in rows_of(answer)[1:-1] if row[3] not in {"Opening balance", "Closing balance"}]


def workbook_of(answer: TestResponse) -> Workbook:
    """Return the workbook of an XLSX answer."""
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.get_data()))


def content_of(answer: TestResponse, form: str) -> str:
    """Return what an answer says in any of the forms, unpacked."""
    assert answer.status_code == 200
    if form != "xlsx":
        return answer.get_data().decode()
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def give(world: World, resident: Somebody, reason: str) -> None:
    """Award a credit for a reason."""
    body = {"resident_id": str(resident.id), "fund": "peace", "amount": 100, "reason": reason}
    assert world.post("/awards", body, world.administrator).status_code == 201
