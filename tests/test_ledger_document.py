"""docs/ledger.md keeps its word: every test that it names is there, and its examples print what stands below them."""

import ast
import contextlib
import io
import re
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENT = CHECKOUT / "docs" / "ledger.md"

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?!guarantee)(.+) \| (.+) \|$", re.MULTILINE)


def blocks() -> list[tuple[str, str]]:
    """Return the document's blocks of code and of output, in order."""
    return [(kind, text) for kind, text in BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))]


def named_in(file: str) -> set[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_guarantee_names_a_test_that_is_there() -> None:
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(rows) > 15
    for guarantee, shown_by in rows:
        named = NAMED_TEST.findall(shown_by)
        assert named, guarantee
        assert [name for file, name in named if name not in named_in(file)] == [], guarantee


def test_every_example_is_followed_by_what_it_prints() -> None:
    kinds = [kind for kind, _ in blocks()]
    assert len(kinds) > 10
    assert kinds == ["python", "text"] * (len(kinds) // 2)


def test_the_examples_print_what_stands_below_them(engine: Engine) -> None:
    told = iter(blocks())
    with Session(engine) as session:
        names: dict[str, object] = {"session": session}
        for _, code in told:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, str(DOCUMENT), "exec"), names)  # noqa: S102 - runs the examples of our own document
            assert printed.getvalue() == next(told)[1], code
