"""What GeoReport v2 says an answer must have: the elements that are needed, and the type of each, in both formats."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from werkzeug.test import TestResponse

W3 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
# element: (its type, whether it may be empty)
Shape = dict[str, tuple[str, bool]]
SERVICE: Shape = {
    "service_code": ("text", False),
    "service_name": ("text", False),
    "description": ("text", True),
    "metadata": ("boolean", False),
    "type": ("realtime", False),
    "keywords": ("text", True),
    "group": ("text", True),
}
ATTRIBUTE: Shape = {
    "variable": ("boolean", False),
    "code": ("text", False),
    "datatype": ("string|number|datetime|text|singlevaluelist|multivaluelist", False),
    "required": ("boolean", False),
    "datatype_description": ("text", True),
    "order": ("number", False),
    "description": ("text", False),
}
REQUEST: Shape = {
    "service_request_id": ("text", False),
    "status": ("open|closed", False),
    "status_notes": ("text", True),
    "service_name": ("text", False),
    "service_code": ("text", False),
    "description": ("text", True),
    "agency_responsible": ("text", True),
    "service_notice": ("text", True),
    "requested_datetime": ("w3", False),
    "updated_datetime": ("w3", False),
    "expected_datetime": ("w3", True),
    "address": ("text", True),
    "address_id": ("text", True),
    "zipcode": ("text", True),
    "lat": ("number", True),
    "long": ("number", True),
    "media_url": ("text", True),
}
CREATED: Shape = {
    "service_request_id": ("text", False),
    "service_notice": ("text", True),
    "account_id": ("text", True),
}
UPDATE: Shape = {
    "update_id": ("text", False),
    "service_request_id": ("text", False),
    "status": ("open|closed|duplicate|no_further_action", False),
    "updated_datetime": ("w3", False),
    "description": ("text", False),
    "media_url": ("text", True),
}
UPDATED: Shape = {"update_id": ("text", False)}
TOKEN: Shape = {"service_request_id": ("text", False), "token": ("text", False)}
ERROR: Shape = {"code": ("number", False), "description": ("text", False)}
ENDPOINT: Shape = {
    "specification": ("text", False),
    "url": ("text", False),
    "changeset": ("w3", False),
    "type": ("production|test", False),
}
# The root of an answer in XML, and what its items are called.
ROOTS = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
}


def items(answer: TestResponse, root: str, shape: Shape) -> list[dict[str, Any]]:
    """Return the items of an answer, after seeing that they are as the protocol says."""
    if answer.content_type == "application/json; charset=utf-8":
        found = json.loads(answer.data)
        assert isinstance(found, list)
        for each in found:
            check_json(each, shape)
        return found
    element = root_of(answer)
    assert element.tag == root
    assert {each.tag for each in element} <= {ROOTS[root]}
    for each in element:
        check_xml(each, shape)
    return [{inner.tag: inner.text for inner in each} for each in element]


def root_of(answer: TestResponse) -> ET.Element:
    """Return the root of an answer in XML."""
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.data.lower().startswith(b"<?xml version='1.0' encoding='utf-8'?>"), answer.data[:60]
    return ET.fromstring(answer.data)  # noqa: S314 - what we wrote ourselves


def check_json(value: dict[str, Any], shape: Shape) -> None:
    """See that a mapping has what is needed, each of its type."""
    for name, (kind, may_be_empty) in shape.items():
        assert name in value, (name, value)
        part = value[name]
        if part is None:
            assert may_be_empty, (name, value)
        elif kind == "boolean":
            assert isinstance(part, bool), (name, part)
        elif kind == "number":
            assert isinstance(part, int | float), (name, part)
            assert not isinstance(part, bool)
        else:
            assert isinstance(part, str), (name, part)
            check_text(name, part, kind, may_be_empty=may_be_empty)


def check_xml(element: ET.Element, shape: Shape) -> None:
    """See that an element has what is needed, once, each of its type."""
    for name, (kind, may_be_empty) in shape.items():
        found = element.findall(name)
        assert len(found) == 1, (name, ET.tostring(element))
        text = found[0].text or ""
        if not text:
            assert may_be_empty, (name, ET.tostring(element))
        elif kind == "boolean":
            assert text in ("true", "false"), (name, text)
        elif kind == "number":
            float(text)
        else:
            check_text(name, text, kind, may_be_empty=may_be_empty)


def check_text(name: str, text: str, kind: str, *, may_be_empty: bool) -> None:
    """See that a text is of its kind."""
    assert text or may_be_empty, name
    if kind == "w3":
        assert W3.fullmatch(text), (name, text)
    elif kind != "text":
        assert text in kind.split("|"), (name, text)


def errors(answer: TestResponse) -> tuple[int, list[str]]:
    """Return a refusal's status and its descriptions, and see that it is told as the protocol says."""
    found = items(answer, "errors", ERROR)
    assert found
    assert all(int(each["code"]) == answer.status_code for each in found)
    return answer.status_code, [each["description"] for each in found]
