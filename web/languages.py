"""Which language a request is answered in: Chinese unless it asks for English."""

from flask import has_request_context, request

CHINESE, ENGLISH = "zh", "en"
COOKIE = "language"
_LOCALES = {CHINESE: "zh_Hans_CN", ENGLISH: "en"}
DEFAULT_LOCALE = _LOCALES[CHINESE]


def language() -> str:
    """Return "zh" or "en": as `?language=` says, else the cookie, else the Accept-Language header."""
    if not has_request_context():
        return CHINESE
    for wanted in (request.args.get("language"), request.cookies.get(COOKIE)):
        if wanted in _LOCALES:
            return wanted
    return request.accept_languages.best_match([CHINESE, ENGLISH], default=CHINESE) or CHINESE


def locale() -> str:
    """Return the locale of the request's language, as Flask-Babel names it."""
    return _LOCALES[language()]
