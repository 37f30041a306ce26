"""The commands of `flask --app wsgi`."""

from flask import Flask

from web.commands.books import books
from web.commands.demo import demo
from web.commands.jobs import jobs
from web.commands.keys import keys
from web.commands.periods import PERIOD_COMMANDS
from web.commands.responsibilities import responsibilities
from web.commands.staff import staff
from web.commands.units import units
from web.commands.webhooks import webhooks


def register_commands(app: Flask) -> None:
    """Add the commands."""
    for command in PERIOD_COMMANDS:
        books.add_command(command)
    for group in (units, responsibilities, keys, staff, books, jobs, webhooks):
        app.cli.add_command(group)
    app.cli.add_command(demo)
