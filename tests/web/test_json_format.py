"""JSON that can be read in one way only."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask

from tests.clock import NOON
from web.json_format import LedgerJson, MalformedJsonError, instant_text, json_text, parsed_json


def test_instants_are_written_in_utc_with_z() -> None:
    assert instant_text(NOON) == "2026-06-01T04:00:00Z"
    assert instant_text(datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)) == "2026-01-01T00:00:00.000005Z"


def test_values_are_written_compactly_and_text_as_it_is() -> None:
    value = {"a": UUID(int=1), "b": date(2026, 1, 2), "c": NOON, "d": "平安"}
    assert json_text(value) == (
        '{"a":"00000000-0000-0000-0000-000000000001","b":"2026-01-02","c":"2026-06-01T04:00:00Z","d":"平安"}'
    )
    with pytest.raises(ValueError, match="JSON"):
        json_text(float("nan"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"{'a': 1}",
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "a": 2}}]',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"9" * 10_000,
        b"[" * 1_000_000,
        b'"\x01"',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedJsonError):
        parsed_json(data)


def test_the_application_reads_and_writes_this_way() -> None:
    provider = LedgerJson(Flask(__name__))
    assert provider.loads(provider.dumps({"a": [1, None, "b"]})) == {"a": [1, None, "b"]}
    assert provider.loads(b"[1]") == [1]
