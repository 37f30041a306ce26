"""`responsibilities load`: the responsibility list from a file."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from responsibilities import list_versions, packaged_responsibilities, publish_responsibilities, read_responsibilities
from web.clock import now
from web.commands.refusing import RefusingGroup
from web.unit_of_work import in_transaction

responsibilities = RefusingGroup("responsibilities", help="Who answers for what, and by when.")


@responsibilities.named("load")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path | None) -> None:
    """Publish a list as the next version; without FILE, the packaged one for 永济市.

    FILE is CSV in UTF-8 (or GB 18030) with the columns code, parent_code, kind, name, name_en, department, normal_days,
    serious_days, urgent_days, dispatch_days, private; a category before those below it. The departments are units:
    load those first.
    """
    lines = packaged_responsibilities() if file is None else read_responsibilities(file.read_bytes())

    def publish(session: Session) -> tuple[int, bool]:
        before = {each.number for each in list_versions(session)}
        number = publish_responsibilities(session, lines=lines, actor="system", now=now()).number
        return number, number in before

    number, is_old = in_transaction(publish)
    click.echo(f"Version {number} says the same already." if is_old else f"{len(lines)} lines are version {number}.")
