"""`demo`: fills an empty installation with fictitious people and a year of activity."""

import click

from demo import DemoRefusedError, log_ins
from web.commands.refusing import RefusingCommand
from web.demo import load_demo
from web.unit_of_work import reading


@click.command("demo", cls=RefusingCommand)
def demo() -> None:
    """Load the demo; refuses where residents, merchants or entries exist."""
    try:
        load_demo()
    except DemoRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo("The demo is loaded. It is for trying only: everybody knows its passwords.")
    for each in reading(log_ins):
        click.echo(f"Log in as {each.who}: {each.login_name}  {each.password}")
