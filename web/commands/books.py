"""`books audit` and `books export`: the books proved from their postings, and as other programs read them."""

import sys

import click

import holds
import merchants
import receivables
from awards import every_fund_is_covered
from ledger import ExportFormat, audit, export
from web.commands.refusing import RefusingGroup
from web.settings import current_settings
from web.unit_of_work import snapshot

books = RefusingGroup("books", help="The books.")


@books.named("audit")
def prove() -> None:
    """Recompute everything from the postings: one line a check; ends with status 1 where the books differ."""
    failed = False
    with snapshot() as session:
        for result in audit(session, [every_fund_is_covered, *holds.CHECKS, *receivables.CHECKS, *merchants.CHECKS]):
            failed = failed or not result.ok
            detail = f": {result.detail}" if result.detail else ""
            click.echo(f"{'ok' if result.ok else 'DIFFERS'}  {result.name}{detail}")
    if failed:
        sys.exit(1)


@books.named("export")
@click.option("--format", "form", required=True, type=click.Choice([form.value for form in ExportFormat]))
def write(form: str) -> None:
    """Stream all entries to standard output, as a journal of ledger-cli and hledger, for beancount, or as CSV."""
    with snapshot() as session:
        for piece in export(session, ExportFormat(form), zone=current_settings().time_zone):
            sys.stdout.write(piece)
