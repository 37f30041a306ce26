"""Clients as they are: the bytes that they send, written after their public formats."""

from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from people import Role
from tests.web.reporting import CATEGORY, publish_packaged
from tests.web.world import World

FORM = "application/x-www-form-urlencoded"
PEOPLE = (
    *("li.si@example.org", "13800001234", "Li", "Si"),
    *("device-4711", "account-0815"),
)


def platform_report(key: str, number: int, service_code: str, *urls: str, jurisdiction: str = "140881") -> bytes:
    """Return the body in which a reporting platform sends a report: unordered fields, %-escapes, repeated photos."""
    fields = [
        *("long=110.447890", "first_name=Li", f"service_code={service_code}", "email=li.si%40example.org"),
        f"attribute%5Bfixmystreet_id%5D={number}",
        (
            "description=%E4%BA%95%E7%9B%96%E6%B2%A1%E4%BA%86%0A%0A%E7%94%B5%E6%9C%BA%E5%8E%82%E9%97%A8%E5%8F%A3%2C%20"
            f"%22%E5%8D%B1%E9%99%A9%22%20%26%20%3C%E6%B7%B1%3E%0A%0Ahttps%3A%2F%2Freports.example%2Freport%2F{number}%0A"
        ),
        *("attribute%5Btitle%5D=%E4%BA%95%E7%9B%96%E6%B2%A1%E4%BA%86", "phone=13800001234", "last_name=Si"),
        *("lat=34.867123", f"jurisdiction_id={jurisdiction}", f"api_key={key}"),
        *(f"media_url={url.replace(':', '%3A').replace('/', '%2F')}" for url in urls),
    ]
    return "&".join(fields).encode("ascii")


def platform_comment(key: str, number: str, update: int, text: str = "%E8%BF%98%E6%B2%A1%E4%BF%AE") -> bytes:
    """Return the body in which a reporting platform sends on what somebody said about a report."""
    return (
        f"updated_datetime=2026-06-01T03%3A59%3A00Z&service_request_id={number}&status=OPEN&description={text}"
        f"&last_name=Si&first_name=Li&email=li.si%40example.org&update_id={update}"
        f"&jurisdiction_id=140881&api_key={key}"
    ).encode("ascii")


def app_report(key: str, service_code: str) -> bytes:
    """Return the body that the protocol's own example has: every field, attributes with bare brackets."""
    return (
        f"api_key={key}&jurisdiction_id=&service_code={service_code}&lat=34.86524078&long=110.4212043"
        "&address_string=1234+5th+street&email=li.si%40example.org&device_id=device-4711&account_id=account-0815"
        "&first_name=Li&last_name=Si&phone=13800001234&description=A+large+sinkhole+is+destroying+the+street"
        "&attribute[WHISPAWN]=123456&attribute[WHISDORN][]=COISL001&attribute[WHISDORN][]=COISL002"
    ).encode("ascii")


class Gateway:
    """The protocol in a world with the packaged list, and a client's key to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        publish_packaged(world)
        self.key = world.key(Role.OPEN311, name="Platform")

    def ask(self, path: str, **query: Any) -> TestResponse:
        """Ask without a key."""
        return self.world.app.test_client().get(f"/open311/v2/{path}", query_string=query)

    def send(self, path: str, body: bytes, content_type: str = FORM) -> TestResponse:
        """Send bytes."""
        return self.world.app.test_client().post(f"/open311/v2/{path}", data=body, content_type=content_type)

    def report(self, **fields: Any) -> str:
        """Bring a report, and return its number."""
        sent = {"api_key": self.key, "service_code": CATEGORY, "lat": 34.8, "long": 110.4, "description": "井盖没了"}
        answer = self.send("requests.json", urlencode(sent | fields, doseq=True).encode())
        assert answer.status_code in (200, 201), answer.text
        return str(answer.get_json()[0]["service_request_id"])

    def id_of(self, number: str) -> str:
        """Return the id under which officers know a report."""
        found = self.world.get("/reports", self.world.administrator, limit=200).get_json()["items"]
        return next(str(each["id"]) for each in found if each["number"] == number)
