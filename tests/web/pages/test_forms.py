"""How forms are read: amounts as people type them, paths to go on to, and words for devices."""

import pytest

from web.pages.devices import device_of
from web.pages.forms import minor_units
from web.pages.local_paths import local_path


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("12.50", 1250),
        ("12.5", 1250),
        ("12", 1200),
        ("0.01", 1),
        (" 1,234.00 元", 123_400),
        ("9,999,999,999.99", 999_999_999_999),
        ("¥8", 800),
        ("￥8.88", 888),
        ("１２．５０", 1250),
        ("12。5", 1250),
        ("9999999999.99", 999_999_999_999),
    ],
)
def test_an_amount_is_read_as_people_and_input_methods_write_it(typed: str, minor: int) -> None:
    assert minor_units(typed) == minor


@pytest.mark.parametrize(
    "typed",
    [
        *("", "0", "0.00", "-5", "1.234", ".5", "1e5", "NaN", "十二", "²a", "😀", "1\u202e2"),
        *("9223372036854775808", "99999999999", "1" * 1000),
        *("12,50", "1，2", "1,2345", ",123", "99,999,999,999"),
    ],
)
def test_what_is_no_positive_amount_of_whole_cents_is_none(typed: str) -> None:
    assert minor_units(typed) is None


@pytest.mark.parametrize("path", ["/", "/me", "/me/statement?before=3", "/till?amount=12.50", "/merchants?q=粮油"])
def test_a_path_of_our_own_may_be_next(path: str) -> None:
    assert local_path(path, "/x") == path


@pytest.mark.parametrize(
    "path",
    ["", "me", "//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "/\t/evil", "/\n"],
)
def test_no_other_place_may_be_next(path: str) -> None:
    assert local_path(path, "/x") == "/x"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · Android"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_in_a_few_words(user_agent: str, words: str) -> None:
    assert device_of(user_agent) == words
