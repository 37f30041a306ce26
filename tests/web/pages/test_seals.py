"""Seals on pages: heads for everybody, proofs for those whom an entry concerns, and the check of a receipt."""

import io
import json
from dataclasses import dataclass
from typing import Any

import pytest

from people import Role
from seals.heads import head_text
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World
from web.sealing import seal_everything
from web.secret_keys import seal_keys

CHECK = "/seals/check"
FACTS = ("size", "root", "sealed_at", "previous", "salts", "key")


def seal(world: World) -> None:
    """Seal what was booked."""
    with world.app.app_context():
        seal_everything(world.clock.at)


@dataclass
class Paid:
    """A payment: its id and its entry's."""

    id: str
    entry_id: str


@pytest.fixture
def paid(world: World, shop: Shop, payer: Somebody) -> Paid:
    """Let a resident pay 12.50, of which 2.50 were refunded; nothing is sealed."""
    made = world.paid(shop, payer, 1_250)
    world.post(f"/redemptions/{made['id']}/refunds", {"amount": 250, "reason": "Sold out"}, shop.owner)
    return Paid(made["id"], made["entry_id"])


@pytest.fixture
def receipt(world: World, paid: Paid, phone: Browser) -> dict[str, Any]:
    """Return the receipt of the payment as its payer downloads it."""
    seal(world)
    return dict(json.loads(phone.get(f"/proofs/{paid.entry_id}").text))


def checked(world: World, receipt: Any, head: Any = None, *, language: str = "en") -> str:
    """Paste a receipt, and a head, into the page, and return what it says."""
    browser = Browser(world, language=language)
    sent = {name: json.dumps(each) for name, each in (("receipt", receipt), ("head", head)) if each is not None}
    answer = browser.forged(CHECK, **sent)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return text_of(answer)


def resigned(world: World, head: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a head with changes that bears our signature, as only the office itself could make it."""
    changed = {**head, **changes}
    with world.app.app_context():
        signature = seal_keys().sign(head_text(**{name: changed[name] for name in FACTS}))
    return {**changed, "signature": signature.hex()}


# --- heads ------------------------------------------------------------------------------------------------------------


def test_before_the_first_seal_the_page_says_so(world: World) -> None:
    said = text_of(Browser(world).get("/seals"))
    assert "Nothing is sealed yet" in said
    assert "not used yet" in said


def test_everybody_sees_the_newest_head_and_what_waits(world: World, paid: Paid) -> None:
    assert paid.entry_id
    seal(world)
    head = world.get("/books/seals").get_json()["items"][0]
    page = Browser(world).get("/seals")
    said = text_of(page)
    for fact in ("root", "hash", "key", "signature", "public_key"):
        assert head[fact] in said
    assert "everything is sealed" in said
    assert f'href="/api/v1/books/seals/{head["size"]}" download="head-{head["size"]}.json"' in page.text

    world.fund("school")
    assert "everything is sealed" in text_of(Browser(world).get("/seals"))  # counted a moment ago
    world.clock.pass_by(seconds=61)
    assert "1 entry waits for its seal" in text_of(Browser(world).get("/seals"))


def test_earlier_heads_come_a_page_at_a_time(world: World, payer: Somebody) -> None:
    for amount in range(1, 24):
        world.award(payer.id, amount)
        world.clock.pass_by(minutes=1)
        seal(world)
    browser = Browser(world)
    first = browser.get("/seals")
    assert first.text.count('<details class="item">') == 20
    more = first.text.partition('hx-get="')[2].partition('"')[0]
    rest = browser.part(more)
    assert (rest.text.count('<details class="item">'), "<html" in rest.text) == (2, False)
    assert "Newest head" in text_of(browser.get(more))
    assert browser.get("/seals?before=x").status_code == 404


def test_the_program_that_verifies_is_given_out_as_it_is(world: World) -> None:
    answer = Browser(world).get("/seals/verify_receipt.py")
    assert answer.headers["Content-Disposition"] == "attachment; filename=verify_receipt.py"
    assert answer.text.startswith('"""Verify a receipt of 平安账')


def test_home_and_footer_lead_to_the_seals(world: World) -> None:
    world.fund()
    assert Browser(world).get("/").text.count('href="/seals"') == 2
    assert 'href="/seals"' in Browser(world).get("/log-in").text


# --- proofs -----------------------------------------------------------------------------------------------------------


def test_who_paid_and_who_was_paid_find_the_proof_once_it_is_sealed(
    world: World, paid: Paid, phone: Browser, till: Browser
) -> None:
    pages = ((phone, f"/me/receipts/{paid.id}"), (till, f"/till/payments/{paid.id}"), (phone, "/me/statement"))
    for browser, page in pages:
        answer = browser.get(page)
        assert "waits for its seal, an hour at most" in text_of(answer)
        assert f'href="/proofs/{paid.entry_id}"' not in answer.text
    for browser in (phone, till):
        waits = browser.get(f"/proofs/{paid.entry_id}")
        assert (waits.status_code, "This entry waits for its seal" in text_of(waits)) == (200, True)
    seal(world)
    for browser, page in pages:
        answer = browser.get(page)
        assert "waits for its seal" not in text_of(answer)
        assert f'href="/proofs/{paid.entry_id}"' in answer.text
    for browser in (phone, till):
        answer = browser.get(f"/proofs/{paid.entry_id}")
        assert answer.headers["Content-Disposition"] == f"attachment; filename=receipt-{paid.entry_id}.json"
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/json", "no-store")


def test_the_file_is_that_of_the_api(world: World, payer: Somebody, receipt: dict[str, Any]) -> None:
    entry_id = receipt["entry"]["id"]
    assert world.get(f"/books/entries/{entry_id}/receipt", payer.key).get_json() == receipt


def test_anothers_proof_is_not_found(world: World, paid: Paid) -> None:
    other = browser_of_person(world, Role.TILL, merchant_id=world.shop("M02").id)
    town = browser_of_person(world, Role.ADMINISTRATOR, unit_code="140881001")
    assert [browser.get(f"/proofs/{paid.entry_id}").status_code for browser in (other, town)] == [404, 404]
    assert browser_of_person(world, Role.DISPATCHER).get(f"/proofs/{paid.entry_id}").status_code == 403
    assert Browser(world).get(f"/proofs/{paid.entry_id}").headers["Location"].startswith("/log-in")


def test_the_books_own_people_find_the_proof_beside_the_entry(world: World, paid: Paid) -> None:
    auditor = browser_of_person(world, Role.AUDITOR)
    assert "waits for its seal" in text_of(auditor.get(f"/office/books/entries/{paid.entry_id}"))
    assert "This entry waits" in text_of(auditor.get(f"/proofs/{paid.entry_id}"))
    seal(world)
    assert f'href="/proofs/{paid.entry_id}"' in auditor.get(f"/office/books/entries/{paid.entry_id}").text
    assert len(json.loads(auditor.get(f"/proofs/{paid.entry_id}").text)["entry"]["postings"]) == 2


# --- the check --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_genuine_receipt_is_told_with_what_it_shows(
    world: World, receipt: dict[str, Any], payer: Somebody, language: str
) -> None:
    said = checked(world, receipt, receipt["head"], language=language)
    words = {"en": ("Genuine: this entry stands in our books", "The head you kept is ours"), "zh": ("真实", "树头")}
    for word in (*words[language], "12.50", receipt["entry"]["id"]):
        assert word in said
    assert (payer.number in said, "王" in said) == (False, False)


def test_a_file_is_checked_like_what_is_pasted(world: World, receipt: dict[str, Any]) -> None:
    browser = Browser(world)
    file = b"\xef\xbb\xbf" + json.dumps(receipt, indent=2).encode()
    answer = browser.upload(CHECK, {"receipt_file": (io.BytesIO(file), "receipt.json")}, receipt="", head="")
    assert "Genuine" in text_of(answer)


def test_an_older_head_is_joined_by_a_proof_to_download(world: World, receipt: dict[str, Any], paid: Paid) -> None:
    kept = receipt["head"]
    world.fund("school")
    seal(world)
    auditor = browser_of_person(world, Role.AUDITOR)
    newer = json.loads(auditor.get(f"/proofs/{paid.entry_id}").text)
    answer = Browser(world).forged(CHECK, receipt=json.dumps(newer), head=json.dumps(kept))
    link = f"/api/v1/books/seals/consistency?from={kept['size']}&amp;to={newer['head']['size']}"
    assert link in answer.text
    assert world.app.test_client().get(link.replace("&amp;", "&")).status_code == 200


def test_a_receipt_that_was_changed_does_not_fit_and_shows_nothing(world: World, receipt: dict[str, Any]) -> None:
    part = next(part for part in receipt["parts"] if '"account"' in part.get("text", ""))
    receipt["entry"]["postings"][0]["amount"] = 900_00
    said = checked(world, receipt)
    assert "What the receipt shows to people is not what its sealed parts say" in said
    assert "900.00" not in said
    part["text"] = part["text"].replace('"amount":1250', '"amount":90000')
    assert "do not make the fingerprint" in checked(world, receipt)


def test_each_way_in_which_a_proof_does_not_fit_is_told(world: World, receipt: dict[str, Any]) -> None:
    path = {**receipt, "proof": {**receipt["proof"], "path": receipt["proof"]["path"][::-1]}}
    assert "does not end there" in checked(world, path)
    head = {**receipt, "head": {**receipt["head"], "hash": "00" * 32}}
    assert "is not what we have published" in checked(world, head)
    assert "Not sealed yet" in checked(world, {**receipt, "proof": None, "head": None})
    assert "This is no receipt of ours" in checked(world, {"format": "pingan-receipt-2"})


def test_a_head_of_another_signature_is_not_of_this_office(world: World, receipt: dict[str, Any]) -> None:
    forged = {**receipt["head"], "root": "00" * 32}
    assert "Not signed by this office" in checked(world, {**receipt, "head": forged})
    assert "The head you kept is not signed by this office" in checked(world, receipt, forged)
    assert "What you gave as a head is none" in checked(world, receipt, {"size": 1})


def test_a_head_that_contradicts_ours_is_an_alarm(world: World, receipt: dict[str, Any]) -> None:
    other = resigned(world, receipt["head"], root="00" * 32)
    assert "Alarm: a head that contradicts ours" in checked(world, {**receipt, "head": other})
    said = checked(world, receipt, other)
    assert "Alarm: the head you kept contradicts ours" in said
    longer = resigned(world, receipt["head"], size=receipt["head"]["size"] + 100)
    assert "Alarm" in checked(world, receipt, longer)


@pytest.mark.parametrize("text", ["", "  ", "{", "[" * 100_000, '{"a": NaN}', '{"a": 1, "a": 2}'])
def test_what_cannot_be_read_is_said_beside_the_field(world: World, text: str) -> None:
    answer = Browser(world).forged(CHECK, receipt=text)
    assert answer.status_code == 422
    assert "cannot be read as JSON" in text_of(answer) or "Choose the file of the receipt" in text_of(answer)


@pytest.mark.parametrize("document", [[], 4, "text", None, {"format": []}])
def test_other_documents_are_no_receipts(world: World, document: object) -> None:
    answer = Browser(world).forged(CHECK, receipt=json.dumps(document))
    assert "This is no receipt of ours" in text_of(answer)


def test_what_is_too_large_is_not_read(world: World) -> None:
    browser = Browser(world)
    for size in (200_000, 600_000):
        pasted = browser.forged(CHECK, receipt="x" * size)
        sent = browser.upload(CHECK, {"receipt_file": (io.BytesIO(b"x" * size), "x.json")})
        for answer in (pasted, sent):
            assert (answer.status_code, "too large for a receipt" in text_of(answer)) == (422, True)


def test_nothing_of_a_receipt_is_logged(
    world: World, receipt: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    checked(world, receipt)
    assert receipt["entry"]["id"] not in caplog.text
