"""What gunicorn and the flask command load: the application with the settings of its environment."""

import os
from importlib import import_module

from web import create_app, settings_from_environment
from web.logs import configure_logging
from web.settings import SettingError

try:
    settings = settings_from_environment()
except SettingError as error:
    raise SystemExit(str(error)) from error
configure_logging(settings.log_level or "INFO")
app = create_app(settings)
if "FLASK_RUN_FROM_CLI" in os.environ:
    # Of those who load this only the flask command migrates; gunicorn's workers need not know how.
    import_module("web.migrating").know_migrations(app)
