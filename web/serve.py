"""`make run`: bring the database up to date, fill an empty one, say where to look, and serve."""

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from demo import DemoRefusedError, DemoSize, log_ins
from people import child_units, load_units, packaged_units
from responsibilities import packaged_responsibilities, publish_responsibilities
from web import create_app, settings_from_environment
from web.clock import now
from web.demo import is_empty, load_demo
from web.extensions import db
from web.logs import configure_logging
from web.metrics import DIRECTORY_VARIABLE
from web.migrating import know_migrations
from web.settings import CHECKOUT, SettingError, Settings
from web.unit_of_work import in_transaction, reading

# Of the demo that the first start loads.
REPORTS_AT_FIRST = 300


def main() -> None:
    """Prepare everything, then become gunicorn, so that a signal to this process is a signal to the server."""
    try:
        settings = settings_from_environment()
    except SettingError as error:
        raise SystemExit(str(error)) from error
    configure_logging(settings.log_level or "WARNING")
    app = create_app(settings)
    with app.app_context():
        prepare(settings)
        say_where(settings)
        # What is inherited by a new program are open files, and they are of no use to it.
        db.engine.dispose()
    serve(settings)


def prepare(settings: Settings) -> None:
    """Migrate; load the packaged units and responsibilities where there are none, and the demo where there is nothing.

    With `DEMO=0`, no demo. Whoever starts it for the first time waits for it, so it has a tenth of the reports that
    `flask demo` makes.
    """
    know_migrations(current_app)
    upgrade()
    if not reading(lambda session: child_units(session, None)):
        in_transaction(lambda session: load_units(session, rows=packaged_units()))
        in_transaction(_publish_packaged_responsibilities)
    if settings.demo and reading(is_empty):
        # Somebody else may have begun at the same moment, and come first.
        with suppress(DemoRefusedError):
            load_demo(DemoSize(reports=REPORTS_AT_FIRST))


def _publish_packaged_responsibilities(session: Session) -> None:
    publish_responsibilities(session, lines=packaged_responsibilities(), actor="system", now=now())


def say_where(settings: Settings) -> None:
    """Print the addresses, and the log-ins of the demo where it is loaded."""
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    lines = [f"Pages  {address}/", f"API    {address}/api/v1/docs"]
    if demo := reading(log_ins):
        lines.append("The demo is for trying only: everybody knows its passwords.")
        lines += [f"Log in as {each.who}: {each.login_name}  {each.password}" for each in demo]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def serve(settings: Settings) -> None:
    """Become gunicorn."""
    os.environ[DIRECTORY_VARIABLE] = str(_empty(settings.instance_dir.absolute() / "metrics"))
    arguments = ("-m", "gunicorn", "--chdir", str(CHECKOUT), "--config", "python:web.gunicorn_conf", "wsgi:app")
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own interpreter, our own arguments


def _empty(directory: Path) -> Path:
    # Numbers of workers that ended with the last server.
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)
    return directory


if __name__ == "__main__":
    main()
