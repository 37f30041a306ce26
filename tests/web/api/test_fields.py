"""The kinds of values that requests bring."""

import pytest
from marshmallow import ValidationError

from tests.web.world import World
from web.api.fields import Request, a_text, in_words


class Reason(Request):
    """One required text."""

    reason = a_text()


@pytest.mark.parametrize("text", ["", " ", "\x00", "x" * 501, None, 1])
def test_the_faults_of_a_field_are_always_a_list(text: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Reason().load({"reason": text})

    assert isinstance(refused.value.messages_dict["reason"], list)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Unknown field.", "没有这个字段。"),
        (
            "Must be greater than or equal to 1 and less than or equal to 200.",
            "这里应当是 1 至 200 之间的数。",
        ),
        ("Length must be between 1 and 64.", "长度应为 1 至 64。"),
        ("Must be one of: PAB, MIN.", "这里只能是以下之一：PAB, MIN。"),
    ],
)
def test_what_marshmallow_says_is_said_in_chinese(world: World, said: str, words: str) -> None:
    with world.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert in_words({"field": [said]}) == {"field": [words]}
