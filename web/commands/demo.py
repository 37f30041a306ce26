"""`demo`: fills an empty installation with fictitious people and a year of activity."""

import click

from web.commands.refusing import RefusingCommand
from web.demo import is_empty, load_demo
from web.unit_of_work import reading


@click.command("demo", cls=RefusingCommand)
def demo() -> None:
    """Load the demo; refuses where residents, merchants or entries exist."""
    if not reading(is_empty):
        raise click.ClickException("There are residents, merchants or entries: the demo would mix with what is real.")
    load_demo()
