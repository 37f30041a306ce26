"""What gunicorn and the flask command load: the application with the settings of its environment."""

from web import create_app

app = create_app()
