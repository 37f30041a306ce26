"""What a resident is to give back, on their own pages: why, and settled only as they say."""

import pytest

from tests.web.pages.browser import browser_of, text_of
from tests.web.world import Shop, Somebody, World


def owing(world: World, shop: Shop, payer: Somebody, amount: int = 20_00) -> None:
    """Let a resident owe so much."""
    award = world.award(payer.id, amount)
    world.paid(shop, payer, world.available(payer))
    matter = world.post(
        f"/awards/{award.id}/forced-corrections", {"reason": "Meant for a neighbour"}, world.administrator
    ).get_json()
    world.post(f"/forced-corrections/{matter['id']}/approval", {"decision": "approve"}, world.finance)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_resident_sees_what_is_to_be_given_back_and_why(
    world: World, shop: Shop, payer: Somebody, language: str
) -> None:
    phone = browser_of(world, payer, language=language)
    assert "/me/corrections" not in phone.get("/me").text
    owing(world, shop, payer)
    home = phone.get("/me")
    assert ("20.00" in text_of(home), "/me/corrections" in home.text) == (True, True)
    words = text_of(phone.get("/me/corrections"))
    for text in ("20.00", "Meant for a neighbour", "A useful report"):
        assert text in words


def test_credits_settle_it_as_far_as_the_resident_says(world: World, shop: Shop, payer: Somebody) -> None:
    owing(world, shop, payer)
    world.award(payer.id, 8_00)
    phone = browser_of(world, payer)
    assert "At most 8.00" in text_of(phone.get("/me/corrections")).replace("credits", "").replace("  ", " ")
    wrong = phone.post("/me/offsets", fund="peace", amount="x", idempotency_key="k")
    assert wrong.status_code == 422
    much = phone.post("/me/offsets", fund="peace", amount="8.01", idempotency_key="k")
    assert (much.status_code, "Not enough credits" in text_of(much)) == (409, True)
    first = phone.post("/me/offsets", fund="peace", amount="3", idempotency_key="k")
    phone.post("/me/offsets", fund="peace", amount="3", idempotency_key="k")
    words = text_of(phone.follow(first))
    assert ("Thank you." in words, "17.00" in words, "Given back out of credits" in words) == (True, True, True)
    assert world.available(payer) == 5_00
    matter = world.post(
        f"/residents/{payer.id}/waivers", {"fund": "peace", "amount": 17_00, "reason": "x"}, world.administrator
    ).get_json()
    world.post(f"/waivers/{matter['id']}/approval", {"decision": "approve"}, world.finance)
    words = text_of(phone.get("/me/corrections"))
    assert ("Nothing is open" in words, "Debt cancelled" in words) == (True, True)
