"""What every answer tells the browser: load nothing from elsewhere, let nobody frame us, forget private pages."""

from flask import Flask, Response, current_app, request

from web.maps import tile_origins
from web.settings import Settings

_POLICY = (
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
# For everything; what a program is answered needs no more.
_BESIDES = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_FOR_PAGES = (
    ("Permissions-Policy", "camera=(self), screen-wake-lock=(self), geolocation=(self), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_HSTS = "max-age=31536000"


def register_security_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; HSTS only to those that go out by https."""
    app.extensions["content_security_policy"] = _policy(settings)
    app.after_request(_add)


def _policy(settings: Settings) -> str:
    """Return the policy of pages: all from our own host, and tiles of maps from where the installation says."""
    images = " ".join(("img-src 'self' data:", *tile_origins(settings.map_tiles)))
    return "; ".join(images if part.startswith("img-src ") else part for part in _POLICY)


def _add(response: Response) -> Response:
    headers = response.headers
    # A page that loads less than the others brings a stricter policy of its own.
    headers.setdefault("Content-Security-Policy", current_app.extensions["content_security_policy"])
    headers.extend(_BESIDES)
    if response.mimetype == "text/html":
        headers.extend(_FOR_PAGES)
    if request.path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = _HSTS
    return response
