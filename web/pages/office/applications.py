"""Applications of shops at the office: the queue, one with its licence, and what is decided about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from merchants import (
    ApplicationRow,
    ApplicationState,
    ApplicationStep,
    MerchantCodeError,
    MerchantExistsError,
    accept_application,
    application_steps,
    application_versions,
    get_application,
    get_merchant,
    licence_photos,
    list_applications,
    may_decide,
    refuse_application,
    return_application,
    with_credit_code,
)
from people import Role
from photos import PhotoUnknownError, photo_key
from web.applications_shown import phone_to_call
from web.auth import access, principal
from web.clock import now
from web.pages.applications_shown import application_views, step_views
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.photo_storage import photo_store
from web.picture_answers import jpeg_answer
from web.secret_keys import phone_vault
from web.unit_of_work import reading

_ON_PAGE, _ALIKE_SHOWN = 30, 5


@blueprint.get("/applications")
@access(Role.ADMINISTRATOR, everywhere=True)
def applications() -> str:
    """List the applications in a state: those that wait for the office with the oldest first."""
    chosen = request.args.get("state", ApplicationState.SUBMITTED.value)
    state = ApplicationState(chosen) if chosen in set(ApplicationState) else ApplicationState.SUBMITTED
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = list_applications(
            session,
            states=[state],
            oldest_first=state is ApplicationState.SUBMITTED,
            limit=_ON_PAGE,
            before=before,
        )
        return {
            "items": application_views(session, found.items),
            "more_url": more_url(found.next_before, state=state.value),
        }

    return list_page(
        "office/applications.html",
        "office/_application_items.html",
        chosen_state=state.value,
        states=[each.value for each in ApplicationState],
        **reading(read),
    )


@blueprint.get("/applications/<uuid:application_id>")
@access(Role.ADMINISTRATOR, everywhere=True)
def application(application_id: UUID) -> ResponseReturnValue:
    """Show an application with its licence and its steps, and let who may decide."""
    return _page(application_id, Form())


@blueprint.get("/applications/<uuid:application_id>/licence/<uuid:photo_id>")
@access(Role.ADMINISTRATOR, everywhere=True)
def licence_photo(application_id: UUID, photo_id: UUID) -> Response:
    """Give out a photo of the licence."""
    known = reading(lambda session: {each.id for each in licence_photos(session, application_id)})
    if photo_id not in known:
        raise PhotoUnknownError(photo_id)
    return jpeg_answer(photo_store().get(photo_key(photo_id)), photo_id)


@blueprint.post("/applications/<uuid:application_id>/return", endpoint="return_application")
@access(Role.ADMINISTRATOR, everywhere=True)
def send_back(application_id: UUID) -> ResponseReturnValue:
    """Ask the applicant for more."""
    return _with_reason(application_id, "return", return_application, _("The applicant sees what you ask for."))


@blueprint.post("/applications/<uuid:application_id>/refusal", endpoint="refuse_application")
@access(Role.ADMINISTRATOR, everywhere=True)
def refuse(application_id: UUID) -> ResponseReturnValue:
    """Refuse an application for good."""
    return _with_reason(application_id, "refusal", refuse_application, _("The application is refused."))


@blueprint.post("/applications/<uuid:application_id>/acceptance", endpoint="accept_application")
@access(Role.ADMINISTRATOR, everywhere=True)
def accept(application_id: UUID) -> ResponseReturnValue:
    """Make a merchant of an application."""
    form = Form.posted_once("code")
    code = form.text("code")
    call = form.call(code=code)

    def make(session: Session) -> UUID:
        return accept_application(
            session, application_id=application_id, code=code, actor=call.owner, now=now(), call=call
        ).id

    reading(lambda session: get_application(session, application_id))
    at_fault: dict[type[Exception], str] = {MerchantExistsError: "code", MerchantCodeError: "code"}
    if not form.is_right or form.attempt(lambda: once(call, make), at_fault) is None:
        return _page(application_id, form, open_form="acceptance")
    flash(_("The shop is registered. A colleague names it now; then it takes credits."), "success")
    return redirect(url_for("office.merchant", code=code), 303)


def _with_reason(
    application_id: UUID, name: str, decide: Callable[..., ApplicationStep], done: str
) -> ResponseReturnValue:
    form = Form.posted_once("reason")
    reason = form.text("reason")
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        return decide(session, application_id=application_id, reason=reason, actor=call.owner, now=now(), call=call).id

    reading(lambda session: get_application(session, application_id))
    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(application_id, form, open_form=name)
    flash(done, "success")
    return redirect(url_for("office.application", application_id=application_id), 303)


def _page(application_id: UUID, form: Form, *, open_form: str = "") -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        row = get_application(session, application_id)
        merchant_id = row.application.merchant_id
        return {
            "application": application_views(session, [row])[0],
            "contact_name": row.application.contact_name,
            "phone": phone_to_call(row, phone_vault()),
            "suggested_code": f"S{row.application.number}",
            "steps": step_views(session, application_steps(session, application_id), with_names=True),
            "before": _versions_before(session, row),
            "licence": licence_photos(session, application_id),
            "alike": application_views(session, with_credit_code(session, row, limit=_ALIKE_SHOWN)),
            "may_decide": may_decide(session, row.application, principal().actor),
            "merchant_code": None if merchant_id is None else get_merchant(session, merchant_id).code,
        }

    page = render_template("office/application.html", **reading(read), form=open_form, **form.context)
    return make_response(page, form.status)


def _versions_before(session: Session, row: ApplicationRow) -> list[Any]:
    """Return what the application said before it was amended, the newest first."""
    versions = application_versions(session, row.application.id)[:-1]
    return application_views(session, [ApplicationRow(row.application, each) for each in reversed(versions)])
