"""Who answers for what, by when, and what a report earns: the responsibility list for everybody.

Adds its routes to the public pages.
"""

from datetime import date

from flask import render_template
from sqlalchemy.orm import Session

from earnings import CROWD_MIN, RESERVED_PERCENT, WAIT_DAYS_MAX, split
from reports import APPEAL_DAYS
from responsibilities import is_announced, list_versions
from web.auth import public
from web.clock import today
from web.pages.categories_shown import category_groups
from web.pages.public import blueprint
from web.pages.times import local
from web.unit_of_work import reading

# 10.00 credits, of which 40 % come on acceptance.
_EXAMPLE, _EXAMPLE_PERCENT = 1_000, 40


@blueprint.get("/responsibilities")
@public
def responsibilities() -> str:
    """Show what can be reported, which department answers for it and by when, and what it earns."""
    groups, since = reading(lambda session: (category_groups(session), _in_force_since(session)))
    # Deadlines of today's reports may lie in the next year.
    years = [year for year in (today().year, today().year + 1) if not is_announced(year)]
    return render_template("public/responsibilities.html", groups=groups, since=since, years_not_announced=years)


@blueprint.get("/earnings-explained")
@public
def earnings_explained() -> str:
    """Show by which formula the sum of a report is paid, with an example."""
    return render_template(
        "public/earnings_explained.html",
        amount=_EXAMPLE,
        percent=_EXAMPLE_PERCENT,
        shares=split(_EXAMPLE, _EXAMPLE_PERCENT),
        reserved_percent=RESERVED_PERCENT,
        crowd_min=CROWD_MIN,
        days_max=WAIT_DAYS_MAX,
        appeal_days=APPEAL_DAYS,
    )


def _in_force_since(session: Session) -> date | None:
    versions = list_versions(session)
    return local(versions[0].published_at).date() if versions else None
