"""What gunicorn and the flask command load: the application with the settings of its environment."""

from web import create_app
from web.logs import configure_logging

configure_logging()
app = create_app()
