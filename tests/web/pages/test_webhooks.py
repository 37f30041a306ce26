"""An owner's pages of webhooks: the secret is shown once, and what came of each message is said in words."""

import re

import pytest

from people import Role
from tests.notices.gateway import gateway
from tests.web.hooking import posting_here, sent
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, World

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a named shop."""
    return posting_here(world).shop("M01")


@pytest.fixture
def owner(world: World, shop: Shop) -> Browser:
    """Return the browser of its owner."""
    return browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id)


def test_an_owner_registers_tests_changes_and_removes_an_address(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gateway() as taking:
        assert "Nothing is sent yet" in text_of(owner.get("/till/shop/webhooks"))
        key = owner.hidden("idempotency_key")
        form = {"url": taking.url, "events": "payment.completed", "idempotency_key": key}
        made = owner.post("/till/shop/webhooks", **form)
        assert made.status_code == 201
        assert len(SECRET.findall(made.text)) == 1
        # The same form again is the same address, and its secret is not shown again.
        assert not SECRET.search(owner.post("/till/shop/webhooks", **form).text)
        listed = owner.get("/till/shop/webhooks")
        [path] = set(re.findall(r"/till/shop/webhooks/[0-9a-f-]{36}", listed.text))
        owner.get(path)
        owner.follow(owner.post(f"{path}/test", idempotency_key=owner.hidden("idempotency_key")))
        taking.answers = [302, 410, 204]
        sent(world)
        assert "sent on to another address, which is not followed (302)" in text_of(owner.get(path))
        message = re.findall(r"messages/([0-9a-f-]{36})/repetition", owner.get(path).text)[0]
        again = f"{path}/messages/{message}/repetition"
        owner.follow(owner.post(again, idempotency_key=owner.hidden("idempotency_key")))
        world.clock.pass_by(seconds=6)
        sent(world)
        assert "Switched off: the address answered that it is gone" in text_of(owner.get(path))
        refused = owner.post(again, idempotency_key=owner.hidden("idempotency_key"))
        assert (refused.status_code, "This webhook is switched off" in text_of(refused)) == (409, True)
        owner.follow(owner.post(f"{path}/enabling", idempotency_key=owner.hidden("idempotency_key")))
        owner.follow(owner.post(again, idempotency_key=owner.hidden("idempotency_key")))
        sent(world)
        assert "taken (204)" in text_of(owner.get(path))
        owner.follow(owner.post(f"{path}/test", idempotency_key=owner.hidden("idempotency_key")))
        monkeypatch.setattr("web.pages.till_webhooks._ON_PAGE", 1)
        first = owner.get(path)
        assert message not in first.text
        more = re.findall(rf'hx-get="({path}\?before=[0-9a-f-]+)"', first.text)
        assert message in owner.part(more[0]).text
        owner.get(path)
    changed = owner.post(f"{path}/secret", idempotency_key=owner.hidden("idempotency_key"))
    assert len(SECRET.findall(changed.text)) == 1
    assert "signed with the secret before as well" in text_of(owner.get(path))
    owner.follow(owner.post(f"{path}/disabling", idempotency_key=owner.hidden("idempotency_key")))
    assert "Switch on" in text_of(owner.get(path))
    assert "Nothing is sent yet" in text_of(owner.follow(owner.post(f"{path}/removal")))
    assert owner.get(path).status_code == 404


def test_what_was_typed_stays_where_it_is_refused(world: World, shop: Shop, owner: Browser) -> None:
    owner.get("/till/shop/webhooks")
    key = owner.hidden("idempotency_key")
    refused = owner.post("/till/shop/webhooks", url="http://till.example/", idempotency_key=key)
    assert refused.status_code == 422
    assert 'value="http://till.example/"' in refused.text
    assert "has to begin with https://" in text_of(refused)
    key = owner.hidden("idempotency_key")
    refused = owner.post("/till/shop/webhooks", url="https://till.example/", idempotency_key=key)
    assert "Name at least one of these events" in text_of(refused)
    till = browser_of_person(world, Role.TILL, merchant_id=shop.id)
    assert till.get("/till/shop/webhooks").status_code == 403
