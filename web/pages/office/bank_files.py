"""The file for the bank: all open settlements with the accounts to which they go, as CSV or as XLSX."""

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session

import settlements
from people import Role
from settlements import BankOrder
from web.auth import access
from web.clock import today
from web.pages.office.bank_file_forms import csv_bytes, xlsx_bytes
from web.pages.office.blueprint import blueprint
from web.secret_keys import phone_vault
from web.unit_of_work import reading

_FORMS: dict[str, tuple[Callable[[list[BankOrder]], bytes], str]] = {
    "csv": (csv_bytes, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@blueprint.get("/settlements/bank-file.<any(csv,xlsx):form>")
@access(Role.FINANCE, everywhere=True)
def bank_file(form: str) -> Response:
    """Give out what the bank is to pay."""

    def read(session: Session) -> list[BankOrder]:
        return settlements.bank_orders(session, vault=phone_vault())

    written, content_type = _FORMS[form]
    answer = Response(written(reading(read)), content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="payments-{today().isoformat()}.{form}"'
    return answer
