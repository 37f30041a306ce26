"""Calls over HTTP as a till makes them: one connection kept open, and an answer may be lost."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Any, Self

from tests.soak.serving import HOST

ANSWER_S_MAX = 60.0
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: dict[str, Any]

    @property
    def replayed(self) -> bool:
        """Whether the same call had been carried out before."""
        return self.headers.get("idempotency-replayed") == "true"

    @property
    def says_try_again(self) -> bool:
        """Whether it says, in the form every problem has, that the books cannot be reached right now."""
        return (
            self.status == 503
            and self.headers.get("content-type") == PROBLEM
            and self.body["code"] == "unavailable"
            and self.headers.get("retry-after", "").isdigit()
        )


def _headers(key: str, call: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": call}


class Line:
    """One connection to the API, opened anew when it broke."""

    def __init__(self, port: int) -> None:
        """Call the server at `port` of this machine."""
        self._connection = HTTPConnection(HOST, port, timeout=ANSWER_S_MAX)

    def __enter__(self) -> Self:
        """Open when first used."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, path: str, key: str) -> Answer | None:
        """Ask for something; None: no answer came."""
        return self._ask("GET", path, {"Authorization": f"Bearer {key}"}, None)

    def text(self, path: str, key: str) -> str:
        """Ask for a file, and return what is in it."""
        self._connection.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"})
        answer = self._connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, text
        return text

    def post(self, path: str, body: Mapping[str, Any], key: str, *, call: str) -> Answer | None:
        """Ask for something to be done, under the idempotency key `call`; None: no answer came, it may be done."""
        return self._ask("POST", path, _headers(key, call), json.dumps(body).encode())

    def post_and_hang_up(self, path: str, body: Mapping[str, Any], key: str, *, call: str) -> None:
        """Ask for something to be done, and lose the line before the answer."""
        with suppress(OSError, HTTPException):
            self._connection.request(
                "POST", f"/api/v1{path}", body=json.dumps(body).encode(), headers=_headers(key, call)
            )
        self._connection.close()

    def _ask(self, method: str, path: str, headers: dict[str, str], data: bytes | None) -> Answer | None:
        try:
            self._connection.request(method, f"/api/v1{path}", body=data, headers=headers)
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            self._connection.close()
            return None
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(body))
