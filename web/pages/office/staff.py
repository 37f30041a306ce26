"""Who may do what in the office, and the log-ins of everybody who works with the scheme."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import people
from merchants import Merchant, merchants_by_id
from people import (
    Person,
    Role,
    RoleGrant,
    UnitUnknownError,
    appoint,
    get_person,
    issue_activation,
    log_in_states,
    role_history,
)
from web.auth import access, principal, require
from web.clock import now
from web.pages.forms import Form
from web.pages.office.activation_sheets import activation_sheet
from web.pages.office.blueprint import blueprint
from web.pages.office.home import STAFF
from web.pages.office.reach import unit_choices
from web.pages.office.typed_texts import typed_choice
from web.pages.shapes import GrantView, PersonView
from web.pages.times import local
from web.pages.units_shown import unit_labels
from web.secret_keys import passwords
from web.unit_of_work import in_transaction, reading


@blueprint.get("/staff", endpoint="staff")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_staff() -> ResponseReturnValue:
    """List who holds a role of the office."""
    return _staff_page(Form())


@blueprint.post("/staff")
@access(Role.ADMINISTRATOR, everywhere=True)
def appoint_staff() -> ResponseReturnValue:
    """Give somebody a role in a unit's subtree, or everywhere."""
    form = Form.posted("name", "handle", "role", "unit")
    name, handle = form.text("name"), form.text("handle")
    role = typed_choice(form, "role", {role.value for role in STAFF})
    unit_code = form.values["unit"] or None

    def make(session: Session) -> UUID:
        return appoint(
            session,
            handle=handle,
            name=name,
            role=Role(role),
            unit_code=unit_code,
            by=principal().actor,
            now=now(),
        ).id

    person_id = form.attempt(lambda: in_transaction(make), {UnitUnknownError: "unit"}) if form.is_right else None
    if person_id is None:
        return _staff_page(form)
    flash(_("The role is given. Somebody new needs an activation code."), "success")
    return redirect(url_for("office.person", person_id=person_id), 303)


@blueprint.get("/people/<uuid:person_id>")
@access(Role.ADMINISTRATOR, everywhere=True)
def person(person_id: UUID) -> str:
    """Show somebody's roles, those of the past too, and how far their log-in is."""

    def read(session: Session) -> dict[str, Any]:
        found = get_person(session, person_id)
        grants = role_history(session, person_id)
        shops = _shops(session, grants)
        return {"person": _view(session, found, grants, shops), "back_url": _back_url(grants, shops)}

    return render_template("office/person.html", **reading(read))


@blueprint.post("/people/<uuid:person_id>/activation")
@access(Role.ADMINISTRATOR, everywhere=True)
def activate_person(person_id: UUID) -> ResponseReturnValue:
    """Make a new activation code for somebody, and show it this once."""
    at = now()

    def make(session: Session) -> tuple[Person, str, bool]:
        found = get_person(session, person_id)
        code = issue_activation(session, passwords=passwords(), person_id=found.id, issued_by=principal().actor, now=at)
        return found, code, any(grant.merchant_id is None for grant in role_history(session, person_id))

    found, code, is_staff = in_transaction(make)
    return activation_sheet(
        name=found.name,
        login_name=found.handle,
        code=code,
        issued_at=at,
        kind="staff" if is_staff else "till",
        back_url=url_for("office.person", person_id=person_id),
    )


@blueprint.post("/people/<uuid:person_id>/grants/<uuid:grant_id>/revocation")
@access(Role.ADMINISTRATOR, everywhere=True)
def revoke_grant(person_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    """Take a role away; it stays in the history."""

    def make(session: Session) -> None:
        require(any(grant.id == grant_id for grant in role_history(session, person_id)))
        people.revoke_grant(session, grant_id=grant_id, by=principal().actor, now=now())

    in_transaction(make)
    flash(_("The role is taken away."), "success")
    return redirect(url_for("office.person", person_id=person_id), 303)


def _staff_page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        appointed = people.staff(session)
        persons = {each.person.id: each.person for each in appointed}
        return {
            "people": [
                _view(session, found, [each.grant for each in appointed if each.person.id == found.id], {})
                for found in persons.values()
            ],
            "units": unit_choices(session),
        }

    page = render_template(
        "office/staff.html",
        roles=[role.value for role in STAFF],
        form="person" if not form.is_right else "",
        **reading(read),
        **form.context,
    )
    return make_response(page, form.status)


def _view(session: Session, found: Person, grants: Sequence[RoleGrant], shops: dict[UUID, Merchant]) -> PersonView:
    labels = unit_labels(session, {grant.unit_code for grant in grants if grant.unit_code})
    return PersonView(
        id=found.id,
        name=found.name,
        handle=found.handle,
        state=log_in_states(session, person_ids=[found.id], now=now())[found.id].value,
        url=url_for("office.person", person_id=found.id),
        grants=[
            GrantView(
                grant.id,
                grant.role.value,
                labels[grant.unit_code] if grant.unit_code else None,
                shops[grant.merchant_id].name if grant.merchant_id in shops else None,
                local(grant.revoked_at) if grant.revoked_at else None,
            )
            for grant in grants
        ],
        created_at=local(found.created_at),
    )


def _shops(session: Session, grants: Sequence[RoleGrant]) -> dict[UUID, Merchant]:
    return merchants_by_id(session, {grant.merchant_id for grant in grants if grant.merchant_id})


def _back_url(grants: Sequence[RoleGrant], shops: dict[UUID, Merchant]) -> str:
    """Return the page that lists the person: that of the shop where they work, or the staff's."""
    works_at = next((shops[grant.merchant_id] for grant in grants if grant.merchant_id in shops), None)
    return url_for("office.merchant", code=works_at.code) if works_at else url_for("office.staff")
