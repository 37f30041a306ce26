"""What must be true of merchants: in the books, and of the applications of which they came."""

from sqlalchemy import Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

import ledger
from merchants.application_model import ApplicationState, ApplicationStep, ApplicationStepKind, MerchantApplication
from merchants.closures import closed_merchants_have_nothing_left

_GROWING = ("merchant_application_versions", "merchant_application_steps", "naming_renewal_steps")
# What the migration creates: the database then refuses to change what was said and done.
GUARDS = {
    "postgresql": tuple(f"{table}_append_only" for table in _GROWING),
    "sqlite": tuple(f"{table}_refuse_{event}" for table in _GROWING for event in ("delete", "update")),
}
_STATES = {
    ApplicationStepKind.RETURN: ApplicationState.RETURNED,
    ApplicationStepKind.ACCEPTANCE: ApplicationState.ACCEPTED,
    ApplicationStepKind.REFUSAL: ApplicationState.REFUSED,
    ApplicationStepKind.WITHDRAWAL: ApplicationState.WITHDRAWN,
}
_STATE_AFTER = case(
    *((ApplicationStep.kind == kind, literal(state.value)) for kind, state in _STATES.items()),
    else_=literal(ApplicationState.SUBMITTED.value),
)


def the_guards_of_applications_stand(session: Session) -> str | None:
    """Every trigger that keeps versions and steps as they are is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=list(_GROWING))


@ledger.no_differences
def every_application_has_come_to_its_state() -> ledger.Differences:
    """What was last done about an application is what it says of itself, and each version came with a step."""
    place = func.row_number().over(
        partition_by=ApplicationStep.application_id,
        order_by=(ApplicationStep.made_at.desc(), ApplicationStep.id.desc()),
    )
    steps = select(
        ApplicationStep.application_id, ApplicationStep.kind, _STATE_AFTER.label("state"), place.label("place")
    ).subquery()
    makes_one = steps.c.kind.in_([ApplicationStepKind.SUBMISSION, ApplicationStepKind.AMENDMENT])
    versions = func.sum(case((makes_one, 1), else_=0))
    last = func.max(case((steps.c.place == 1, steps.c.state)))
    told = (
        select(steps.c.application_id, versions.label("versions"), last.label("last"))
        .group_by(steps.c.application_id)
        .subquery()
    )
    is_right = and_(
        told.c.versions == MerchantApplication.version, told.c.last == cast(MerchantApplication.state, Text)
    )
    return ledger.Differences(
        select(MerchantApplication.number, MerchantApplication.state, told.c.versions, told.c.last)
        .outerjoin(told, told.c.application_id == MerchantApplication.id)
        .where(or_(told.c.application_id.is_(None), ~is_right))
        .order_by(MerchantApplication.id),
        "application {number} is {state}; its steps made {versions} versions and lead to {last}",
    )


CHECKS: tuple[ledger.Check, ...] = (
    closed_merchants_have_nothing_left,
    the_guards_of_applications_stand,
    every_application_has_come_to_its_state,
)
