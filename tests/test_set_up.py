"""What `make run` relies on: the lock files, and that set-up puts in place every file and icon a page asks for."""

import json
import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
REQUIREMENTS = CHECKOUT / "requirements"
STATIC = CHECKOUT / "web" / "static"

PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)(?P<rest>.*(?:\n {4}--hash=.*)*)", re.MULTILINE)
FINAL_VERSION = re.compile(r"\d+(\.\d+)*(\.post\d+)?")
VENDORED = re.compile(r"""["'(]/?(?:\.\./)*(?:static/)?vendor/(?P<file>[\w./-]+)""")
ICON = re.compile(r"""\bicon\("(?P<literal>[a-z0-9-]+)"|icons\.svg'\) }}#(?P<drawn>[a-z0-9-]+)""")


def pins(lock: str) -> dict[str, str]:
    """Return the versions that a lock file of Python packages fixes."""
    return {found["name"]: found["version"] for found in PINNED.finditer((REQUIREMENTS / lock).read_text("utf-8"))}


def sources() -> list[Path]:
    """Return the templates, style sheets and scripts that are ours."""
    own = [
        path for path in STATIC.rglob("*") if path.suffix in {".css", ".js"} and STATIC / "vendor" not in path.parents
    ]
    return own + sorted((CHECKOUT / "web" / "templates").rglob("*.html"))


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock", "node.lock"])
def test_locked_packages_are_final_versions_with_hashes(lock: str) -> None:
    found = list(PINNED.finditer((REQUIREMENTS / lock).read_text("utf-8")))
    assert found
    assert [pin["name"] for pin in found if not FINAL_VERSION.fullmatch(pin["version"])] == []
    assert [pin["name"] for pin in found if "--hash=sha256:" not in pin["rest"]] == []


def test_tests_run_with_the_versions_that_are_served() -> None:
    served, tested = pins("run.lock"), pins("dev.lock")
    assert {name: tested.get(name) for name in served} == served


def test_front_end_packages_are_locked_without_addresses() -> None:
    locked = json.loads((CHECKOUT / "package-lock.json").read_text("utf-8"))["packages"]
    wanted = json.loads((CHECKOUT / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in locked.items() if "resolved" in package] == []
    assert [name for name, package in locked.items() if name and not package.get("integrity")] == []


def test_make_says_what_there_is_to_do() -> None:
    said = subprocess.run(["make", "help"], cwd=CHECKOUT, capture_output=True, check=True, text=True).stdout
    offered = re.findall(r"^ +make (\w+) ", said, re.MULTILINE)
    assert {"run", "test", "soak", "check", "bench", "fmt", "help"} <= set(offered)


def test_every_vendored_file_a_page_asks_for_is_there() -> None:
    asked = {found["file"] for path in sources() for found in VENDORED.finditer(path.read_text("utf-8"))}
    assert asked
    assert [file for file in sorted(asked) if not (STATIC / "vendor" / file).is_file()] == []


def test_every_icon_a_page_shows_is_in_the_sprite() -> None:
    shown = {
        found["literal"] or found["drawn"] for path in sources() for found in ICON.finditer(path.read_text("utf-8"))
    }
    sprite = (STATIC / "vendor" / "icons.svg").read_text("utf-8")
    assert shown
    assert [name for name in sorted(shown) if f'id="{name}"' not in sprite] == []
