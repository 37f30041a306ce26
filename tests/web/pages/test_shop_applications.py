"""Applying on pages: without a log-in, followed by a code, decided in the office; and renewals."""

import html
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import merchants
from people import Role
from tests.clock import NOON
from tests.web.applying import APPLICATION, applied, licence, send_licence
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import World

CODE = re.compile(r"data-code>(.*?)</p>")


def send(browser: Browser, path: str = "/merchants/apply", **said: str) -> TestResponse:
    """Send the form of an application with a photo of the licence."""
    fields = {**APPLICATION, "idempotency_key": str(uuid4()), **said}
    return browser.upload(path, {"photos": (licence(), "licence.png")}, **fields)


def code_on(page: TestResponse) -> str:
    """Return the code that a page shows."""
    found = CODE.search(page.text)
    assert found, text_of(page)
    return html.unescape(re.sub(r"<[^>]*>", "", found[1]))


def form(browser: Browser, path: str, **fields: str) -> TestResponse:
    """Send a form once."""
    return browser.post(path, idempotency_key=str(uuid4()), **fields)


def test_a_shop_applies_amends_and_is_accepted_and_another_officer_names_it(world: World) -> None:
    nobody = Browser(world)
    nobody.get("/merchants/apply")
    wrong = send(nobody, credit_code="91140881MA0AAAA01X")
    assert wrong.status_code == 422
    assert "no unified social credit code" in text_of(wrong)
    assert "choose the photos again" in text_of(wrong)
    sent = send(nobody, idempotency_key="k")
    code = code_on(sent)
    again = send(nobody, idempotency_key="k")
    assert (again.status_code, "was sent before" in text_of(again)) == (200, True)

    officer = browser_of_person(world, Role.ADMINISTRATOR)
    assert "1 application of a shop" in text_of(officer.get("/office"))
    page = officer.get("/office/applications")
    found = re.search(r"/office/applications/[0-9a-f-]{36}", page.text)
    assert found
    path = found[0]
    assert "13900000001" in text_of(officer.get(path))
    photo = re.search(rf"{path}/licence/[0-9a-f-]+", officer.get(path).text)
    assert photo
    assert officer.get(photo[0]).content_type == "image/jpeg"
    assert nobody.get(photo[0]).status_code == 303
    assert "waits for the applicant" in text_of(officer.follow(form(officer, f"{path}/return", reason="too dark")))

    nobody.get("/merchants/application")
    assert "No application has this code" in text_of(nobody.post("/merchants/application", claim_code="x"))
    page = nobody.post("/merchants/application", claim_code=code)
    assert "too dark" in text_of(page)
    assert "李桂兰" not in page.text
    small = re.search(r'name="photo" value="([^"]+)"', page.text)
    assert small
    assert nobody.post("/merchants/application/photo", claim_code=code, photo=small[1]).mimetype == "image/jpeg"
    nobody.get("/merchants/application")
    page = send(
        nobody, "/merchants/application/amendment", claim_code=code, name="如意大饭店", contact_name="", phone=""
    )
    assert "looks at it again" in text_of(page)

    accepted = officer.follow(form(officer, f"{path}/acceptance", code="ruyi"))
    assert "A colleague gives the first naming" in text_of(accepted)
    naming = {"class_name": "平安饭店", "from_on": "2026-06-01", "until": "2026-12-31", "document": "1号"}
    refused = form(officer, "/office/merchants/ruyi/namings", **naming)
    assert (refused.status_code, "Another person has to do this" in text_of(refused)) == (403, True)
    colleague = browser_of_person(world, Role.ADMINISTRATOR)
    colleague.get("/office/merchants/ruyi")
    form(colleague, "/office/merchants/ruyi/namings", **naming)
    history = text_of(officer.get("/office/merchants/ruyi/history"))
    assert all(each in history for each in ("Named", "Application accepted", "Sent again", "too dark", "Applied"))
    assert "139****0001" in text_of(officer.get(path))


def test_forms_are_counted_before_their_photos_are_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.nameless_limits.FORMS_PER_HOUR", 1)
    nobody = Browser(world)
    nobody.get("/merchants/apply")
    assert send(nobody, name="").status_code == 422
    monkeypatch.setattr("web.pages.shop_applications.typed_photos", None)
    refused = send(nobody)
    assert (refused.status_code, "Too many applications" in text_of(refused)) == (429, True)


def test_an_application_is_withdrawn_by_its_code_and_refused_with_words_by_the_office(world: World) -> None:
    made, other = applied(world), applied(world, world.administrator, name="另一家")
    nobody = Browser(world)
    nobody.get("/merchants/application")
    fields = {"claim_code": made["claim_code"], "idempotency_key": "k"}
    assert "is withdrawn" in text_of(nobody.post("/merchants/application/withdrawal", **fields))
    again = nobody.post("/merchants/application/withdrawal", **fields | {"idempotency_key": "l"})
    assert "does not stand so" in text_of(again)
    officer = browser_of_person(world, Role.ADMINISTRATOR)
    path = f"/office/applications/{other['id']}"
    assert "Others say the same credit code" in text_of(officer.get(path))
    refused = form(officer, f"{path}/acceptance", code="ruyi")
    assert "There is no photo of the licence" in text_of(refused)
    send_licence(world, other)
    world.shop("taken")
    assert form(officer, f"{path}/acceptance", code="taken").status_code == 422
    assert form(officer, f"{path}/refusal", reason="").status_code == 422
    assert "refused" in text_of(officer.follow(form(officer, f"{path}/refusal", reason="not so")))
    page = nobody.post("/merchants/application", claim_code=other["claim_code"])
    assert "not so" in text_of(page)
    assert "另一家" in text_of(officer.get("/office/applications?state=refused"))
    assert nobody.get(path).status_code == 303


def test_the_owner_is_reminded_asks_and_is_renewed_without_a_gap(world: World) -> None:
    shop = world.shop(named=False)
    day = NOON.date()

    def name(session: Session) -> UUID:
        return merchants.name_merchant(
            session,
            merchant=merchants.get_merchant(session, shop.id),
            naming_class="平安饭店",
            valid_from=day,
            valid_until=day + timedelta(days=20),
            document="1号",
            actor="system",
            now=NOON,
        ).id

    naming = world.done(name)
    owner = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id)
    assert "20 days are left" in text_of(owner.get("/till/shop"))
    owner.get("/till/shop/naming")
    assert form(owner, "/till/shop/naming", naming="no id", words="").status_code == 404
    page = owner.follow(form(owner, "/till/shop/naming", naming=str(naming), words="goes well"))
    assert "Renewal asked for" in text_of(page)
    assert form(owner, "/till/shop/naming", naming=str(naming), words="").status_code == 409

    officer = browser_of_person(world, Role.ADMINISTRATOR)
    assert "the owner asks for renewal" in text_of(officer.get("/office"))
    assert "goes well" in text_of(officer.get("/office/merchants/M01"))
    path = f"/office/merchants/M01/namings/{naming}"
    assert form(officer, f"{path}/renewal-refusal", reason="").status_code == 422
    officer.follow(form(officer, f"{path}/renewal-refusal", reason="kitchen first"))
    assert "kitchen first" in text_of(owner.get("/till/shop/naming"))
    early = form(officer, f"{path}/renewal", until=day.isoformat(), document="2号")
    assert (early.status_code, "lies before the first" in text_of(early)) == (422, True)
    officer.follow(form(officer, f"{path}/renewal", until="2027-12-31", document="2号"))
    page = owner.get("/till/shop/naming")
    assert "Naming renewed" in text_of(page)
    assert "days are left" not in text_of(owner.get("/till/shop"))
