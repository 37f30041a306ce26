"""Applying to take credits, without a log-in; and following the application by its number's code.

Adds its routes to the public pages. The code comes in a form and goes into no address; the answer is kept by nobody.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import Call
from merchants import (
    APPLICANT,
    OPEN_STATES,
    ApplicationState,
    CreditCodeError,
    add_licence,
    amend_application,
    application_of_code,
    application_steps,
    apply_to_be_named,
    get_application,
    get_application_step,
    named_merchants,
    withdraw_application,
)
from people import UnitUnknownError, child_units
from photos import CleanPhoto, PhotoStore
from web.auth import applicant, public, viewer, who_enters
from web.clock import now, today
from web.nameless_limits import spend_application, spend_application_form
from web.nobodys_calls import without_owner
from web.pages.applications_shown import (
    CONTACT_FIELDS,
    SHOP_FIELDS,
    application_views,
    hidden_phone,
    step_views,
    typed_contact,
    typed_shop,
    values_of,
)
from web.pages.followed_photos import photo_previews, show_photo
from web.pages.forms import Form, once
from web.pages.photos_typed import FIELD, choose_again, hashes, once_with_photos, typed_photos
from web.pages.public import blueprint
from web.pages.units_shown import place_groups
from web.photo_uploads import brings_photos
from web.problems import ProblemError, problem_of
from web.rate_limits import spend_refused_key
from web.secret_keys import phone_vault
from web.unit_of_work import reading, single_read

_FIELDS = (*SHOP_FIELDS, *CONTACT_FIELDS, FIELD)
_AT_FAULT: dict[type[Exception], str] = {UnitUnknownError: "unit", CreditCodeError: "credit_code"}


@blueprint.get("/merchants/apply")
@public
def application_form() -> ResponseReturnValue:
    """Show the form by which a shop asks to take credits."""
    return _form_page(Form())


@blueprint.post("/merchants/apply")
@public
@brings_photos
def send_application() -> ResponseReturnValue:
    """Take an application in, once, and show the code by which it is followed."""
    form = Form.posted_once(*_FIELDS)
    actor = who_enters()
    if actor == APPLICANT:
        _spend(form, spend_application_form)
    if form.refusal is not None:
        return _form_page(form)
    shop, contact = typed_shop(form), typed_contact(form)
    pictures = typed_photos(form)
    if not pictures:
        form.wrong(FIELD, _("Choose at least one photo."))
    call = _call_of(form, pictures, by=actor)
    if form.is_right and actor == APPLICANT:
        _spend(form, spend_application)
    if not form.is_right or contact is None:
        choose_again(form, pictures)
        return _form_page(form)
    # The code of the attempt that was kept: those that lost a race are gone with their rows.
    codes: list[str] = []

    def make(session: Session, store: PhotoStore | None) -> UUID:
        codes.clear()
        made, code = apply_to_be_named(
            session, shop=shop, contact=contact, vault=phone_vault(), actor=actor, now=now(), call=call
        )
        codes.append(code)
        _keep(session, store, made.id, pictures)
        return application_steps(session, made.id)[-1].id

    step_id = form.attempt(lambda: once_with_photos(call, pictures, make), _AT_FAULT)
    if step_id is None:
        choose_again(form, pictures)
        return _form_page(form)

    def number(session: Session) -> str:
        return get_application(session, get_application_step(session, step_id).application_id).application.number

    # An answer to the form and no page of its own: the code stands in no address, and no other request is made.
    page = render_template("public/application_code.html", code=codes[0] if codes else None, number=reading(number))
    return make_response(page, 201 if codes else 200)


@blueprint.get("/merchants/application")
@public
def follow_application() -> Response:
    """Show where the code of an application is typed in."""
    return _page(Form(), None)


@blueprint.post("/merchants/application")
@public
def show_application() -> Response:
    """Show the application of a code."""
    form = Form.posted("claim_code")
    return _page(form, _shown_by(form))


@blueprint.post("/merchants/application/photo")
@public
def show_licence_photo() -> Response:
    """Give out one photo of the licence, in full size, to be kept by nobody."""
    form = Form.posted("claim_code", "photo")
    application_id = _shown_by(form)
    return _page(form, None) if application_id is None else show_photo(form.values["photo"], applicant(application_id))


@blueprint.post("/merchants/application/amendment")
@public
@brings_photos
def send_amendment() -> Response:
    """Take in what the office asked for: the shop said anew, and further photos where there are any."""
    form = Form.posted_once("claim_code", *_FIELDS)
    application_id = _shown_by(form)
    if application_id is None:
        return _page(form, None)
    shop, contact = typed_shop(form), typed_contact(form, may_stay=True)
    pictures = typed_photos(form)
    actor = who_enters()
    call = _call_of(form, pictures, by=actor, application=application_id)

    def make(session: Session, store: PhotoStore | None) -> UUID:
        _keep(session, store, application_id, pictures)
        return amend_application(
            session,
            application_id=application_id,
            shop=shop,
            contact=contact,
            vault=phone_vault(),
            actor=actor,
            now=now(),
            call=call,
        ).id

    if not form.is_right or form.attempt(lambda: once_with_photos(call, pictures, make), _AT_FAULT) is None:
        choose_again(form, pictures)
        return _page(form, application_id, is_typed=True)
    return _page(form, application_id, done=_("Thank you. The office looks at it again."))


@blueprint.post("/merchants/application/withdrawal")
@public
def withdraw_followed() -> Response:
    """Withdraw an application for good."""
    form = Form.posted_once("claim_code")
    application_id = _shown_by(form)
    if application_id is None:
        return _page(form, None)
    actor = who_enters()
    call = without_owner(form.call_of(applicant(application_id), application=application_id))

    def make(session: Session) -> UUID:
        return withdraw_application(session, application_id=application_id, actor=actor, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form, application_id)
    return _page(form, application_id, done=_("The application is withdrawn."))


def _spend(form: Form, spend: Callable[[], None]) -> None:
    try:
        spend()
    except ProblemError as error:
        form.refuse(problem_of(error))


def _call_of(form: Form, pictures: list[CleanPhoto], *, by: str, application: UUID | None = None) -> Call:
    asked = {name: form.values[name] for name in (*SHOP_FIELDS, "contact_name")}
    nobody = applicant(application or UUID(int=0))
    phone = hidden_phone(form)
    return without_owner(
        form.call_of(nobody, **asked, phone=phone, photos=hashes(pictures), entered_by=by, application=application)
    )


def _keep(session: Session, store: PhotoStore | None, application_id: UUID, pictures: list[CleanPhoto]) -> None:
    if store is not None:
        add_licence(session, store, application_id=application_id, pictures=pictures, now=now())


def _shown_by(form: Form) -> UUID | None:
    """Return the application of the form's code; None and a fault without one."""
    code = form.text("claim_code")
    if not form.values["claim_code"].strip():
        return None
    application_id = single_read(lambda connection: application_of_code(connection, code))
    if application_id is None:
        spend_refused_key(request.remote_addr or "")
        form.wrong("claim_code", _("No application has this code. Compare it sign by sign."))
    return application_id


def _form_page(form: Form) -> ResponseReturnValue:
    page = render_template(
        "public/application_new.html",
        enters=None if (somebody := viewer()) is None else somebody.name,
        **reading(_choices),
        **form.context,
    )
    return make_response(page, form.status)


def _choices(session: Session) -> dict[str, Any]:
    named = named_merchants(session, day=today())
    return {
        "places": place_groups(session, near=child_units(session, None)[0]),
        "classes": sorted({naming.naming_class for _shop, naming in named}),
        "categories": sorted({shop.category for shop, _naming in named}),
    }


def _page(form: Form, application_id: UUID | None, *, done: str = "", is_typed: bool = False) -> Response:
    def read(session: Session) -> dict[str, Any]:
        if application_id is None:
            return {"application": None}
        row = get_application(session, application_id)
        if not is_typed:
            form.values |= values_of(row)
        may_amend = row.application.state is ApplicationState.RETURNED
        return {
            "application": application_views(session, [row])[0],
            "steps": step_views(session, application_steps(session, application_id), with_names=False),
            "photos": photo_previews(session, application_id),
            "may_withdraw": row.application.state in OPEN_STATES,
            "may_amend": may_amend,
            **(_choices(session) if may_amend else {}),
        }

    shown = reading(read)
    page = render_template("public/application.html", done=done, is_typed=is_typed, **shown, **form.context)
    answer = make_response(page, form.status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
