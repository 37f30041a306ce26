"""The kinds of values that requests bring and answers hold; requests are read strictly."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, Range

import ledger
from web.json_format import instant_text

NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500
CODE_LENGTH_MAX = 32
LIMIT_MAX = 200
LIMIT_DEFAULT = 50

_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# Controls and lone surrogates: they cannot be shown, and the second kind cannot be stored.
_FORBIDDEN = frozenset({"Cc", "Cs"})


class Request(Schema):
    """What a request brings: every field known, none twice."""

    class Meta:
        """Fields that the schema does not know are refused."""

        unknown = RAISE


class Reply(Schema):
    """What an answer holds."""


class Text(fields.String):
    """A text of one line or more that can be shown and stored."""

    def __init__(self, *, length_max: int = TEXT_LENGTH_MAX, length_min: int = 1, **options: Any) -> None:
        super().__init__(validate=Length(min=length_min, max=length_max), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        # Most texts are plain: a look at each character is worth it only where one is not.
        # In lists, as all faults are told: marshmallow makes one only of a plain string, which a lazy text is not.
        if not text.isprintable() and any(unicodedata.category(character) in _FORBIDDEN for character in text):
            raise ValidationError([_l("Control characters cannot be stored.")])
        if not text.strip() and self.required:
            raise ValidationError([_l("This field is empty.")])
        return text


class Flag(fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        del attr, data, kwargs
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def a_name(**options: Any) -> Text:
    """Return a required name of up to 100 characters."""
    return Text(required=True, length_max=NAME_LENGTH_MAX, **options)


def a_text(**options: Any) -> Text:
    """Return a required text of up to 500 characters."""
    return Text(required=True, **options)


def a_code(**options: Any) -> Text:
    """Return a required code of up to 32 characters; its form is the domain's question."""
    return Text(required=True, length_max=CODE_LENGTH_MAX, **options)


def an_amount(*, least: int = 1, **options: Any) -> fields.Integer:
    """Return an amount in minor units: a JSON integer that the books can hold."""
    return fields.Integer(strict=True, validate=Range(min=least, max=ledger.AMOUNT_MAX), **options)


class Day(fields.Date):
    """A day of the community, as YYYY-MM-DD and in no other form."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        day: date = super()._deserialize(value, attr, data, **kwargs)
        return day


class Instant(fields.Field[datetime]):
    """An instant as RFC 3339 writes it, with its offset; answers are in UTC with Z."""

    default_error_messages = {"invalid": "Not a valid datetime."}  # noqa: RUF012 - marshmallow's own way

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        del attr, obj, kwargs
        return None if value is None else instant_text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        del attr, data, kwargs
        # In an address, the plus of an offset arrives as a blank where it was not escaped.
        written = value.replace(" ", "+") if isinstance(value, str) else ""
        if not _INSTANT.fullmatch(written) or written.startswith(("0000", "0001", "9999")):
            raise self.make_error("invalid")
        try:
            return datetime.fromisoformat(written.upper())
        except ValueError as error:
            raise self.make_error("invalid") from error


class WholeNumber(fields.Integer):
    """A number in an address, as people write numbers: plain digits, no sign, no zeros before them."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _PLAIN_NUMBER.fullmatch(value):
            raise self.make_error("invalid", input=value)
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


def a_limit(kind: type[fields.Integer] = WholeNumber, **options: Any) -> fields.Integer:
    """Return how many items of a list are asked for at most; in a body, of the kind that JSON has."""
    return kind(load_default=LIMIT_DEFAULT, validate=Range(min=1, max=LIMIT_MAX), **options)


def a_cursor() -> fields.String:
    """Return where a list goes on."""
    return fields.String(
        load_default=None,
        validate=Length(min=1, max=100),
        metadata={"description": "`next_cursor` of the page before."},
    )


class PageQuery(Schema):
    """Which part of a list is asked for."""

    limit = a_limit()
    cursor = a_cursor()


# marshmallow says these in English only; here they are texts of our catalogue.
_MESSAGES = {
    "Missing data for required field.": _l("This field is missing."),
    "Field may not be null.": _l("This field may not be null."),
    "Unknown field.": _l("There is no such field."),
    "Not a valid string.": _l("This must be a text."),
    "Not a valid integer.": _l("This must be a whole number."),
    "Not a valid number.": _l("This must be a number."),
    "Not a valid boolean.": _l("This must be true or false."),
    "Not a valid UUID.": _l("This must be an id, such as this service gives out."),
    "Not a valid date.": _l("This must be a day, as YYYY-MM-DD."),
    "Not a valid datetime.": _l("This must be an instant of RFC 3339, with Z or an offset."),
    "Not a valid list.": _l("This must be a list."),
    "Invalid input type.": _l("This must be an object with fields."),
    "Must be greater than or equal to 1 and less than or equal to 9007199254740991.": _l(
        "An amount is a whole number of minor units, at least 1."
    ),
    "Must be greater than or equal to 0 and less than or equal to 9007199254740991.": _l(
        "An amount is a whole number of minor units, at least 0."
    ),
}

# The same, where marshmallow puts the schema's own numbers and choices in.
_MESSAGES_WITH_FACTS = (
    (
        re.compile(r"Must be greater than or equal to (?P<least>\d+) and less than or equal to (?P<most>\d+)\."),
        _l("This must be a number from %(least)s to %(most)s.", least="%(least)s", most="%(most)s"),
    ),
    (
        re.compile(r"Length must be between (?P<least>\d+) and (?P<most>\d+)\."),
        _l("The length must be %(least)s to %(most)s.", least="%(least)s", most="%(most)s"),
    ),
    (
        re.compile(r"Must be one of: (?P<choices>.+)\."),
        _l("This must be one of: %(choices)s.", choices="%(choices)s"),
    ),
)


def in_words(messages: Any) -> Any:
    """Return marshmallow's messages, whatever they are nested in, in the language of the request."""
    if isinstance(messages, Mapping):
        return {str(key): in_words(value) for key, value in messages.items()}
    if isinstance(messages, list):
        return [in_words(each) for each in messages]
    return _in_words(messages) if isinstance(messages, str) else str(messages)


def _in_words(message: str) -> str:
    if message in _MESSAGES:
        return str(_MESSAGES[message])
    for form, words in _MESSAGES_WITH_FACTS:
        if facts := form.fullmatch(message):
            return str(words) % facts.groupdict()
    return message
