"""Which addresses an owner may name."""

import pytest

from webhooks import URL_LENGTH_MAX, UrlFault, WebhookUrlError, place_of


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://till.example", "https://till.example/"),
        ("https://Till.Example:443/a%20b?c=d&e=f", "https://till.example/a%20b?c=d&e=f"),
        ("https://till.example.:8443/收银?店=一", "https://till.example:8443/%E6%94%B6%E9%93%B6?%E5%BA%97=%E4%B8%80"),
        ("https://收银.example/", "https://xn--wbvw67h.example/"),
    ],
)
def test_an_address_has_one_written_form(url: str, written: str) -> None:
    assert place_of(url).url == written


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        *((each, UrlFault.MALFORMED) for each in ("https://a b.example/", "https://a.example/\n", "https://[::1/")),
        *((each, UrlFault.MALFORMED) for each in ("https://a.example:x/", "https://a..example/", "https://a.example\\@b/")),
        *((each, UrlFault.SCHEME) for each in ("", "//a.example/", "http://a.example/", "ftp://a.example/", "file:///x")),
        ("https://owner:word@a.example/", UrlFault.USERINFO),
        ("https://a.example/#b", UrlFault.FRAGMENT),
        *((f"https://a.example:{port}/", UrlFault.PORT) for port in (0, 22, 25, 80, 444, 1023)),
        *((each, UrlFault.HOST) for each in ("https:///x", "https://till/", "https://a_-.example/")),
        *((f"https://{each}/", UrlFault.NOT_PUBLIC) for each in ("127.0.0.1", "8.8.8.8", "[::1]", "127.1", "0x7f.0x1")),
        *((f"https://{each}/", UrlFault.NOT_PUBLIC) for each in ("2130706433", "a.localhost", "１２７.0.0.1")),
        ("https://localhost/", UrlFault.NOT_PUBLIC),
        (f"https://a.example/{'x' * URL_LENGTH_MAX}", UrlFault.TOO_LONG),
        (f"https://a.example/{'收' * 100}", UrlFault.TOO_LONG),
    ],
)  # fmt: skip
def test_an_address_is_refused_for_its_reason(url: str, fault: UrlFault) -> None:
    with pytest.raises(WebhookUrlError) as refused:
        place_of(url)
    assert refused.value.fault is fault


def test_the_setting_for_tests_opens_this_machine_and_nothing_else() -> None:
    for url in ("http://127.0.0.1:5000/x", "http://localhost:80/", "https://[::1]:22/"):
        assert place_of(url, loopback=True).url in {url, "http://localhost/"}
    for url, fault in (
        ("http://10.0.0.1/", UrlFault.SCHEME),
        ("https://10.0.0.1/", UrlFault.NOT_PUBLIC),
        ("http://127.0.0.1:0/", UrlFault.PORT),
        ("ftp://127.0.0.1/", UrlFault.SCHEME),
    ):
        with pytest.raises(WebhookUrlError) as refused:
            place_of(url, loopback=True)
        assert refused.value.fault is fault
