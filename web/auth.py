"""Who is asking, and whether the route is for them: every route names its rule, and one without a rule is closed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user

from merchants import APPLICANT, application_of_code
from people import Principal, Role, mark_seen, principal_by_key, principal_by_session
from reports import nobody, report_of_code
from web.answers import is_for_programs
from web.clock import now
from web.extensions import login_manager
from web.known_keys import KnownKeys
from web.problems import ProblemError
from web.problems.requests import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED
from web.rate_limits import spend_refused_key, spend_request
from web.request_ids import leave_no_trace
from web.unit_of_work import DatabaseUnavailableError, in_transaction, single_read

View = TypeVar("View", bound=Callable[..., Any])

BOOKS = (Role.AUDITOR, Role.FINANCE, Role.ADMINISTRATOR)
_RULE = "access_rule"
# What an anonymous reporter, or who applied for a shop, shows instead of a key.
CODE_HEADER = "Claim-Code"
_SECRET_LENGTH_MAX = 200
# GeoReport v2 has the key among the fields of the form.
_SHOW_KEYS_AS_FIELDS = "/open311/"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route: everybody, or whoever holds one of the roles (without roles: whoever is known).

    `everywhere` asks for the role in the whole tree, as things need that belong to no unit. `by_code` opens the route
    also to who shows, instead of a key, the claim code of their anonymous report or of their shop's application.
    """

    public: bool = False
    roles: tuple[Role, ...] = ()
    everywhere: bool = False
    by_code: bool = False

    def admits(self, principal: Principal) -> bool:
        """Say whether somebody may use the route; which things they reach by it is the view's question."""
        if not self.roles:
            return True
        return principal.may_everywhere(*self.roles) if self.everywhere else principal.may(*self.roles)


# Routes that the extensions bring along.
_RULES_OF_EXTENSIONS = {"static": Rule(public=True), "api-docs.openapi_json": Rule(public=True)}


def public(view: View) -> View:
    """Open a route to everybody."""
    setattr(view, _RULE, Rule(public=True))
    return view


def access(*roles: Role, everywhere: bool = False, by_code: bool = False) -> Callable[[View], View]:
    """Open a route to those who hold one of the roles; without roles to everybody who is known."""

    def mark(view: View) -> View:
        setattr(view, _RULE, Rule(roles=roles, everywhere=everywhere, by_code=by_code))
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """Return the rule of a route, None if it names none."""
    rule = getattr(app.view_functions.get(endpoint), _RULE, None) or _RULES_OF_EXTENSIONS.get(endpoint)
    return cast("Rule | None", rule)


def register_access(app: Flask) -> None:
    """Check every request against its route's rule before anything else is looked at."""

    def check() -> ResponseReturnValue | None:
        # An unknown address is answered by the router, in a moment.
        return None if request.endpoint is None else _check(rule_of(app, request.endpoint))

    app.extensions["known_keys"] = KnownKeys()
    app.before_request(check)
    # Its context processor would ask the database again, on pages that say that the database is away.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None  # the session's own token is the proof; addresses of phones change
    login_manager.user_loader(_load)


def principal() -> Principal:
    """Return who is asking, on a route that is not public."""
    return cast("Principal", g.principal)


def viewer() -> Principal | None:
    """Return who looks at a page, None if nobody is logged in or, on an error's page, nobody can tell."""
    if "principal" in g:
        return principal()
    try:
        return _signed_in()
    except DatabaseUnavailableError:
        return None


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as the sentence it is: require(principal().is_resident(id))
    """Answer 404 unless the thing asked for is the caller's: whether another's thing exists is nobody's business.

    Raises:
        ProblemError: it is not.
    """
    if not allowed:
        raise ProblemError(NOT_FOUND)


# --- pages: a session by cookie ---------------------------------------------------------------------------------------


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Somebody whose session is live; its token is what the signed cookie holds."""

    def __init__(self, principal: Principal, token: str) -> None:
        self.principal = principal
        self._token = token

    def get_id(self) -> str:
        """Return what the cookie remembers."""
        return self._token


def begin_page_session(token: str) -> None:
    """Remember a new log-in in the browser's cookie, and nothing that stood there before."""
    known = _load(token)
    if known is None:
        raise ProblemError(UNAUTHENTICATED)
    session.clear()
    session.permanent = True
    login_user(known)
    g.principal = known.principal


def end_page_session() -> None:
    """Forget the log-in in the browser's cookie; ending the session itself is people's."""
    logout_user()
    session.clear()
    g.pop("principal", None)


def _load(token: str) -> SignedIn | None:
    at = now()
    known = single_read(lambda connection: principal_by_session(connection, token, at))
    if known is None:
        return None
    session_id = known.session_id
    if session_id is not None and known.seen_on is not None and known.seen_on < at.date():
        in_transaction(lambda writing: mark_seen(writing, session_id=session_id, now=at))
        session.modified = True
    return SignedIn(known, token)


# --- the check --------------------------------------------------------------------------------------------------------


def _check(rule: Rule | None) -> ResponseReturnValue | None:
    if rule is None:
        raise ProblemError(FORBIDDEN)
    if rule.public:
        return None
    if rule.by_code and CODE_HEADER in request.headers and "Authorization" not in request.headers:
        leave_no_trace()
        g.principal = _nobody_with_code(request.headers[CODE_HEADER])
        return None
    if is_for_programs():
        known = principal_of_key()
        spend_request(known)
    else:
        signed_in = _signed_in()
        if signed_in is None:
            return _to_the_log_in()
        known = signed_in
    if not rule.admits(known):
        raise ProblemError(FORBIDDEN)
    g.principal = known
    return None


def _to_the_log_in() -> ResponseReturnValue:
    if request.headers.get("HX-Request") == "true":
        # A part of a page cannot become the log-in: the whole page goes there, and comes back afterwards.
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path
        return Response(status=204, headers={"HX-Redirect": url_for("auth.log_in", next=here or None)})
    if request.method != "GET":
        # A form is not sent again by itself; the log-in leads to where its sender begins.
        return redirect(url_for("auth.log_in"), 303)
    here = request.full_path if request.query_string else request.path
    return redirect(url_for("auth.log_in", next=here), 303)


def _signed_in() -> Principal | None:
    return cast("Principal", current_user.principal) if current_user.is_authenticated else None


def _nobody_with_code(code: str) -> Principal:
    """Return somebody without a name who may follow one report, or one application of a shop.

    Raises:
        ProblemError: the code is of neither.
    """
    report_id = single_read(lambda connection: report_of_code(connection, code))
    if report_id is not None:
        return nobody(report_id)
    application_id = single_read(lambda connection: application_of_code(connection, code))
    if application_id is not None:
        return applicant(application_id)
    spend_refused_key(request.remote_addr or "")
    raise ProblemError(UNAUTHENTICATED)


def applicant(application_id: UUID) -> Principal:
    """Return who applied for a shop: they have shown the application's code."""
    return Principal(actor=APPLICANT, grants=(), name="", matter_id=application_id)


def who_enters() -> str:
    """Return who brings in something that anybody may: the actor logged in or with a key, else an applicant's.

    Raises:
        ProblemError: the key is nobody's, or has had its requests of this minute.
    """
    if is_for_programs():
        if "Authorization" not in request.headers:
            return APPLICANT
        known = principal_of_key()
        spend_request(known)
        return known.actor
    somebody = viewer()
    return APPLICANT if somebody is None else somebody.actor


def principal_of_key() -> Principal:
    """Return who bears the request's key.

    Raises:
        ProblemError: nobody does, or its address has shown too many wrong ones.
    """
    secret = _secret_shown()
    if 0 < len(secret) <= _SECRET_LENGTH_MAX:
        keys, at = cast("KnownKeys", current_app.extensions["known_keys"]), now()
        known = keys.find(secret, at)
        if known is not None:
            return known
        known = single_read(lambda connection: principal_by_key(connection, secret))
        if known is not None:
            keys.keep(secret, known, at)
            return known
    spend_refused_key(request.remote_addr or "")
    raise ProblemError(UNAUTHENTICATED)


def _secret_shown() -> str:
    """Return the key that a request shows, empty if none: in its header, or where its protocol has a place for it."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    if request.path.startswith(_SHOW_KEYS_AS_FIELDS):
        return (request.form.get("api_key") or request.args.get("api_key") or "").strip()
    return ""
