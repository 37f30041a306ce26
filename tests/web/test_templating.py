"""The macros of a page: made once for a rendering, however many templates import them, and anew for the next."""

from jinja2 import DictLoader, Environment

from web.templating import MACROS_MADE, PageTemplate

FILES = {
    "words.html": "{% set made = count() %}{% macro hello() %}{{ greeting }} {{ made }}{% endmacro %}",
    "part.html": '{% import "words.html" as words with context %}{{ words.hello() }}',
    "page.html": '{% import "words.html" as words with context %}{{ words.hello() }}|{% include "part.html" %}',
}


def pages() -> Environment:
    """Return the files as templates, which count how often the macros were made."""
    made: list[None] = []

    def count() -> int:
        made.append(None)
        return len(made)

    environment = Environment(loader=DictLoader(FILES), autoescape=True)
    environment.template_class = PageTemplate
    environment.globals["count"] = count
    return environment


def test_a_rendering_makes_them_once_and_the_next_one_anew_with_its_own_words() -> None:
    page = pages().get_template("page.html")

    assert page.render({MACROS_MADE: {}, "greeting": "你好"}) == "你好 1|你好 1"
    assert page.render({MACROS_MADE: {}, "greeting": "Hello"}) == "Hello 2|Hello 2"


def test_a_rendering_without_the_surroundings_of_a_page_makes_them_with_each_import() -> None:
    assert pages().get_template("page.html").render({"greeting": "Hello"}) == "Hello 1|Hello 2"
