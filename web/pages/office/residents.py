"""Finding and registering residents, what they hold, and the sheet with their activation code."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import list_awards
from ledger import balances, lots, remember_call, spendable, statement
from payments import live_block
from people import (
    Role,
    TextRefusedError,
    find_residents,
    grouped_number,
    issue_activation,
    register_resident,
)
from receivables import owed_by_resident
from safeguards import pin_state
from web.auth import access, principal
from web.clock import now, today
from web.pages.forms import Form, once
from web.pages.funds_shown import expiring, fund_names
from web.pages.holds_shown import set_aside
from web.pages.lists import is_fragment, list_page, more_url, number_cursor, posted_id_cursor
from web.pages.office.activation_sheets import activation_sheet
from web.pages.office.awards_shown import award_views
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import reach, resident_in_reach, unit_choices
from web.pages.office.residents_shown import resident_row, resident_rows
from web.pages.office.typed_texts import typed_choice
from web.pages.papers import paper_page
from web.pages.statements_shown import statement_lines
from web.secret_keys import passwords, phone_vault
from web.statements import resident_owner
from web.unit_of_work import in_transaction, reading

_ON_PAGE = 30
_SEARCH_LENGTH_MAX = 200
_NOBODY: dict[str, Any] = {"items": [], "next_before": None}
_STATEMENT_ON_PAGE = 50
_LATEST_ITEMS, _LATEST_AWARDS = 10, 5
# Residents live in communities and what is below them: two levels under the top of the tree.
_HOMES_BELOW = 2


@blueprint.get("/residents")
@access(Role.ADMINISTRATOR)
def residents() -> str:
    """Ask whom the officer is looking for."""
    return render_template("office/residents.html", q="", searched=False, **_NOBODY)


@blueprint.post("/residents")
@access(Role.ADMINISTRATOR)
def find() -> str:
    """Find residents of the officer's units; by a form, because addresses are kept in histories and logs."""
    text = request.form.get("q", "").strip()[:_SEARCH_LENGTH_MAX]
    before = posted_id_cursor()

    def read(session: Session) -> dict[str, Any]:
        try:
            found = find_residents(
                session, text=text, vault=phone_vault(), within_path=reach(), limit=_ON_PAGE, before=before
            )
        except TextRefusedError:
            return _NOBODY
        return {"items": resident_rows(session, found.items), "next_before": found.next_before}

    found = reading(read) if text else _NOBODY
    template = "office/_resident_items.html" if before is not None and is_fragment() else "office/residents.html"
    return render_template(template, q=text, searched=bool(text), **found)


@blueprint.get("/residents/new")
@access(Role.ADMINISTRATOR)
def new_resident() -> ResponseReturnValue:
    """Ask for what registering a resident takes."""
    return _registration(Form())


@blueprint.post("/residents/new")
@access(Role.ADMINISTRATOR)
def register() -> ResponseReturnValue:
    """Register a resident of the officer's units."""
    form = Form.posted_once("name", "phone", "unit")
    name, phone = form.text("name"), form.text("phone")
    homes = reading(lambda session: unit_choices(session, depth_min=_HOMES_BELOW))
    unit_code = typed_choice(form, "unit", {home.code for home in homes})
    # A phone is short enough to be guessed from a hash: the call remembers a keyed one.
    lookup = form.attempt(lambda: phone_vault().lookup(phone)) if phone else None
    if not form.is_right:
        return _registration(form)
    call = form.call(name=name, phone=lookup, unit=unit_code)

    def make(session: Session) -> UUID:
        at = now()
        made = register_resident(session, name=name, phone=phone, unit_code=unit_code, vault=phone_vault(), now=at)
        remember_call(session, call, made_id=made.id, now=at)
        return made.id

    resident_id = form.attempt(lambda: once(call, make))
    if resident_id is None:
        return _registration(form)
    flash(_("Registered. Print the activation code, so that the resident can log in."), "success")
    return redirect(url_for("office.resident", resident_id=resident_id), 303)


@blueprint.get("/residents/<uuid:resident_id>")
@access(Role.ADMINISTRATOR)
def resident(resident_id: UUID) -> ResponseReturnValue:
    """Show what a resident has and what happened to it."""
    return resident_page(resident_id, Form())


def resident_page(resident_id: UUID, form: Form) -> ResponseReturnValue:
    """Show a resident, with the form that was refused as it was typed."""

    def read(session: Session) -> dict[str, Any]:
        found = resident_in_reach(session, resident_id)
        totals = balances(session, [found.held_account_id, found.minutes_account_id])
        held = lots(session, found.available_account_id)
        latest = statement(session, found.available_account_id, limit=_LATEST_ITEMS)
        return {
            "resident": resident_row(session, found),
            "available": spendable(held, today=today()),
            "held": totals[found.held_account_id],
            "set_aside": set_aside(session, found.available_account_id),
            "minutes": totals[found.minutes_account_id],
            "expiring": expiring(held, fund_names(session)),
            "items": statement_lines(session, latest.items, award_url=award_url),
            "statement_url": url_for("office.resident_statement", resident_id=found.id),
            "awards": award_views(session, list_awards(session, resident_id=found.id, limit=_LATEST_AWARDS).items),
            "codes_blocked": live_block(session, resident_id=found.id) is not None,
            "pin_state": pin_state(session, resident_id=found.id).value,
            "owed": sum(owed_by_resident(session, found.id).values()),
            "has_left": found.left_at is not None,
        }

    return make_response(render_template("office/resident.html", **reading(read), **form.context), form.status)


@blueprint.get("/residents/<uuid:resident_id>/statement")
@access(Role.ADMINISTRATOR)
def resident_statement(resident_id: UUID) -> str:
    """Show all that moved a resident's credits, newest first."""
    before = number_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = resident_in_reach(session, resident_id)
        part = statement(session, found.available_account_id, limit=_STATEMENT_ON_PAGE, before=before)
        return {
            "resident": resident_row(session, found),
            "items": statement_lines(session, part.items, award_url=award_url),
            "more_url": more_url(part.next_before),
            "available": spendable(lots(session, found.available_account_id), today=today()),
        }

    return list_page("office/resident_statement.html", "resident/_statement_items.html", **reading(read))


@blueprint.get("/residents/<uuid:resident_id>/statement/paper", endpoint="resident_paper")
@access(Role.ADMINISTRATOR)
def show_paper(resident_id: UUID) -> ResponseReturnValue:
    """Print a resident's statement, or keep it."""
    row = reading(lambda session: resident_row(session, resident_in_reach(session, resident_id)))
    return paper_page(
        "office/resident_paper.html",
        lambda session: resident_owner(session, resident_in_reach(session, resident_id)),
        resident=row,
    )


@blueprint.post("/residents/<uuid:resident_id>/activation")
@access(Role.ADMINISTRATOR)
def activate_resident(resident_id: UUID) -> ResponseReturnValue:
    """Make a new activation code for a resident, and show it this once."""
    at = now()

    def make(session: Session) -> tuple[str, str, str]:
        found = resident_in_reach(session, resident_id)
        code = issue_activation(
            session, passwords=passwords(), resident_id=found.id, issued_by=principal().actor, now=at
        )
        return found.name, grouped_number(found.number), code

    name, login_name, code = in_transaction(make)
    return activation_sheet(
        name=name,
        login_name=login_name,
        code=code,
        issued_at=at,
        kind="resident",
        back_url=url_for("office.resident", resident_id=resident_id),
    )


def award_url(award_id: UUID) -> str:
    """Return where the office finds an award."""
    return url_for("office.award", award_id=award_id)


def _registration(form: Form) -> ResponseReturnValue:
    units = reading(lambda session: unit_choices(session, depth_min=_HOMES_BELOW))
    return make_response(render_template("office/resident_new.html", units=units, **form.context), form.status)
