"""Payments that are held back, on the pages of the office and of the shop's owner."""

from uuid import uuid4

from people import Role
from suspicions import RULE_NAMES
from tests.web.pages.browser import browser_of_person, text_of
from tests.web.suspecting import UPHELD, held_back
from tests.web.world import World


def test_an_officer_decides_with_a_reason_and_the_owner_appeals(world: World) -> None:
    world.fund()
    shop = world.shop("M01")
    first, _second, last = held_back(world, shop, 1_000, 2_000, 3_000)
    finance = browser_of_person(world, Role.FINANCE)
    assert "3 payments to be looked at" in text_of(finance.get("/office"))
    assert "3 payments are being looked at: 60.00" in text_of(finance.get("/office/settlements?until=2026-06-01"))
    assert "3 payments of 1 residents within 1 min, 60.00 altogether" in text_of(finance.get("/office/suspicions"))
    page = f"/office/suspicions/{first}"
    finance.get(page)
    refused = finance.post(f"{page}/decision", decision="maybe", reason="", idempotency_key=str(uuid4()))
    assert refused.status_code == 422
    assert "Choose one of these" in text_of(refused)
    for each in (first, last):
        path = f"/office/suspicions/{each}/decision"
        assert finance.post(path, **UPHELD, idempotency_key=str(uuid4())).status_code == 303
    assert (
        "somebody else was quicker"
        in text_of(finance.post(f"{page}/decision", **UPHELD, idempotency_key=str(uuid4()))).lower()
    )

    owner = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id)
    assert "3 payments are being looked at" in text_of(owner.get("/till/settlements"))
    said = text_of(owner.get("/till/held"))
    for words in ("says nothing about you", "3 payments of a few people", UPHELD["reason"], "Appeal against this"):
        assert words in said, words
    for accusing in ("suspic", "fraud", "李桂兰"):
        assert accusing not in said.partition("Payments being looked at")[2].lower()
    path = f"/till/held/{first}/appeal"
    assert owner.post(path, text="", idempotency_key=str(uuid4())).status_code == 422
    assert owner.post(path, text="三桌客人\n分开付的", idempotency_key=str(uuid4())).status_code == 303
    assert "三桌客人 分开付的" in text_of(owner.get("/till/held"))
    other = browser_of_person(world, Role.MERCHANT_OWNER, handle="other", merchant_id=world.shop("M02").id)
    other.get("/till/held")
    assert other.post(f"/till/held/{last}/appeal", text="x", idempotency_key=str(uuid4())).status_code == 404
    cashier = browser_of_person(world, Role.TILL, handle="till", merchant_id=shop.id)
    assert cashier.get("/till/held").status_code == 403

    refused = finance.post(f"{page}/appeal-decision", **UPHELD, idempotency_key=str(uuid4()))
    assert refused.status_code == 403
    chief = browser_of_person(world, Role.ADMINISTRATOR, handle="chief")
    assert "三桌客人" in text_of(chief.get(page))
    decided = chief.post(f"{page}/appeal-decision", decision="cleared", reason="小票齐全", idempotency_key=str(uuid4()))
    assert decided.status_code == 303
    assert "cleared: comes with the next settlement" in text_of(owner.get("/till/held"))


def test_rules_are_set_on_a_page_and_wrong_values_are_said_at_their_field(world: World) -> None:
    chief = browser_of_person(world, Role.ADMINISTRATOR)
    page = "/office/suspicion-rules"
    assert "No rule is set" in text_of(chief.get("/office/suspicions"))
    chief.get(page)
    empty = dict.fromkeys(RULE_NAMES, "")
    for wrong, name in (({"late_code_s": "60"}, "late_code_s"), ({"pair_days": "30"}, "pair_credits")):
        refused = chief.post(page, **{**empty, **wrong}, idempotency_key=str(uuid4()))
        assert refused.status_code == 422
        assert f'id="m-{name}"' in refused.text
    pair = {"pair_days": "30", "pair_credits": "200.50", "pair_percent_of_resident": "80", "pair_percent_of_shop": "40"}
    assert chief.post(page, **{**empty, **pair}, idempotency_key=str(uuid4())).status_code == 303
    said = text_of(chief.get(page))
    assert "at least spent there: 200.50 credits" in said
    assert 'value="200.50"' in chief.get(page).text
