"""`demo`: fills an empty installation with fictitious people and a year of activity."""

import click

from demo import DemoRefusedError, DemoSize, log_ins
from web.commands.refusing import RefusingCommand
from web.demo import load_demo
from web.unit_of_work import reading

_FULL = DemoSize()


@click.command("demo", cls=RefusingCommand)
@click.option("--residents", type=click.IntRange(min=20), default=_FULL.residents, show_default=True)
@click.option("--merchants", type=click.IntRange(min=1), default=_FULL.merchants, show_default=True)
@click.option("--entries", type=click.IntRange(min=400), default=_FULL.entries, show_default=True)
@click.option("--reports", type=click.IntRange(min=0), default=_FULL.reports, show_default=True)
def demo(residents: int, merchants: int, entries: int, reports: int) -> None:
    """Load the demo; refuses where residents, merchants or entries exist."""
    try:
        load_demo(DemoSize(residents, merchants, entries, reports))
    except DemoRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo("The demo is loaded. It is for trying only: everybody knows its passwords.")
    for each in reading(log_ins):
        click.echo(f"Log in as {each.who}: {each.login_name}  {each.password}")
