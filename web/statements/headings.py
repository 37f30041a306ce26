"""What stands above a statement's lines, the same in every form."""

from datetime import datetime

from flask_babel import gettext as _

from web.statements.papers import Paper


def column_headings() -> tuple[str, ...]:
    """Return the headings of the lines in the reader's language: seven of texts, then in, out and balance."""
    return (
        _("Recorded"),
        _("Happened"),
        _("Kind"),
        _("For"),
        _("With"),
        _("Fund"),
        _("Good until"),
        _("In"),
        _("Out"),
        _("Balance"),
    )


def facts(paper: Paper) -> list[tuple[str, str | datetime]]:
    """Return what a paper's head says by name: whose it is, over which days, and when it was printed."""
    owner, period = paper.owner, paper.period
    days = _("%(first)s to %(last)s", first=period.first_on.isoformat(), last=period.last_on.isoformat())
    whole = _("by the day of recording") if paper.is_closed else _("by the day of recording, not over yet")
    return [
        (owner.kind, " · ".join(dict.fromkeys((owner.name, owner.reference)))),
        (_("Period"), f"{days} ({whole})"),
        (_("Printed"), paper.printed_at),
        (_("Time zone"), str(period.zone)),
    ]
