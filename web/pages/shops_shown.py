"""Shops on pages: how they stand today, their namings, and who works there."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from merchants import (
    Merchant,
    Naming,
    NamingStepKind,
    Standing,
    accepted_funds,
    list_namings,
    naming_history,
    naming_state,
    standings,
)
from people import log_in_states, merchant_people
from web.clock import now, today
from web.pages.shapes import GrantView, MerchantView, NamingView, PersonView
from web.pages.times import local


def shop_view(standing: Standing, funds: Mapping[str, str]) -> MerchantView:
    """Return a shop as it stands; `funds` are the names of all funds by code."""
    merchant, naming = standing.merchant, standing.naming
    return MerchantView(
        code=merchant.code,
        name=merchant.name,
        category=merchant.category,
        class_name=naming.naming_class if naming else None,
        unit_name=None,
        until=naming.valid_until if naming else None,
        fund_names=accepted_names(naming, funds) if naming else None,
        state=standing.state.value,
    )


def standing_today(session: Session, merchant: Merchant) -> Standing:
    """Return how one shop stands today."""
    return standings(session, merchants=[merchant], day=today())[0]


def accepted_names(naming: Naming, funds: Mapping[str, str]) -> list[str] | None:
    """Return the names of the funds whose credits a naming accepts, None for all."""
    codes = accepted_funds(naming.fund_codes)
    return None if codes is None else [funds.get(code, code) for code in sorted(codes)]


def naming_views(session: Session, merchant: Merchant, funds: Mapping[str, str]) -> list[NamingView]:
    """Return all namings of a shop, newest first."""
    reasons: dict[UUID, str] = {}
    # Newest first: the first step seen of a naming is its latest.
    for step in naming_history(session, merchant_id=merchant.id):
        reasons.setdefault(step.naming_id, "" if step.kind is NamingStepKind.REINSTATEMENT else step.reason)
    return [
        NamingView(
            id=naming.id,
            class_name=naming.naming_class,
            from_on=naming.valid_from,
            until=naming.valid_until,
            document=naming.document,
            fund_names=accepted_names(naming, funds),
            state=naming_state(naming, today()).value,
            reason=reasons.get(naming.id, ""),
            named_at=local(naming.named_at),
        )
        for naming in list_namings(session, merchant_id=merchant.id)
    ]


def current_of(namings: Iterable[NamingView], standing: Standing) -> NamingView | None:
    """Return the naming that is in force or comes next, None where there is none."""
    return next((each for each in namings if standing.naming is not None and each.id == standing.naming.id), None)


def people_of_shop(
    session: Session, merchant: Merchant, url_of: Callable[[UUID], str] | None = None
) -> list[PersonView]:
    """Return the owners and cashiers of a shop, each once, first come first; `url_of` says where to find one by id."""
    appointed = merchant_people(session, merchant.id)
    states = log_in_states(session, person_ids={each.person.id for each in appointed}, now=now())
    roles: dict[UUID, list[GrantView]] = {}
    for each in appointed:
        grant = each.grant
        shown = GrantView(grant.id, grant.role.value, None, merchant.name, None)
        roles.setdefault(each.person.id, []).append(shown)
    people_by_id = {each.person.id: each.person for each in appointed}
    return [
        PersonView(
            id=person.id,
            name=person.name,
            handle=person.handle,
            state=states[person.id].value,
            url=url_of(person.id) if url_of else "",
            grants=roles[person.id],
            created_at=local(person.created_at),
        )
        for person in people_by_id.values()
    ]
