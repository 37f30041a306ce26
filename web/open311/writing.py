"""Answers as GeoReport v2 writes them: the same values as XML, and as JSON without the name of the root."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from flask import Response

from web.json_format import json_text

XML, JSON = "xml", "json"
# Part of every route: in which of the two the answer is written.
FORMAT = f"<any({XML}, {JSON}):form>"
_MEDIA_TYPES = {XML: "text/xml", JSON: "application/json"}
# What one element of a list is called in XML.
_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
# XML 1.0 has no way to write these.
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(form: str, root: str, value: object, *, status: int = 200) -> Response:
    """Return a value (a mapping, or a list of them) under the name of its root."""
    body = _xml(root, value) if form == XML else json_text(value)
    return Response(body, status=status, content_type=f"{_MEDIA_TYPES[form]}; charset=utf-8")


def _xml(root: str, value: object) -> bytes:
    written: bytes = ET.tostring(_element(root, value), encoding="utf-8", xml_declaration=True)
    return written


def _element(name: str, value: object) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, Mapping):
        element.extend(_element(inner, each) for inner, each in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        element.extend(_element(_ITEMS[name], each) for each in value)
    elif value is not None:
        element.text = _NOT_IN_XML.sub("\ufffd", _text(value))
    return element


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
