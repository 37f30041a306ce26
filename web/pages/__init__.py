"""The pages that people see, rendered on the server."""

from flask import Flask


def register_pages(app: Flask) -> None:
    """Bind the pages to the application."""
    del app
