"""Applications of shops, for the tests of the web."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from tests.photos.uploads import encoded, quarters
from tests.web.world import VILLAGE, World

APPLICATION: dict[str, Any] = {
    "name": "如意饭店",
    "category": "餐饮",
    "class": "平安饭店",
    "address": "河东大道1号",
    "unit": VILLAGE,
    "credit_code": "91140881MA0AAAA01W",
    "contact_name": "王掌柜",
    "phone": "13900000001",
}


def licence() -> BytesIO:
    """Return a photo of a licence, as a phone sends it."""
    return BytesIO(encoded(quarters(), "PNG"))


def applied(world: World, key: str | None = None, **said: Any) -> dict[str, Any]:
    """Return an application that was just sent in, with its code."""
    answer = world.post("/merchant-applications", {**APPLICATION, **said}, key)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def with_code(code: str) -> dict[str, str]:
    """Return the header by which the applicant shows their code."""
    return {"Claim-Code": code}


def send_licence(world: World, application: Mapping[str, Any]) -> TestResponse:
    """Send the photo of a licence, as the applicant."""
    return world.app.test_client().post(
        f"/api/v1/merchant-applications/{application['id']}/licence",
        data={"photos": (licence(), "licence.png")},
        headers=with_code(application["claim_code"]),
        content_type="multipart/form-data",
    )


_SHOP = {name: value for name, value in APPLICATION.items() if name not in {"contact_name", "phone"}}
_REASON = {"reason": "x"}
APPLICATION_POSTS: tuple[tuple[str, str, dict[str, Any], frozenset[str]], ...] = (
    ("/merchant-applications", "administrator", APPLICATION, frozenset()),
    (
        "/merchant-applications/APPLIED-RETURNED/amendment",
        "administrator",
        {**_SHOP, "contact_name": None, "phone": None},
        frozenset({"contact_name", "phone"}),
    ),
    ("/merchant-applications/APPLIED-ANEW/withdrawal", "administrator", {}, frozenset()),
    ("/merchant-applications/APPLIED-ANEW/return", "administrator", _REASON, frozenset()),
    ("/merchant-applications/APPLIED-ANEW/refusal", "administrator", _REASON, frozenset()),
    ("/merchant-applications/APPLIED-ANEW/acceptance", "administrator", {"code": "M08"}, frozenset()),
    ("/merchants/M01/namings/NAMING-OF-SHOP/renewal-requests", "owner", {"words": "w"}, frozenset({"words"})),
    ("/merchants/M01/namings/NAMING-OF-SHOP/renewal-refusal", "administrator", _REASON, frozenset()),
    (
        "/merchants/M01/namings/NAMING-OF-SHOP/renewal",
        "administrator",
        {"until": "2027-12-31", "document": "d"},
        frozenset(),
    ),
)


def applications_named(world: World, text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of the applications and namings that a text names and that are not there yet."""
    made: dict[str, str] = {}
    for name in ("APPLIED-ANEW", "APPLIED-RETURNED"):
        if name in text and name not in names:
            application = applied(world)
            send_licence(world, application)
            made[name] = application["id"]
            if name == "APPLIED-RETURNED":
                world.post(f"/merchant-applications/{made[name]}/return", _REASON, world.administrator)
    if "NAMING-OF-SHOP" in text and "NAMING-OF-SHOP" not in names:
        [naming] = world.get("/merchants/M01/namings", world.administrator).get_json()["items"]
        made["NAMING-OF-SHOP"] = naming["id"]
    return made
