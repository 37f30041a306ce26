"""Bad input to Open311: a refusal in the protocol's words, never a bug, and nothing kept."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote_from_bytes, urlencode

import pytest

from tests.web.open311.clients import FORM, Gateway, platform_comment, platform_report
from tests.web.open311.georeport import CREATED, errors, items
from tests.web.reporting import CATEGORY

FIELDS = (
    *("jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "description", "media_url"),
    *("attribute[unit]", "attribute[fixmystreet_id]", "attribute[title]", "requested_datetime", "email", "attribute"),
    *("service_request_id", "update_id", "updated_datetime", "status", "service_request_id_ext", "api_key"),
)
STRANGE: tuple[bytes, ...] = (
    *(b"", b" ", b"\x00", b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80", b"%", b"%zz", b"\r\n", b"\x1b[2J"),
    *(b"0", b"-1", b"1e400", b"nan", b"inf", b"-Infinity", b"0x10", b"1_0", "٣".encode(), b"9" * 400, b"91", b"181"),
    *("\u202e\u202d".encode(), "🎉👩‍👩‍👧".encode(), "שלום".encode(), "\ufffe\uffff".encode(), b"x" * 101, b"x" * 5_000),
    *(b"x" * 100_000, b"'; DROP TABLE reports; --", b"%s%n", b"../../etc", b"<script>", b"]]>&lt;!--", b"{{7*7}}"),
    *(b"https://[::1", b"https://\xff/", b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"2026-02-30"),
)
BODIES: tuple[tuple[bytes, str], ...] = (
    *((b"{}", "application/json"), (b"<x/>", "text/xml"), (b"", "text/plain"), (b"", ""), (b"\x00", "\x00")),
    *((b"", FORM), (b"&&&===&", FORM), (b"\xff\xff\xff", FORM), (b"%", FORM), (b"a" * 100_000, FORM)),
    *((b"&".join([b"a=b"] * 20_000), FORM), (b"", "multipart/form-data"), (b"--x", "multipart/form-data; boundary=x")),
    (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"y" * 9_999, "multipart/form-data; boundary=x"),
    (b"service_code=x", f"{FORM}; charset=utf-7"),
)


@pytest.mark.parametrize(
    ("path", "fields"), [("requests.json", FIELDS[:14]), ("servicerequestupdates.xml", FIELDS[14:])]
)
def test_no_value_of_a_field_is_a_bug(gateway: Gateway, path: str, fields: tuple[str, ...]) -> None:
    number = gateway.report()
    good = {
        "api_key": gateway.key,
        "service_code": CATEGORY,
        "address_string": "电机厂门口",
        "description": "井盖没了",
        "service_request_id": number,
        "status": "OPEN",
    }
    for name in fields:
        for value in STRANGE:
            rest = urlencode({each: text for each, text in good.items() if each != name})
            field = f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}"
            answer = gateway.send(path, f"{rest}&{field}".encode())
            assert answer.status_code in (200, 201, 400, 403, 404, 413), (name, value, answer.status_code)
            if answer.status_code >= 400:
                errors(answer)
    # What was kept can be told.
    for form in ("json", "xml"):
        assert gateway.ask(f"requests.{form}").status_code == 200


@pytest.mark.parametrize("path", ["requests.xml", "servicerequestupdates.json"])
def test_what_is_no_form_is_refused(gateway: Gateway, path: str) -> None:
    for body, content_type in BODIES:
        answer = gateway.send(f"{path}?api_key={gateway.key}", body, content_type)
        assert errors(answer)[0] in {400, 413}, (body[:50], content_type)
    assert gateway.ask("requests.json").get_json() == []


def test_what_is_too_large_is_refused_before_it_is_read(gateway: Gateway) -> None:
    body = platform_report(gateway.key, 1, CATEGORY) + b"&x=" + b"x" * 1024 * 1024
    assert errors(gateway.send("requests.json", body))[0] == 413


def test_no_value_in_an_address_is_a_bug(gateway: Gateway) -> None:
    for value in STRANGE:
        quoted = quote_from_bytes(value[:2_000], safe="")
        for path in ("requests", "services", "tokens"):
            assert gateway.ask(f"{path}/{quoted}.xml").status_code in {200, 404, 308}, (path, value)
        for name in ("service_request_id", "service_code", "status", "start_date", "end_date", "page", "page_size"):
            for path in ("requests.json", "servicerequestupdates.xml"):
                answer = gateway.world.app.test_client().get(f"/open311/v2/{path}?{name}={quoted}")
                assert answer.status_code in {200, 400, 404}, (path, name, value)
                if answer.status_code >= 400:
                    errors(answer)


def test_fields_that_fail_are_named(gateway: Gateway) -> None:
    for changes, status, words in (
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "NOTHING"}, 404, ""),
        ({"lat": "north"}, 400, "lat"),
        ({"lat": "91"}, 400, "lat"),
        ({"lat": ""}, 400, "lat"),
        ({"description": "x" * 4_001}, 400, "description"),
        ({"attribute[fixmystreet_id]": "x" * 101}, 400, "external_id"),
        ({"jurisdiction_id": "city.example"}, 404, "140881"),
    ):
        whole = {"api_key": gateway.key, "service_code": CATEGORY, "lat": "34.8", "long": "110.4", "description": "x"}
        for form in ("json", "xml"):
            found = errors(gateway.send(f"requests.{form}", urlencode(whole | changes).encode()))
            assert found[0] == status, changes
            assert words in found[1][0]
    assert gateway.ask("requests.json").get_json() == []


def test_one_number_sent_by_many_at_once_is_one_report(gateway: Gateway) -> None:
    body = platform_report(gateway.key, 5, CATEGORY)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: gateway.send("requests.xml", body), range(16)))
    assert sorted(each.status_code for each in answers) == [200] * 15 + [201]
    (number,) = {items(each, "service_requests", CREATED)[0]["service_request_id"] for each in answers}
    comment = platform_comment(gateway.key, number, 3)
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: gateway.send("servicerequestupdates.json", comment), range(16)))
    assert len({each.text for each in replies}) == 1
    assert {each.status_code for each in replies} == {201}
