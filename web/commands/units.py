"""`units load`: the tree of units from a file."""

from pathlib import Path

import click

from people import load_units, packaged_units, read_units
from web.commands.refusing import RefusingGroup
from web.unit_of_work import in_transaction

units = RefusingGroup("units", help="The tree of units.")


@units.named("load")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path | None) -> None:
    """Add units that are new and correct names that changed; without FILE, the packaged units of 永济市.

    FILE is CSV in UTF-8 with the columns code, parent_code, level, name, a parent before its children.
    """
    rows = packaged_units() if file is None else read_units(file.read_bytes())
    changed = in_transaction(lambda session: load_units(session, rows=rows))
    click.echo(f"{changed} of {len(rows)} units were new or had another name.")
