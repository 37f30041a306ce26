"""What can be said of the pages' looks without looking: contrast, icons, and nothing that the browser would refuse."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
TOKENS = (WEB / "static" / "css" / "app.css").read_text(encoding="utf-8")
ICONS = {line.strip() for line in (WEB / "static" / "icons.txt").read_text(encoding="utf-8").splitlines()}

# Text, and the ground it stands on.
TEXT_ON_GROUND = (
    ("--ink", "--ground"),
    ("--ink", "--surface"),
    ("--ink-soft", "--ground"),
    ("--ink-soft", "--surface"),
    ("--ink-soft", "--surface-soft"),
    ("--accent", "--ground"),
    ("--accent", "--surface"),
    ("--accent", "--accent-soft"),
    ("--gain", "--surface"),
    ("--on-accent", "--accent-fill"),
    ("--on-accent", "--accent-deep"),
    ("--on-accent-soft", "--accent-deep"),
    ("--warning", "--warning-soft"),
    ("--danger", "--surface"),
    ("--danger", "--danger-soft"),
    ("--on-accent", "--danger-fill"),
)
LIGHT, DARK = ":root", 'html[data-theme="dark"]'
LARGE, LARGE_DARK = 'html[data-type="large"]', 'html[data-type="large"][data-theme="dark"]'
VARIANTS = {
    "light": ((LIGHT,), 4.5),
    "dark": ((LIGHT, DARK), 4.5),
    "large": ((LIGHT, LARGE), 7.0),
    "large and dark": ((LIGHT, DARK, LARGE, LARGE_DARK), 7.0),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_text_stands_out_from_its_ground(variant: str) -> None:
    selectors, at_least = VARIANTS[variant]
    tokens = {name: value for selector in selectors for name, value in declared(selector)}
    weak = {
        (text, ground): round(ratio, 2)
        for text, ground in TEXT_ON_GROUND
        if (ratio := contrast(tokens[text], tokens[ground])) < at_least
    }
    assert weak == {}


def test_the_dark_of_a_device_is_the_dark_that_is_chosen() -> None:
    assert dict(declared("html:not([data-theme])")) == dict(declared(DARK))
    assert dict(declared('html[data-type="large"]:not([data-theme])')) == dict(declared(LARGE_DARK))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_a_template_has_nothing_inline_that_the_browser_would_refuse(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_every_icon_of_a_template_is_in_the_list(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    named = set(re.findall(r"""\bicon\(["']([a-z0-9-]+)["']""", text)) | set(re.findall(r'#([a-z0-9-]+)"></use>', text))
    assert named <= ICONS


def declared(selector: str) -> Iterator[tuple[str, str]]:
    """Return the tokens that the rule with exactly this selector sets."""
    rule = re.search(rf"(?m)^\s*{re.escape(selector)} \{{(.*?)\}}", TOKENS, re.DOTALL)
    assert rule, selector
    yield from re.findall(r"(--[a-z0-9-]+):\s*(#[0-9a-f]{6});", rule.group(1))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
