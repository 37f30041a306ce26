"""The only Flask code: the application, its API, its pages and its commands."""

from datetime import timedelta

import flask_babel
from flask import Flask

import ledger
from web.answers import Application, register_answers
from web.api import register_api
from web.auth import register_access
from web.cli import register_commands
from web.code_guesses import register_code_guesses
from web.extensions import babel, csrf, db
from web.json_format import LedgerJson
from web.languages import DEFAULT_LOCALE, locale
from web.nameless_limits import register_nameless_limits
from web.open311 import register_open311
from web.pages import register_pages
from web.proxies import TrustedProxies
from web.rate_limits import register_rate_limits
from web.request_ids import register_request_ids
from web.secret_keys import register_secret_keys
from web.security_headers import register_security_headers
from web.settings import Settings, settings_from_environment
from web.templating import PageTemplate
from web.unit_of_work import prepare_sessions

__all__ = ["Settings", "create_app", "settings_from_environment"]

# Longer than any session of people's: when a log-in ends is decided there, not by the browser.
_COOKIE_LIFETIME = timedelta(days=400)
_REQUEST_BYTES_MAX = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; without settings, with those of the environment.

    Raises:
        SettingError: the environment's settings cannot be used.
    """
    settings = settings or settings_from_environment()
    app = Application(__name__, instance_path=str(settings.instance_dir.absolute()))
    app.json = LedgerJson(app)
    app.extensions["settings"] = settings
    app.config.update(_configuration(settings))
    # A path with a slash too many names nothing, rather than being sent on to what it may have meant.
    app.url_map.merge_slashes = False
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's way

    _bind_database(app)
    babel.init_app(app, default_locale=DEFAULT_LOCALE, default_timezone=settings.time_zone.key, locale_selector=locale)
    app.jinja_env.globals["get_locale"] = flask_babel.get_locale
    app.jinja_env.template_class = PageTemplate
    register_secret_keys(app, settings)
    # Hooks run in this order: a name first, then who is asking, then whether a form is ours.
    register_request_ids(app)
    register_security_headers(app, settings)
    register_rate_limits(app)
    register_code_guesses(app)
    register_nameless_limits(app)
    register_access(app)
    csrf.init_app(app)
    register_answers(app)
    register_api(app)
    register_open311(app)
    register_pages(app)
    register_commands(app)
    return app


def _configuration(settings: Settings) -> dict[str, object]:
    options: dict[str, object] = {
        # Errors of the database would otherwise quote personal data in logs.
        "hide_parameters": True,
        "pool_size": settings.threads,
        "max_overflow": 4,
        "pool_timeout": 10,
    }
    return {
        "TESTING": settings.testing,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": options,
        "MAX_CONTENT_LENGTH": _REQUEST_BYTES_MAX,
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.public_url.startswith("https://"),
        "PERMANENT_SESSION_LIFETIME": _COOKIE_LIFETIME,
        # A late answer to what a page asks by itself would bring back what the session held when it was asked, so the
        # cookie is sent when something in it changed, and once a day.
        "SESSION_REFRESH_EACH_REQUEST": False,
        # A till's page stays open all day.
        "WTF_CSRF_TIME_LIMIT": None,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _bind_database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_sessions(app, ledger.prepare_engine(db.engine))
