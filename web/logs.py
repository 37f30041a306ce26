"""Where log lines go: to standard error, one line an event, for whoever runs the process to keep."""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure_logging(level: str) -> None:
    """Send log lines of `level` and above to standard error."""
    logging.basicConfig(format=_FORMAT, level=level, force=True)
    # What these tell of is photos: their bytes, their addresses, what is written in them.
    for name in ("botocore", "urllib3", "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Alembic tells its plans at length; what it did is in the database.
    logging.getLogger("alembic").setLevel(logging.WARNING)
