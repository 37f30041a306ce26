"""The rows of what the web refuses by itself, before any rule is asked."""

from flask_babel import lazy_gettext as _l

from web.problems.row import Row

BAD_REQUEST = Row(
    400, "bad_request", _l("The request cannot be read"), _l("Check the address and the headers, then send it again.")
)
MALFORMED_JSON = Row(
    400,
    "malformed_json",
    _l("The body is not one JSON object"),
    _l("Send one JSON object in UTF-8, each name once, without NaN or Infinity."),
)
KEY_MISSING = Row(
    400,
    "idempotency_key_missing",
    _l("The header Idempotency-Key is missing"),
    _l("Send a key of your own for each new request, and the same key when you send the same request again."),
)
KEY_MALFORMED = Row(
    400,
    "idempotency_key_malformed",
    _l("The header Idempotency-Key cannot be used"),
    _l("A key is 1 to 200 printable ASCII characters."),
)
CSRF_FAILED = Row(
    400, "form_expired", _l("This form is too old"), _l("Go back, load the page again and send the form once more.")
)
UNAUTHENTICATED = Row(
    401,
    "unauthenticated",
    _l("Nobody is known by this key"),
    _l("Send the header Authorization: Bearer KEY with a key that is not revoked."),
)
FORBIDDEN = Row(
    403, "forbidden", _l("This role may not do that"), _l("Ask the office for a role that may, or use another key.")
)
NOT_FOUND = Row(
    404,
    "not_found",
    _l("There is no such thing here"),
    _l("Check the address. What belongs to others is not shown either."),
)
METHOD_NOT_ALLOWED = Row(
    405, "method_not_allowed", _l("This cannot be done here"), _l("Use one of the methods that the header Allow names.")
)
NOT_ACCEPTABLE = Row(
    406, "not_acceptable", _l("There is no answer of this kind"), _l("Ask for JSON in the header Accept.")
)
TOO_LARGE = Row(
    413, "too_large", _l("The request is too large"), _l("Send at most 1 MiB, in several requests where there is more.")
)
PHOTOS_TOO_LARGE = Row(
    413,
    "too_large",
    _l("The request is too large"),
    _l("A photo has at most 10 MiB, and a request six photos. Send smaller ones, or fewer at once."),
)
UNSUPPORTED_MEDIA_TYPE = Row(
    415,
    "unsupported_media_type",
    _l("This kind of content is not understood"),
    _l("Send JSON with the header Content-Type: application/json."),
)
INVALID_FIELDS = Row(
    422, "invalid_fields", _l("Some fields are not right"), _l("Correct the fields that are named and send it again.")
)
RATE_LIMITED = Row(
    429,
    "rate_limited",
    _l("Too many requests"),
    _l("Wait %(retry_after_s)s seconds, then go on more slowly."),
)
CODES_GUESSED = Row(
    429,
    "rate_limited",
    _l("Too many codes that nobody has"),
    _l("Wait %(retry_after_s)s seconds. If a scanner reads wrongly, type the code, or ask the resident for a new one."),
)
APPLICATIONS_LIMITED = Row(
    429,
    "rate_limited",
    _l("Too many applications"),
    _l("From one address %(limit)s of them are taken in an hour. Wait %(retry_after_s)s seconds, or call the office."),
)
NAMELESS_LIMITED = Row(
    429,
    "rate_limited",
    _l("Too many reports without a name"),
    _l(
        "From one address %(limit)s of them are taken in an hour. Wait %(retry_after_s)s seconds, or report under your"
        " name, or confidentially."
    ),
)
INTERNAL = Row(
    500,
    "internal_error",
    _l("Something went wrong here"),
    _l(
        "It is our fault. Send the same request again with the same key. If it stays so, tell the office the "
        "number of this request."
    ),
)
UNAVAILABLE = Row(
    503,
    "unavailable",
    _l("The books cannot be reached right now"),
    _l("Wait a moment and send the same request again with the same key: nothing is booked twice."),
)

BY_STATUS: dict[int, Row] = {
    row.status: row
    for row in (
        *(BAD_REQUEST, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, TOO_LARGE),
        *(UNSUPPORTED_MEDIA_TYPE, INVALID_FIELDS, RATE_LIMITED, INTERNAL, UNAVAILABLE),
    )
}
