"""Statements as print-ready HTML that needs nothing from elsewhere, so that a saved copy looks the same."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from web.statements.headings import column_headings, facts
from web.statements.papers import Paper
from web.statements.words import grouped_text

_CSS = (Path(__file__).parents[1] / "static" / "css" / "paper.css").read_text(encoding="utf-8")
# Ours, and not what anybody typed.
_STYLE = Markup("<style>{}</style>").format(Markup(_CSS))  # noqa: S704 - a file of our own
# The only style that browsers may apply, and nothing else at all.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def html_texts(paper: Paper) -> Iterator[str]:
    """Stream a paper as a page of its own; its last line says how many lines there are."""
    template = current_app.jinja_env.get_template("statements/paper.html")
    return template.generate(
        paper=paper,
        facts=facts(paper),
        headings=column_headings(),
        line_count=sum(section.statement.line_count for section in paper.sections),
        amount=grouped_text,
        instant=lambda at: at.strftime("%Y-%m-%d %H:%M"),
        style=_STYLE,
        language=get_locale().language,
    )
