"""What every answer tells the browser: load nothing from elsewhere, let nobody frame us, forget private pages."""

from flask import Flask, Response, request

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
_ALWAYS = (("Content-Security-Policy", "; ".join(_POLICY)), *_BESIDES)
_FOR_PAGES = (
    ("Permissions-Policy", "camera=(self), screen-wake-lock=(self), geolocation=(self), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_HSTS = "max-age=31536000"


def register_security_headers(app: Flask) -> None:
    """Add the headers to every answer; HSTS only to those that go out by https."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    headers = response.headers
    # A page that loads less than the others brings a stricter policy of its own.
    headers.extend(_BESIDES if "Content-Security-Policy" in headers else _ALWAYS)
    if response.mimetype == "text/html":
        headers.extend(_FOR_PAGES)
    if request.path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = _HSTS
    return response
