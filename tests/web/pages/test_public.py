"""Pages for anybody."""

from tests.web.pages.browser import Browser, text_of
from tests.web.world import World


def test_the_front_page_says_that_all_credits_are_covered(world: World) -> None:
    world.fund()
    world.resident(5_000)
    world.shop()

    said = text_of(Browser(world).get("/"))

    assert "fully covered" in said
    assert "1 000.00" in said.replace("\u202f", " ")
    assert "Shop M01" in said


def test_the_cover_is_summed_at_most_every_ten_seconds(world: World) -> None:
    world.fund(money=100_000)
    assert "1 000.00" in text_of(Browser(world).get("/")).replace("\u202f", " ")

    world.fund("youth", money=50_000)
    assert "Fund youth" not in text_of(Browser(world).get("/"))
    world.clock.pass_by(seconds=11)
    assert "1 500.00" in text_of(Browser(world).get("/")).replace("\u202f", " ")


def test_the_front_page_stands_before_there_is_anything(world: World) -> None:
    assert "No fund yet" in text_of(Browser(world).get("/"))


def test_the_page_is_chinese_unless_english_is_asked_for(world: World) -> None:
    chinese = world.app.test_client().get("/", headers={"Accept-Language": "fr"})
    english = world.app.test_client().get("/", headers={"Accept-Language": "en-GB"})

    assert '<html lang="zh-Hans"' in chinese.text
    assert '<html lang="en"' in english.text
    assert "永济市" in chinese.text


def test_shops_are_found_by_word_and_class(world: World) -> None:
    world.shop("M01")
    world.shop("M02")
    world.shop("M03", named=False)
    browser = Browser(world)

    assert "2 shops" in text_of(browser.get("/merchants"))
    assert "1 shop" in text_of(browser.get("/merchants?q=ｓhop M02"))
    assert "2 shops" in text_of(browser.get("/merchants?q=FOOD&class=A"))
    assert "No shop found" in text_of(browser.get("/merchants?class=B"))
    assert "No shop found" in text_of(browser.get("/merchants?q=😀\u202e&from=x"))


def test_shops_come_a_page_at_a_time(world: World) -> None:
    for number in range(30):
        world.shop(f"M{number:02d}")
    browser = Browser(world)

    first = browser.get("/merchants?q=shop")
    rest = browser.part("/merchants?q=shop&from=24")

    assert first.text.count('class="card shop"') == 24
    assert "/merchants?q=shop&amp;from=24" in first.text
    assert rest.text.count('class="card shop"') == 6
    assert "<html" not in rest.text


def test_choices_of_looks_are_kept_in_the_browser(world: World) -> None:
    browser = Browser(world)

    answer = browser.forged("/preferences", type_size="large", theme="dark", next="/merchants")
    page = browser.follow(answer).text

    assert answer.headers["Location"] == "/merchants"
    assert 'data-type="large"' in page
    assert 'data-theme="dark"' in page


def test_choices_lead_to_no_other_site_and_take_no_other_value(world: World) -> None:
    answer = Browser(world).forged("/preferences", language="tlh", next="//evil.example/")

    assert answer.headers["Location"] == "/"
    assert "Set-Cookie" not in answer.headers


def test_pages_for_everybody_are_asked_for_anew_and_those_of_one_person_not_kept(world: World, phone: Browser) -> None:
    assert Browser(world).get("/").headers["Cache-Control"] == "no-cache"
    assert phone.get("/").headers["Cache-Control"] == "no-store"
    assert phone.get("/me").headers["Cache-Control"] == "no-store"


def test_the_service_worker_comes_from_the_root(world: World) -> None:
    answer = Browser(world).get("/sw.js")
    # Files are sent as they are read; reading to the end closes them.
    assert "offline" in answer.text
    answer.close()

    assert answer.mimetype == "text/javascript"
    assert Browser(world).get("/offline").status_code == 200
    assert Browser(world).get("/about/data").status_code == 200


def test_anybody_sees_who_answers_for_what_and_by_when(world: World) -> None:
    assert "No responsibility list yet" in text_of(Browser(world).get("/responsibilities"))
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0

    said = text_of(Browser(world).get("/responsibilities"))

    assert "Missing or broken manhole cover 永济市住房和城乡建设管理局 2 1 1" in said
    assert "Domestic violence never public 永济市妇女联合会 2 1 1" in said
    chinese = world.app.test_client().get("/responsibilities", headers={"Accept-Language": "zh"})
    assert "井盖缺失或破损" in chinese.text


def test_the_page_says_for_which_year_the_exchanged_days_are_not_announced(world: World) -> None:
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0
    world.clock.pass_by(days=4 * 365)
    said = text_of(Browser(world).get("/responsibilities"))
    assert "For 2030 they are not announced yet" in said
    assert "For 2031 they are not announced yet" in said


def test_anybody_sees_what_a_report_earns(world: World) -> None:
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0
    world.fund("peace")
    body = {"category": "C0103", "fund": "peace", "amount": 12_50, "on_acceptance_percent": 40}
    assert world.post("/tariffs", body, world.administrator).status_code == 201

    said = text_of(Browser(world).get("/responsibilities"))

    assert "Missing or broken manhole cover 永济市住房和城乡建设管理局 2 1 1 12.50 credits" in said
    assert "Domestic violence never public 永济市妇女联合会 2 1 1 —" in said
    chinese = world.app.test_client().get("/responsibilities", headers={"Accept-Language": "zh"})
    assert "12.50 平安币" in text_of(chinese)
