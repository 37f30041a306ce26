"""The interface for programs: `/api/v1`, described by its own schemas."""

from flask import Flask


def register_api(app: Flask) -> None:
    """Bind the API to the application."""
    del app
