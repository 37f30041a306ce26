"""The kinds of values that requests bring."""

import pytest
from marshmallow import ValidationError

from web.api.fields import Request, a_text


class Reason(Request):
    """One required text."""

    reason = a_text()


@pytest.mark.parametrize("text", ["", " ", "\x00", "x" * 501, None, 1])
def test_the_faults_of_a_field_are_always_a_list(text: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Reason().load({"reason": text})

    assert isinstance(refused.value.messages_dict["reason"], list)
