"""What must be true of what reporters say: ratings and looks at phones stay, and the sample is the seed's."""

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from listening.drawing import is_in_sample
from listening.model import CallBack, CallBackSeed

# What the migrations create: the database then refuses to change or remove a rating, or that somebody saw a phone.
GUARDS = {
    "postgresql": ("call_back_looks_append_only", "report_ratings_append_only"),
    "sqlite": (
        *("call_back_looks_refuse_delete", "call_back_looks_refuse_update"),
        *("report_ratings_refuse_delete", "report_ratings_refuse_update"),
    ),
}


def the_guards_of_ratings_stand(session: Session) -> str | None:
    """Every trigger that keeps ratings, and looks at phones, as they were written is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=["call_back_looks", "report_ratings"])


def every_call_back_is_of_the_sample(session: Session) -> str | None:
    """Every call-back is about a report that the seed draws: nobody put one in by hand."""
    seed = session.get(CallBackSeed, 1)
    for call_back_id, report_id in session.execute(select(CallBack.id, CallBack.report_id).order_by(CallBack.id)):
        if seed is None or not is_in_sample(seed.seed, report_id):
            return f"call-back {call_back_id} is about report {report_id}, which is not in the sample"
    return None


CHECKS: tuple[ledger.Check, ...] = (the_guards_of_ratings_stand, every_call_back_is_of_the_sample)
