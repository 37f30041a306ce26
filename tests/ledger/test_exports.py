"""The books as text for outside programs: what is written, in which order, and how names and texts are kept apart."""

import csv
import re
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ledger import Asset, ExportFormat, Side, credit, debit, export, new_id, open_account, post, reverse
from ledger.beancount_names import beancount_name
from tests.clock import NOON, SHANGHAI
from tests.ledger.builders import (
    ANOTHER_OFFICER,
    OFFICER,
    THIS_YEAR,
    UNDATED,
    appropriating,
    awarding,
    entry_of,
    funded_books,
    open_books,
)

# What beancount accepts as a part of an account's name after its root.
COMPONENT = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")


def exported(session: Session, form: ExportFormat) -> str:
    return "".join(export(session, form, zone=SHANGHAI))


def test_an_entry_is_written_for_hledger_and_ledger(session: Session) -> None:
    books = open_books(session)
    money, award = appropriating(books, 100_000), awarding(books, 1_250)
    recorded_at = [post(session, [each]).isoformat().replace("+00:00", "Z") for each in (money, award)]
    text = exported(session, ExportFormat.LEDGER)
    assert (
        "commodity PAB\n    format 1000.00 PAB\ncommodity MIN\ncommodity DUTY\ncommodity CNY\n    format 1000.00 CNY\n"
        in text
    )
    assert "account fund:peace:available\naccount fund:peace:backing\naccount issued\n" in text
    assert text.endswith(
        f"""
2026-06-01 * ({money.id}) appropriation Money received
    ; actor: person:0a
    ; occurred_at: 2026-06-01T04:00:00Z
    ; recorded_at: {recorded_at[0]}
    treasury:bank  1000.00 CNY
    fund:peace:backing  -1000.00 CNY
    issued  1000.00 PAB  ; lot: never:peace
    fund:peace:available  -1000.00 PAB  ; lot: never:peace

2026-06-01 * ({award.id}) award
    ; actor: person:0a
    ; occurred_at: 2026-06-01T04:00:00Z
    ; recorded_at: {recorded_at[1]}
    fund:peace:available  12.50 PAB  ; lot: never:peace
    resident:7f3:available  -12.50 PAB  ; lot: 2026-12-31:peace
"""
    )


def test_an_entry_is_written_for_beancount(session: Session) -> None:
    books = funded_books(session)
    award = awarding(books, 5)
    recorded_at = post(session, [award]).isoformat().replace("+00:00", "Z")
    text = exported(session, ExportFormat.BEANCOUNT)
    assert text.startswith("; The books, for beancount.")
    assert '\n1970-01-01 open Liabilities:Fund:Peace:Available PAB\n    code: "fund:peace:available"\n' in text
    assert '\n1970-01-01 open Assets:Treasury:Bank CNY\n    code: "treasury:bank"\n' in text
    assert '\n1970-01-01 open Equity:Issued PAB\n    code: "issued"\n' in text
    assert text.endswith(
        f"""
2026-06-01 * "award"
    id: "{award.id}"
    actor: "person:0a"
    occurred_at: "2026-06-01T04:00:00Z"
    recorded_at: "{recorded_at}"
    Liabilities:Fund:Peace:Available  0.05 PAB
        lot: "never:peace"
    Liabilities:Resident:7f3:Available  -0.05 PAB
        lot: "2026-12-31:peace"
"""
    )


def test_csv_has_one_line_a_posting_in_minor_units(session: Session) -> None:
    books = funded_books(session)
    award = awarding(books, 5)
    recorded_at = post(session, [award]).isoformat().replace("+00:00", "Z")
    rows = list(csv.DictReader(export(session, ExportFormat.CSV, zone=SHANGHAI)))
    assert len(rows) == 6
    assert rows[-1] == {
        "entry_id": str(award.id),
        "kind": "award",
        "description": "",
        "actor": "person:0a",
        "occurred_at": "2026-06-01T12:00:00+08:00",
        "recorded_at": recorded_at,
        "reverses_id": "",
        "line": "2",
        "account": "resident:7f3:available",
        "asset": "PAB",
        "lot": THIS_YEAR,
        "side": "credit",
        "amount": "5",
    }


def test_a_reversal_names_what_it_reverses(session: Session) -> None:
    books = funded_books(session)
    award = awarding(books, 5)
    post(session, [award])
    reverse(session, entry_id=award.id, actor=ANOTHER_OFFICER, now=NOON)
    assert f"    ; reverses: {award.id}\n" in exported(session, ExportFormat.LEDGER)
    assert f'    reverses: "{award.id}"\n' in exported(session, ExportFormat.BEANCOUNT)
    assert list(csv.DictReader(export(session, ExportFormat.CSV)))[-1]["reverses_id"] == str(award.id)


@pytest.mark.parametrize(
    ("asset", "lot", "amount", "written"),
    [
        (Asset.PAB, UNDATED, 1, "0.01 PAB"),
        (Asset.PAB, UNDATED, 10, "0.10 PAB"),
        (Asset.CNY, "", 100, "1.00 CNY"),
        (Asset.CNY, "", 2**53 - 1, "90071992547409.91 CNY"),
        (Asset.MIN, "", 90, "90 MIN"),
        (Asset.DUTY, "2026-07-01", 1, "1 DUTY"),
    ],
)
def test_amounts_have_the_scale_of_their_asset(
    session: Session, asset: Asset, lot: str, amount: int, written: str
) -> None:
    contra = open_account(session, code="contra", asset=asset, normal_side=Side.DEBIT, bounded=False)
    account = open_account(session, code="account", asset=asset, normal_side=Side.CREDIT)
    post(session, [entry_of(debit(contra, asset, amount, lot), credit(account, asset, amount, lot))])
    for form in (ExportFormat.LEDGER, ExportFormat.BEANCOUNT):
        text = exported(session, form)
        assert f"  {written}" in text
        assert f"  -{written}" in text


def test_an_entry_stands_on_its_day_in_the_zone_asked_for(session: Session) -> None:
    books = funded_books(session)
    late = datetime(2026, 6, 30, 18, tzinfo=UTC)
    post(session, [entry_of(*awarding(books, 5).lines, occurred_at=late)])
    assert "\n2026-07-01 * " in exported(session, ExportFormat.LEDGER)
    assert "\n2026-06-30 * " in "".join(export(session, ExportFormat.LEDGER))


@pytest.mark.parametrize("form", list(ExportFormat))
def test_entries_come_in_the_order_they_were_recorded(session: Session, form: ExportFormat) -> None:
    books = funded_books(session)
    # What was recorded together is ordered by id, whatever the ids are.
    together = sorted([awarding(books, 1) for _ in range(20)], key=lambda entry: entry.id)
    latest = entry_of(*awarding(books, 1).lines, entry_id=new_id())
    post(session, list(reversed(together)))
    post(session, [latest])
    text = exported(session, form)
    places = [text.index(str(entry.id)) for entry in [*together, latest]]
    assert places == sorted(places)


def test_texts_stay_on_their_line_and_in_their_quotes(session: Session) -> None:
    books = funded_books(session)
    description = 'Cash;\n2026-01-01 * "evil" \\\u2028\x07 平安'
    post(session, [entry_of(*awarding(books, 5).lines, description=description)])
    ledger, beancount = (exported(session, form) for form in (ExportFormat.LEDGER, ExportFormat.BEANCOUNT))
    assert ') award Cash, 2026-01-01 * "evil" \\ 平安\n' in ledger
    assert '* "award Cash; 2026-01-01 * \\"evil\\" \\\\ 平安"\n' in beancount
    assert list(csv.DictReader(export(session, ExportFormat.CSV)))[-1]["description"] == description


@pytest.mark.parametrize("form", list(ExportFormat))
def test_empty_books_are_exported_too(session: Session, form: ExportFormat) -> None:
    text = exported(session, form)
    assert text
    assert OFFICER not in text


@pytest.mark.parametrize("form", list(ExportFormat))
def test_the_export_streams(session: Session, form: ExportFormat) -> None:
    books = funded_books(session, fund=3_000)
    post(session, [awarding(books, 1) for _ in range(3_000)])
    pieces = export(session, form)
    assert sum(len(piece) for piece in islice(pieces, 20)) < 10_000
    assert sum(1 for _ in pieces) >= 2_990


# --- beancount's names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "side", "bounded", "name"),
    [
        ("issued", Side.DEBIT, False, "Equity:Issued"),
        ("treasury:bank", Side.DEBIT, True, "Assets:Treasury:Bank"),
        (
            "merchant:corner-shop_1:in_settlement",
            Side.CREDIT,
            True,
            "Liabilities:Merchant:Corner--shop-1:In-settlement",
        ),
        ("fund:a_-b:held", Side.CREDIT, True, "Liabilities:Fund:AZ5fZZ2dZb:Held"),
        ("fund:M7:held", Side.CREDIT, True, "Liabilities:Fund:XM7:Held"),
        ("fund:xyz:held", Side.CREDIT, True, "Liabilities:Fund:Xxyz:Held"),
        ("fund:zoo:held", Side.CREDIT, True, "Liabilities:Fund:Xzoo:Held"),
        ("fund:Zoo:held", Side.CREDIT, True, "Liabilities:Fund:Z5aZoo:Held"),
        ("fund:_x:held", Side.CREDIT, True, "Liabilities:Fund:X-x:Held"),
        ("fund:平安:held", Side.CREDIT, True, "Liabilities:Fund:Z5e73ZZ5b89Z:Held"),
        ("resident:7f3:minutes", Side.CREDIT, True, "Liabilities:Resident:7f3:Minutes"),
    ],
)
def test_a_code_becomes_a_name_for_beancount(code: str, side: Side, name: str, *, bounded: bool) -> None:
    assert beancount_name(code, side, bounded=bounded) == name


def read_back(component: str) -> str:
    """Undo the mapping as the export's head describes it."""
    if component.startswith("X"):
        component = component[1:]
    elif component[0].isupper() and component[0] != "Z":
        component = component[0].lower() + component[1:]
    parts = re.findall(r"Z([0-9a-f]+)Z|(--)|(-)|(.)", component)
    return "".join(
        chr(int(point, 16)) if point else "-" if two else "_" if one else plain for point, two, one, plain in parts
    )


@given(st.text(st.sampled_from("abxzXZAB019_-平 "), max_size=8) | st.text(max_size=8))
@example("")
def test_every_part_of_a_code_has_a_name_of_its_own(part: str) -> None:
    if ":" in part:
        return
    name = beancount_name(f"fund:{part}:held", Side.CREDIT, bounded=True)
    component = name.removeprefix("Liabilities:Fund:").removesuffix(":Held")
    assert COMPONENT.fullmatch(component)
    assert read_back(component) == part
