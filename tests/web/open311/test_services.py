"""What can be reported by Open311: discovery, services, and what each asks for."""

import pytest

import responsibilities
from tests.web.open311.clients import Gateway
from tests.web.open311.georeport import ATTRIBUTE, ENDPOINT, SERVICE, check_json, check_xml, errors, items, root_of
from tests.web.reporting import CATEGORY


def test_discovery_says_where_and_in_which_formats(gateway: Gateway) -> None:
    found = gateway.ask("discovery.json").get_json()
    assert {"changeset", "contact", "key_service", "endpoints"} <= found.keys()
    (endpoint,) = found["endpoints"]
    check_json(endpoint, ENDPOINT)
    assert endpoint["url"] == "http://localhost/open311/v2"
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    root = root_of(gateway.ask("discovery.xml"))
    assert root.tag == "discovery"
    (element,) = root.findall("endpoints/endpoint")
    check_xml(element, ENDPOINT)
    assert [each.text for each in element.findall("formats/format")] == ["text/xml", "application/json"]


def test_services_are_the_categories_that_may_be_reported_under(gateway: Gateway) -> None:
    found = items(gateway.ask("services.json"), "services", SERVICE)
    in_xml = items(gateway.ask("services.xml"), "services", SERVICE)
    leaves = [each for each in gateway.world.seen(responsibilities.categories) if each.parent_code is not None]
    assert [each["service_code"] for each in found] == [each.code for each in leaves]
    assert [each["service_code"] for each in in_xml] == [each.code for each in leaves]
    first = next(each for each in found if each["service_code"] == CATEGORY)
    assert first["service_name"] == next(each.name for each in leaves if each.code == CATEGORY)
    assert first["service_name"] in first["keywords"]
    private = {each.code for each in leaves if each.is_private}
    assert private
    assert {each["service_code"] for each in found if each["keywords"].endswith(", private")} == private
    english = gateway.world.app.test_client().get("/open311/v2/services.json", headers={"Accept-Language": "en"})
    assert {each["service_name"] for each in english.get_json()} == {each.name_en for each in leaves}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_service_says_what_it_asks_for(gateway: Gateway, form: str) -> None:
    answer = gateway.ask(f"services/{CATEGORY}.{form}")
    assert answer.status_code == 200
    if form == "json":
        found = answer.get_json()
        assert found["service_code"] == CATEGORY
        for each in found["attributes"]:
            check_json(each, ATTRIBUTE)
        codes = [each["code"] for each in found["attributes"]]
    else:
        root = root_of(answer)
        assert (root.tag, root.findtext("service_code")) == ("service_definition", CATEGORY)
        for element in root.findall("attributes/attribute"):
            check_xml(element, ATTRIBUTE)
        codes = [element.findtext("code") or "" for element in root.findall("attributes/attribute")]
    assert codes == ["unit", "fixmystreet_id", "external_id"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_is_not_there_is_not_found_in_the_protocols_words(gateway: Gateway, form: str) -> None:
    assert errors(gateway.ask(f"services/NOTHING.{form}"))[0] == 404
    # At the top of the list: nothing is reported under it.
    assert errors(gateway.ask(f"services/C01.{form}"))[0] == 404
    assert errors(gateway.ask(f"requests/260601000000.{form}"))[0] == 404
    assert errors(gateway.ask(f"tokens/nothing.{form}"))[0] == 404
    assert errors(gateway.ask(f"nothing.{form}"))[0] == 404
    assert errors(gateway.send(f"services.{form}", b""))[0] == 405


def test_a_format_must_be_named(gateway: Gateway) -> None:
    assert errors(gateway.ask("requests"))[0] == 404
    assert errors(gateway.ask("requests.html"))[0] == 404


def test_only_our_jurisdiction_is_found(gateway: Gateway) -> None:
    for path in ("discovery.xml", "services.xml", "requests.json", f"services/{CATEGORY}.json", "tokens/1.xml"):
        status, words = errors(gateway.ask(path, jurisdiction_id="city.example"))
        assert status == 404
        assert "140881" in words[0]
    for ours in ("", "140881"):
        assert gateway.ask("services.json", jurisdiction_id=ours).status_code == 200
