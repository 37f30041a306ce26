"""Logging in and out, and the first log-in with the printed code."""

from tests.web.pages.browser import PASSWORD, Browser, activation_code, browser_of, logged_in, text_of
from tests.web.world import Somebody, World

NEW = "another good password"


def test_nobody_is_sent_to_the_log_in_and_back(world: World, payer: Somebody) -> None:
    browser_of(world, payer)
    browser = Browser(world)

    answer = browser.get("/me/statement?before=9")
    browser.follow(answer)
    entered = browser.post("/log-in", login_name=payer.number, password=PASSWORD, next=browser.hidden("next"))

    assert entered.headers["Location"] == "/me/statement?before=9"


def test_a_part_of_a_page_leads_the_whole_page_to_the_log_in(world: World) -> None:
    answer = world.app.test_client().get(
        "/me/statement?before=9", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/me/statement?x=1"}
    )

    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["HX-Redirect"] == "/log-in?next=/me/statement"


def test_each_kind_of_person_begins_at_their_own_page(phone: Browser, till: Browser) -> None:
    assert phone.get("/log-in").headers["Location"] == "/me"
    assert till.get("/log-in").headers["Location"] == "/till"


def test_what_a_page_asks_by_itself_brings_no_older_session_back(world: World, phone: Browser) -> None:
    phone.get("/me")

    # Were the session sent with each answer, a late one would undo what the answer to a form has put into it meanwhile.
    assert "Set-Cookie" not in phone.get("/me").headers
    world.clock.pass_by(days=1)
    assert "session=" in phone.get("/me").headers["Set-Cookie"]
    assert "Set-Cookie" not in phone.get("/me").headers


def test_a_log_in_leads_to_no_other_site(world: World, payer: Somebody) -> None:
    browser_of(world, payer)
    browser = Browser(world)
    browser.get("/log-in?next=https://evil.example/")

    answer = browser.post("/log-in", login_name=payer.number, password=PASSWORD, next="//evil.example/")

    assert answer.headers["Location"] == "/me"


def test_the_number_may_be_typed_in_full_width_with_blanks(world: World, payer: Somebody) -> None:
    browser_of(world, payer)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in payer.number)

    assert logged_in(world, f" {wide[:3]} {wide[3:]} ").get("/me").status_code == 200


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(world: World, payer: Somebody) -> None:
    browser_of(world, payer)
    browser = Browser(world)
    browser.get("/log-in")

    known = browser.post("/log-in", login_name=payer.number, password="wrong one")
    unknown = browser.post("/log-in", login_name="nobody😀\u202e\x00", password="wrong one")

    assert known.status_code == unknown.status_code == 401
    assert "The name or the password is wrong." in text_of(known)
    assert "The name or the password is wrong." in text_of(unknown)
    assert "wrong one" not in known.text


def test_empty_fields_are_named(world: World) -> None:
    browser = Browser(world)
    browser.get("/log-in")

    answer = browser.post("/log-in", login_name=" ", password="")

    assert answer.status_code == 422
    assert answer.text.count("Fill this in.") == 2


def test_after_five_wrong_passwords_the_name_is_locked_for_a_minute(world: World, payer: Somebody) -> None:
    browser_of(world, payer)
    browser = Browser(world)
    browser.get("/log-in")
    for _try in range(5):
        browser.post("/log-in", login_name=payer.number, password="wrong one")

    answer = browser.post("/log-in", login_name=payer.number, password=PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Too many attempts" in text_of(answer)
    assert "1 minute" in text_of(answer)

    world.clock.pass_by(seconds=61)
    assert browser.post("/log-in", login_name=payer.number, password=PASSWORD).status_code == 303


def test_logging_out_ends_the_session_for_good(phone: Browser) -> None:
    cookie = phone.client.get_cookie("session")
    assert cookie is not None

    assert "You are logged out." in text_of(phone.follow(phone.post("/log-out")))
    assert phone.get("/me").status_code == 303

    phone.client.set_cookie("session", cookie.value)
    assert phone.get("/me").status_code == 303


def test_logging_in_begins_a_new_cookie(world: World, payer: Somebody) -> None:
    browser_of(world, payer)
    browser = Browser(world)
    browser.get("/log-in")
    before = browser.client.get_cookie("session")

    browser.post("/log-in", login_name=payer.number, password=PASSWORD)
    stale = Browser(world)
    assert before is not None
    stale.client.set_cookie("session", before.value)

    assert browser.get("/me").status_code == 200
    assert stale.get("/me").status_code == 303


def test_a_form_from_another_site_is_refused_in_words(phone: Browser) -> None:
    answer = phone.forged("/me/codes/block")

    assert answer.status_code == 400
    assert "load the page again" in text_of(answer)


# --- the first log-in -------------------------------------------------------------------------------------------------


def test_the_printed_code_sets_a_password_once_and_logs_in(world: World, payer: Somebody) -> None:
    code = activation_code(world, resident_id=payer.id)
    typed = code.lower().replace("-", " ")
    browser = Browser(world)
    browser.get("/activate")
    answer = browser.post("/activate", login_name=payer.number, activation_code=typed, password=NEW, password_again=NEW)
    assert answer.headers["Location"] == "/me"
    assert "Welcome." in text_of(browser.follow(answer))

    again = Browser(world)
    again.get("/activate")
    used = again.post("/activate", login_name=payer.number, activation_code=code, password=NEW, password_again=NEW)
    assert used.status_code == 409
    assert "do not fit together" in text_of(used)


def test_a_code_that_is_over_says_so(world: World, payer: Somebody) -> None:
    code = activation_code(world, resident_id=payer.id)
    world.clock.pass_by(hours=72)
    browser = Browser(world)
    browser.get("/activate")

    answer = browser.post("/activate", login_name=payer.number, activation_code=code, password=NEW, password_again=NEW)

    assert answer.status_code == 409
    assert "has expired" in text_of(answer)


def test_a_first_password_is_typed_twice_and_is_a_good_one(world: World, payer: Somebody) -> None:
    code = activation_code(world, resident_id=payer.id)
    browser = Browser(world)
    browser.get("/activate")

    def tried(password: str, again: str) -> str:
        answer = browser.post(
            "/activate", login_name=payer.number, activation_code=code, password=password, password_again=again
        )
        assert answer.status_code == 422
        return text_of(answer)

    assert "not the same as above" in tried(NEW, "something else")
    assert "Everybody tries this password first." in tried("12345678", "12345678")
    assert "too short" in tried("kurz", "kurz")
    assert "too long" in tried("x1" * 65, "x1" * 65)
    assert "a phone number or a date" in tried("13800138000", "13800138000")
    assert "like your log-in name" in tried(payer.number, payer.number)
    assert "cannot be typed again" in tried("abc\x01defgh", "abc\x01defgh")
    assert "Fill this in." in tried("", "")


def test_guessing_activation_codes_is_stopped(world: World, payer: Somebody) -> None:
    code = activation_code(world, resident_id=payer.id)
    browser = Browser(world)
    browser.get("/activate")
    for _try in range(5):
        browser.post("/activate", login_name=payer.number, activation_code="?", password=NEW, password_again=NEW)

    answer = browser.post("/activate", login_name=payer.number, activation_code=code, password=NEW, password_again=NEW)

    assert answer.status_code == 429
    assert "Too many attempts" in text_of(answer)


def test_a_new_code_from_the_office_ends_sessions_and_password(world: World, payer: Somebody) -> None:
    browser = browser_of(world, payer)

    activation_code(world, resident_id=payer.id)

    assert browser.get("/me").status_code == 303
    other = Browser(world)
    other.get("/log-in")
    assert other.post("/log-in", login_name=payer.number, password=PASSWORD).status_code == 401
