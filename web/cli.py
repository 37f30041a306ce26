"""The commands of `flask --app wsgi`."""

from flask import Flask


def register_commands(app: Flask) -> None:
    """Add the commands."""
    del app
