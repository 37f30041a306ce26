"""What belongs to whoever is logged in."""

import re
from uuid import uuid4

from tests.web.pages.browser import PASSWORD, Browser, browser_of, logged_in, text_of
from tests.web.world import Somebody, World

NEW = "another good password"


def changed(browser: Browser, present: str, new: str, again: str = "") -> tuple[int, str]:
    """Return how a change of password ended, in status and words."""
    answer = browser.post("/account/password", current_password=present, password=new, password_again=again or new)
    words = text_of(browser.get("/account")) if answer.status_code == 303 else text_of(answer)
    return answer.status_code, words


def ends(browser: Browser) -> list[str]:
    """Return the addresses that end the other devices' sessions."""
    return re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', browser.get("/account").text)


def test_a_password_is_changed_and_other_devices_are_logged_out(world: World, phone: Browser, payer: Somebody) -> None:
    other = logged_in(world, payer.number)

    status, words = changed(phone, PASSWORD, NEW)

    assert status == 303
    assert "The password is changed." in words
    assert phone.get("/me").status_code == 200
    assert other.get("/me").status_code == 303


def test_a_change_of_password_needs_the_present_one_and_a_good_new_one(phone: Browser) -> None:
    for present, new, again, reason in (
        ("not mine", NEW, NEW, "This is not your password."),
        (PASSWORD, "12345678", "12345678", "others would not guess"),
        (PASSWORD, NEW, "something else", "not the same as above"),
        ("", NEW, NEW, "Fill this in."),
    ):
        status, words = changed(phone, present, new, again)
        assert status == 422
        assert reason in words


def test_guessing_the_present_password_is_stopped(phone: Browser) -> None:
    for _try in range(5):
        changed(phone, "not mine", NEW)

    status, words = changed(phone, PASSWORD, NEW)

    assert status == 422
    assert "Wait 1 minute." in words


def test_other_devices_are_seen_and_ended(world: World, phone: Browser, payer: Somebody) -> None:
    other, third = logged_in(world, payer.number), logged_in(world, payer.number)
    # This one has no button.
    assert len(ends(phone)) == 2

    for address in ends(phone):
        assert "That device is logged out." in text_of(phone.follow(phone.post(address)))

    assert other.get("/me").status_code == third.get("/me").status_code == 303
    assert phone.get("/me").status_code == 200


def test_all_others_are_ended_at_once(world: World, phone: Browser, payer: Somebody) -> None:
    other = logged_in(world, payer.number)

    assert "All other devices are logged out." in text_of(phone.follow(phone.post("/account/sessions/end-others")))

    assert other.get("/me").status_code == 303


def test_anothers_session_is_not_found(world: World, phone: Browser) -> None:
    somebody = world.resident()
    browser_of(world, somebody)
    other = logged_in(world, somebody.number)

    assert phone.post(ends(other)[0]).status_code == 404
    assert phone.post(f"/account/sessions/{uuid4()}/end").status_code == 404
    assert len(ends(other)) == 1


def test_a_cashiers_account_has_no_codes_to_block(till: Browser) -> None:
    answer = till.get("/account")

    assert answer.status_code == 200
    assert "Payment codes" not in text_of(answer)
