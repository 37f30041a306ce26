"""What notices say: a sentence for each kind, with the report's number and nothing about anybody."""

from typing import Any

from flask_babel import lazy_gettext as _l

from notices import NoticeKind

# A new kind has its sentence here; a test misses it otherwise.
SENTENCES: dict[NoticeKind, Any] = {
    NoticeKind.NEW: _l("Report %(number)s was sent in."),
    NoticeKind.URGENT: _l("Report %(number)s was accepted as urgent."),
    NoticeKind.ACCEPTED: _l("Report %(number)s was accepted."),
    NoticeKind.REJECTED: _l(
        "Report %(number)s was not accepted. The reason stands with the report.", number="%(number)s"
    ),
    NoticeKind.MERGED: _l("Report %(number)s was joined to another one about the same thing."),
    NoticeKind.DISPATCHED: _l("Report %(number)s was given to your unit."),
    NoticeKind.CALLED: _l("Your unit is called about report %(number)s."),
    NoticeKind.HANDLED: _l("Report %(number)s was handled and is to be verified."),
    NoticeKind.RETURNED: _l("Report %(number)s was returned to your unit: it is not done."),
    NoticeKind.CLOSED: _l("Report %(number)s was closed. Its reporter can rate it."),
    NoticeKind.REOPENED: _l("Report %(number)s was reopened."),
    NoticeKind.WITHDRAWN: _l("Report %(number)s was ended without result."),
    NoticeKind.AWARD_PAID: _l("Credits for report %(number)s were paid."),
    NoticeKind.AWARD_WAITING: _l("Credits for report %(number)s wait until their fund has money."),
    NoticeKind.DUE_TOMORROW: _l("Report %(number)s is due by the next working day."),
    NoticeKind.OVERDUE: _l("Report %(number)s is overdue."),
    NoticeKind.APPEALED: _l("There is an appeal about report %(number)s to decide."),
    NoticeKind.APPEAL_DECIDED: _l("Your appeal about report %(number)s was decided. The answer is with the report."),
    NoticeKind.RESTORED: _l("Report %(number)s was taken up again and waits to be accepted."),
    NoticeKind.COVERED: _l("Words of yours about report %(number)s were covered. The reason is with the report."),
    NoticeKind.TOGETHER_ASKED: _l("Somebody named you as reporting %(number)s together with them. Please confirm it."),
    NoticeKind.PUBLISHED: _l("An officer published what the public sees of report %(number)s."),
    NoticeKind.WITHHELD: _l("Some of report %(number)s is withheld from the public. The reason is with the report."),
    NoticeKind.TAKEN_DOWN: _l("The public sees no more of report %(number)s. The reason is with the report."),
}


def sentence(kind: NoticeKind, number: str) -> str:
    """Return what a notice of a kind about a report says, in the language of whoever reads it now."""
    return str(SENTENCES[kind]) % {"number": number}
