"""A browser for tests: it keeps cookies, follows nothing by itself, and sends the forms that pages gave it."""

import html
import re
from collections.abc import Sequence
from typing import IO, Any

import flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

import people
from people import Role
from tests.web.world import Somebody, World
from web.auth import begin_page_session
from web.secret_keys import passwords

PASSWORD = "三只橘猫 on the wall"
_TAGS = re.compile(r"<[^>]*>")


class Browser:
    """Somebody's browser; `page` is the last answer."""

    def __init__(self, world: World, *, language: str = "en") -> None:
        self.client = world.app.test_client()
        self.client.set_cookie("language", language)
        self.page: TestResponse | None = None
        self._token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open an address."""
        return self._keep(self.client.get(path, headers=headers))

    def part(self, path: str) -> TestResponse:
        """Open an address as htmx does."""
        return self._keep(self.client.get(path, headers={"HX-Request": "true"}))

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form with the token of the last page that had one."""
        return self._keep(self.client.post(path, data={"csrf_token": self._token, **fields}))

    def post_part(self, path: str, **fields: str) -> TestResponse:
        """Send a form as htmx does."""
        data = {"csrf_token": self._token, **fields}
        return self._keep(self.client.post(path, data=data, headers={"HX-Request": "true"}))

    def upload(self, path: str, files: dict[str, tuple[IO[bytes], str]], **fields: str) -> TestResponse:
        """Send a form with files."""
        return self.upload_several(path, [(name, *file) for name, file in files.items()], **fields)

    def upload_several(self, path: str, files: Sequence[tuple[str, IO[bytes], str]], **fields: str) -> TestResponse:
        """Send a form with files, of which several may have one name."""
        # Encoded here: the test client would keep a large body in a file that nobody closes.
        parts: dict[str, list[FileStorage]] = {}
        for name, stream, filename in files:
            parts.setdefault(name, []).append(FileStorage(stream, filename))
        boundary, body = encode_multipart({"csrf_token": self._token, **fields, **parts})
        content_type = f'multipart/form-data; boundary="{boundary}"'
        return self._keep(self.client.post(path, data=body, content_type=content_type))

    def forged(self, path: str, **fields: str) -> TestResponse:
        """Send a form as another site would make this browser do it."""
        return self._keep(self.client.post(path, data=fields))

    def follow(self, answer: TestResponse) -> TestResponse:
        """Go where a 303 sends, and see that it does."""
        assert answer.status_code == 303, text_of(answer)
        return self.get(answer.headers["Location"])

    def take_token(self, token: str) -> None:
        """Take the token of forms from elsewhere than a page."""
        self._token = token

    def hidden(self, name: str) -> str:
        """Return a hidden field of the last page; of several, the last, because the frame's own come first."""
        assert self.page is not None
        found = re.findall(rf'name="{name}" value="([^"]*)"', self.page.text)
        assert found, self.page.text
        return html.unescape(found[-1])

    def _keep(self, answer: TestResponse) -> TestResponse:
        self.page = answer
        found = re.search(r'name="csrf_token" value="([^"]*)"', answer.text) if answer.mimetype == "text/html" else None
        if found:
            self._token = found[1]
        return answer


def text_of(answer: TestResponse) -> str:
    """Return what a page says, without its markup, in one line."""
    body = answer.text.partition("<body")[2] or answer.text
    return " ".join(html.unescape(_TAGS.sub(" ", body)).split())


def sentences_of(answer: TestResponse) -> str:
    """Return what a page says, without the blank between a day, which is an element of its own, and a full stop."""
    return re.sub(r" (?=[.,])", "", text_of(answer))


def browser_of(world: World, resident: Somebody, *, language: str = "en") -> Browser:
    """Return the browser of a resident who has logged in."""
    token = activate_somebody(world, login_name=resident.number, resident_id=resident.id)
    return _with_session(world, token, language=language)


def browser_of_person(world: World, role: Role, *, language: str = "en", handle: str = "", **place: Any) -> Browser:
    """Return the browser of somebody of this role who has logged in."""
    handle = handle or f"{role.value}.{next(world.counter)}"
    person = world.done(
        lambda session: people.appoint(session, handle=handle, name="李桂兰", role=role, now=world.clock.at, **place)
    )
    token = activate_somebody(world, login_name=handle, person_id=person.id)
    return _with_session(world, token, language=language)


def logged_in(world: World, login_name: str, *, language: str = "en") -> Browser:
    """Return a browser that has logged in with the tests' password.

    It was led past the pages: three of them for each browser took a twentieth of the suite's time.
    """

    def log_in(session: Session) -> people.LogIn:
        checked = people.check_password(session, passwords=passwords(), login_name=login_name, password=PASSWORD)
        return people.log_in(session, checked=checked, device="desk", now=world.clock.at)

    return _with_session(world, _token_of(world.done(log_in)), language=language)


def _with_session(world: World, token: str, *, language: str) -> Browser:
    """Return a browser with the cookie of a session, and the token that a first page with a form would have given."""
    browser = Browser(world, language=language)
    with world.app.test_request_context():
        begin_page_session(token)
        csrf_token = generate_csrf()
        facts = dict(flask.session)
    with browser.client.session_transaction() as kept:
        kept.update(facts)
        kept.permanent = True
    browser.take_token(csrf_token)
    return browser


def _token_of(log_in: people.LogIn) -> str:
    assert log_in.outcome is people.LogInOutcome.DONE
    assert log_in.token is not None
    return log_in.token


def activation_code(world: World, **holder: Any) -> str:
    """Return the activation code that the office prints for a resident or a person."""
    return world.done(
        lambda session: people.issue_activation(session, passwords=passwords(), now=world.clock.at, **holder)
    )


def activate_somebody(world: World, *, login_name: str, **holder: Any) -> str:
    """Let a resident or a person have set the tests' password, and return the token of the session that this began."""

    def activate(session: Session) -> people.LogIn:
        code = people.issue_activation(session, passwords=passwords(), now=world.clock.at, **holder)
        checked = people.check_activation(
            session, passwords=passwords(), login_name=login_name, code=code, new_password=PASSWORD
        )
        return people.activate(session, checked=checked, device="desk", now=world.clock.at)

    return _token_of(world.done(activate))
