"""Brings the translation catalogues up to the texts in code and templates; `--check` only says what is missing."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

CHECKOUT = Path(__file__).resolve().parents[1]
TRANSLATIONS = CHECKOUT / "web" / "translations"
KEYWORDS = ("lazy_gettext", "_l")


def main() -> int:
    """Update or check every catalogue and return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        pybabel(
            *("extract", "--mapping-file", "pyproject.toml", "--output-file", str(template)),
            *("--add-location", "file", "--sort-by-file", "--project", "pingan-ledger"),
            *(part for keyword in KEYWORDS for part in ("--keywords", keyword)),
            "web",
        )
        if "--check" in sys.argv:
            return check(read(template))
        for catalogue in catalogues():
            pybabel(
                *("update", "--input-file", str(template), "--output-file", str(catalogue)),
                *("--locale", catalogue.parents[1].name, "--no-fuzzy-matching", "--ignore-obsolete", "--no-wrap"),
                *("--ignore-pot-creation-date"),
            )
    return 0


def check(texts: Catalog) -> int:
    """Print each text without a translation and each translation without a text; return 1 if there is any."""
    wanted = {message.id for message in texts if message.id}
    complaints = []
    for path in catalogues():
        name = path.relative_to(CHECKOUT)
        translated = {message.id for message in read(path) if message.id and is_translated(message)}
        complaints += [f"{name}: not translated: {text!r}" for text in sorted(map(str, wanted - translated))]
        complaints += [f"{name}: no such text any more: {text!r}" for text in sorted(map(str, translated - wanted))]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


def is_translated(message: Message) -> bool:
    """Return whether a message, with all its plural forms, has a translation that somebody has confirmed."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return not message.fuzzy and all(strings)


def read(path: Path) -> Catalog:
    """Return the catalogue in a .po or .pot file."""
    with path.open("rb") as file:
        return read_po(file)


def catalogues() -> list[Path]:
    """Return the catalogue of each language."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def pybabel(*arguments: str) -> None:
    """Run one pybabel command."""
    command: Any = CommandLineInterface()  # has no types
    command.run(["pybabel", "--quiet", *arguments])


if __name__ == "__main__":
    raise SystemExit(main())
