"""What gunicorn and the flask command load: the application with the settings of its environment."""

from web import create_app, settings_from_environment
from web.logs import configure_logging
from web.settings import SettingError

try:
    settings = settings_from_environment()
except SettingError as error:
    raise SystemExit(str(error)) from error
configure_logging(settings.log_level or "INFO")
app = create_app(settings)
