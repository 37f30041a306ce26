"""Rules about the code itself that no linter keeps."""

import ast
import importlib
import pkgutil
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
DOMAIN = (
    *("awards", "cards", "duties", "earnings", "holds", "ledger", "listening", "merchants", "notices", "oversight"),
    *(
        "payments",
        "people",
        "photos",
        "publishing",
        "receivables",
        "reports",
        "responsibilities",
        "safeguards",
        "seals",
        "settlements",
        "suspicions",
        "tills",
        "webhooks",
    ),
)
CODE = (*DOMAIN, "demo", "web")

# A room is named by what it is about, never by the kind of thing that lies in it.
NAMES_OF_PATTERNS = {
    *("common", "core", "helper", "helpers", "lib", "misc", "shared", "util", "utils"),
    *("controllers", "dao", "daos", "manager", "managers", "repositories", "repository", "service", "services"),
}

WRITES_TO_THE_BOOKS = re.compile(
    r"\b(insert\s+into|update|delete\s+from|truncate)\s+(journal_entries|postings)\b", re.IGNORECASE
)

# Places that only one machine or one network has.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]|Users/[A-Za-z])/")
REGISTRIES = re.compile(r"\b(?:registry\.npm|pypi\.|files\.pythonhosted|(?:deb|security)\.debian\.)", re.IGNORECASE)
# A line has one of these where it has one of those; to look for words alone is much quicker.
WORDS_OF_PLACES = (
    *(f"/{folder}/" for folder in ("work", "root", "home", "users")),
    *("registry.npm", "pypi.", "files.pythonhosted", ".debian."),
)


def tracked_files() -> list[Path]:
    """Return every file of the repository, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = (CHECKOUT / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def modules(*rooms: str) -> list[Path]:
    """Return the Python files below these rooms."""
    return sorted(path for room in rooms for path in (CHECKOUT / room).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def nodes_where(text: str, paths: list[Path]) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node of the modules in which a pattern is found, with its module; the others are not even parsed."""
    pattern = re.compile(text, re.MULTILINE | re.IGNORECASE)
    for path in paths:
        if pattern.search(path.read_text(encoding="utf-8")):
            for node in ast.walk(tree(path)):
                yield path, node


def named(path: Path, node: ast.expr | ast.stmt) -> str:
    """Return where a node stands, as an editor understands it."""
    return f"{path.relative_to(CHECKOUT)}:{node.lineno}"


def test_only_the_unit_of_work_commits() -> None:
    commits = [
        named(path, node)
        for path, node in nodes_where("commit", modules(*CODE))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
        if path != CHECKOUT / "web" / "unit_of_work.py"
    ]
    assert commits == []


def test_only_lists_with_groups_take_a_part_back() -> None:
    savepoints = {
        path
        for path, node in nodes_where("begin_nested", modules(*CODE))
        if isinstance(node, ast.Attribute) and node.attr == "begin_nested"
    }
    assert savepoints == {CHECKOUT / "ledger" / "groups.py"}


def test_resources_and_pages_ask_the_domain_instead_of_the_database() -> None:
    queries = [
        named(path, node)
        for path, node in nodes_where("sqlalchemy", modules("web/api", "web/pages"))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        if {name.name for name in node.names} - {"Session"}
    ]
    assert queries == []


def test_every_room_stands_on_a_floor() -> None:
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in contracts["contracts"] if contract["id"] == "floors")
    # Rooms of one floor, which do not know each other, share a line.
    floors = {room for floor in layers for room in floor.split(" | ")}
    packages = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")}
    assert packages - {"bench"} == set(CODE) == set(contracts["root_packages"]) == floors


def test_imports_stand_at_the_top() -> None:
    inner = [
        named(path, node)
        for path, function in nodes_where(
            r"^[ \t].*\bimport\b", modules(*CODE, "bench", "migrations", "tests", "tools")
        )
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inner == []


def test_no_room_is_named_after_a_pattern() -> None:
    named_so = {
        str(path.relative_to(CHECKOUT))
        for path in tracked_files()
        for part in path.relative_to(CHECKOUT).parts
        if part.removesuffix(".py").lower() in NAMES_OF_PATTERNS
    }
    assert named_so == set()


@pytest.mark.parametrize("room", DOMAIN)
def test_every_domain_package_has_the_same_shape(room: str) -> None:
    for file in ("__init__.py", "errors.py", "model.py"):
        assert (CHECKOUT / room / file).is_file(), file


@pytest.mark.parametrize("room", [*DOMAIN, "demo"])
def test_a_package_offers_exactly_what_it_names(room: str) -> None:
    package = importlib.import_module(room)
    assert len(package.__all__) == len(set(package.__all__)) > 0
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    # A function would hide the module of its name, and import-linter would take one for the other.
    assert {name.name for name in pkgutil.iter_modules(package.__path__)} & set(package.__all__) == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(CHECKOUT))
        for path in modules(*CODE, "bench", "migrations", "tests", "tools")
        if not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_no_module_outgrows_a_reader() -> None:
    long = [
        f"{path.relative_to(CHECKOUT)}: {lines}"
        for path in modules(*CODE, "bench", "tests", "tools")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 350
    ]
    assert long == []


def test_only_the_ledger_writes_to_the_books() -> None:
    writers = [
        named(path, node)
        for path, node in nodes_where("journal_entries|postings", modules(*(room for room in CODE if room != "ledger")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITES_TO_THE_BOOKS.search(node.value)
    ]
    assert writers == []


def test_domain_code_never_reads_the_clock() -> None:
    readers = [
        named(path, node)
        for path, node in nodes_where(
            r"\b(now|utcnow|today)\b", modules(*(room for room in CODE if room not in {"ledger", "web"}))
        )
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    ]
    assert readers == []


def test_no_file_knows_one_machine_or_one_network() -> None:
    knowing = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        if not any(word in text.lower() for word in WORDS_OF_PLACES):
            continue
        knowing += [
            f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if path != Path(__file__).resolve() and (MACHINE_PATHS.search(line) or REGISTRIES.search(line))
        ]
    assert knowing == []


def test_every_ignored_rule_says_why() -> None:
    # "noqa: S603 - starts our own server" and "type: ignore[misc]  # because ..." carry a reason; a bare one does not.
    bare = re.compile(r"#\s*noqa(?::\s*[A-Z0-9, ]+)?\s*$|#\s*type:\s*ignore(?:\[[^\]]*\])?\s*$")
    found = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path in modules(*CODE, "bench", "migrations", "tests", "tools")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if bare.search(line)
    ]
    assert found == []
