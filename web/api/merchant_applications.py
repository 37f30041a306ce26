"""Applications of shops that want to take credits: anybody applies, the office decides."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import Call
from merchants import (
    APPLICANT,
    ApplicationStep,
    ApplicationUnknownError,
    Contact,
    ShopFacts,
    accept_application,
    add_licence,
    amend_application,
    apply_to_be_named,
    get_application,
    get_application_step,
    licence_photos,
    list_applications,
    refuse_application,
    return_application,
    withdraw_application,
)
from people import PhoneInvalidError, Role, normal_phone
from photos import PhotoUnknownError, photo_key
from web.api.application_fields import (
    AmendmentRequest,
    ApplicationAcceptanceRequest,
    ApplicationQuery,
    ApplicationReasonRequest,
    ApplicationReply,
    ApplicationRequest,
    ApplicationSummaryReply,
    WithdrawalOfApplicationRequest,
)
from web.api.calls import anybodys_call_of, call_of, once
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.report_photos import PHOTOS_BODY, PhotosReply
from web.applications_shown import application_facts, whole_application
from web.auth import access, principal, public, who_enters
from web.clock import now
from web.nameless_limits import spend_application
from web.nobodys_calls import without_owner
from web.photo_storage import photo_store
from web.photo_uploads import keeping, let_photos_come, uploaded_photos
from web.picture_answers import jpeg_answer
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS
from web.secret_keys import phone_vault
from web.unit_of_work import reading

blueprint = ApiBlueprint(
    "merchant_applications", "Applications of shops that want to take credits: anybody applies, the office decides."
)


@blueprint.post("/merchant-applications")
@public
@blueprint.arguments(ApplicationRequest)
@blueprint.response(201, ApplicationReply)
def send_application(asked: dict[str, Any]) -> Any:
    """Apply for a shop, without a log-in; the photo of the licence comes next. A key notes who entered it."""
    actor = who_enters()
    if actor == APPLICANT:
        spend_application()
    call = anybodys_call_of(_hidden(asked) | {"by": actor})

    def make(session: Session) -> dict[str, Any]:
        made, code = apply_to_be_named(
            session,
            shop=_shop(asked),
            contact=Contact(asked["contact_name"], asked["phone"]),
            vault=phone_vault(),
            actor=actor,
            now=now(),
            call=call,
        )
        return _shown(session, made.id) | {"claim_code": code}

    # The code is a secret: it is shown once.
    return once(call, make, _shown_after)


@blueprint.get("/merchant-applications")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(ApplicationQuery, location="query")
@blueprint.response(200, page_of(ApplicationSummaryReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List applications, newest first."""

    def read(session: Session) -> dict[str, Any]:
        states = [asked["state"]] if asked["state"] else []
        found = list_applications(session, states=states, limit=asked["limit"], before=id_cursor(asked["cursor"]))
        return page([application_facts(each, phone_vault()) for each in found.items], found.next_before)

    return reading(read)


@blueprint.get("/merchant-applications/<uuid:application_id>")
@access(Role.ADMINISTRATOR, everywhere=True, by_code=True)
@blueprint.response(200, ApplicationReply)
def show(application_id: UUID) -> Any:
    """Show an application with its steps, to the office and to whoever shows its code."""
    _check_seen(application_id)
    return reading(lambda session: _shown(session, application_id))


@blueprint.post("/merchant-applications/<uuid:application_id>/licence")
@access(Role.ADMINISTRATOR, everywhere=True, by_code=True)
@blueprint.doc(requestBody=PHOTOS_BODY)
@blueprint.response(201, PhotosReply)
def send_licence(application_id: UUID) -> Any:
    """Add photos of the licence, up to six; only the office and who has the code see them."""
    _check_seen(application_id)
    let_photos_come()
    pictures = uploaded_photos("photos")
    if not pictures:
        raise ProblemError(INVALID_FIELDS, errors={"photos": [_("Choose at least one photo.")]})
    ids = keeping(
        lambda session, store: add_licence(session, store, application_id=application_id, pictures=pictures, now=now())
    )
    kept = reading(lambda session: {each.id: each for each in licence_photos(session, application_id)})
    return {"items": [kept[each] for each in ids]}


@blueprint.get("/merchant-applications/<uuid:application_id>/licence/<uuid:photo_id>")
@access(Role.ADMINISTRATOR, everywhere=True, by_code=True)
@blueprint.response(200, content_type="image/jpeg")
def show_licence(application_id: UUID, photo_id: UUID) -> Response:
    """Give out a photo of the licence, as a JPEG."""
    _check_seen(application_id)
    known = reading(lambda session: {each.id for each in licence_photos(session, application_id)})
    if photo_id not in known:
        raise PhotoUnknownError(photo_id)
    return jpeg_answer(photo_store().get(photo_key(photo_id)), photo_id)


@blueprint.post("/merchant-applications/<uuid:application_id>/amendment")
@access(Role.ADMINISTRATOR, everywhere=True, by_code=True)
@blueprint.arguments(AmendmentRequest)
@blueprint.response(201, ApplicationReply)
def amend(asked: dict[str, Any], application_id: UUID) -> Any:
    """Say anew what the shop is, after the office asked for more."""
    if (asked["contact_name"] is None) != (asked["phone"] is None):
        missing = "phone" if asked["phone"] is None else "contact_name"
        raise ProblemError(INVALID_FIELDS, errors={missing: [_("A contact is a name and a phone.")]})
    contact = None if asked["phone"] is None else Contact(asked["contact_name"], asked["phone"])

    def work(session: Session, call: Call) -> ApplicationStep:
        return amend_application(
            session,
            application_id=application_id,
            shop=_shop(asked),
            contact=contact,
            vault=phone_vault(),
            actor=principal().actor,
            now=now(),
            call=call,
        )

    return _step(application_id, _hidden(asked), work)


@blueprint.post("/merchant-applications/<uuid:application_id>/withdrawal")
@access(Role.ADMINISTRATOR, everywhere=True, by_code=True)
@blueprint.arguments(WithdrawalOfApplicationRequest)
@blueprint.response(201, ApplicationReply)
def withdraw(asked: dict[str, Any], application_id: UUID) -> Any:
    """Withdraw an application that is not decided, for good."""

    def work(session: Session, call: Call) -> ApplicationStep:
        return withdraw_application(
            session, application_id=application_id, actor=principal().actor, now=now(), call=call
        )

    return _step(application_id, asked, work)


@blueprint.post("/merchant-applications/<uuid:application_id>/return")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(ApplicationReasonRequest)
@blueprint.response(201, ApplicationReply)
def send_back(asked: dict[str, Any], application_id: UUID) -> Any:
    """Ask the applicant for more; nobody does so who entered it."""
    return _decision(return_application, application_id, asked)


@blueprint.post("/merchant-applications/<uuid:application_id>/refusal")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(ApplicationReasonRequest)
@blueprint.response(201, ApplicationReply)
def refuse(asked: dict[str, Any], application_id: UUID) -> Any:
    """Refuse an application, for good."""
    return _decision(refuse_application, application_id, asked)


@blueprint.post("/merchant-applications/<uuid:application_id>/acceptance")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(ApplicationAcceptanceRequest)
@blueprint.response(201, ApplicationReply)
def accept(asked: dict[str, Any], application_id: UUID) -> Any:
    """Make a merchant of an application; somebody else then gives its first naming."""
    return _decision(accept_application, application_id, asked)


def _decision(decide: Callable[..., ApplicationStep], application_id: UUID, asked: dict[str, Any]) -> Any:
    def work(session: Session, call: Call) -> ApplicationStep:
        return decide(session, application_id=application_id, **asked, actor=principal().actor, now=now(), call=call)

    return _step(application_id, asked, work)


def _step(application_id: UUID, asked: dict[str, Any], work: Callable[[Session, Call], ApplicationStep]) -> Any:
    _check_seen(application_id)
    call = call_of(asked)
    # All who show a code have one actor: their calls are told apart by what they say.
    told = call if principal().matter_id is None else without_owner(call)
    return once(told, lambda session: _shown(session, work(session, told).application_id), _shown_after)


def _check_seen(application_id: UUID) -> None:
    """See that who shows a code shows that of this application.

    Raises:
        ApplicationUnknownError: it is another's.
    """
    somebody = principal()
    if not somebody.grants and somebody.matter_id != application_id:
        raise ApplicationUnknownError


def _shop(asked: dict[str, Any]) -> ShopFacts:
    return ShopFacts(
        name=asked["name"],
        category=asked["category"],
        naming_class=asked["naming_class"],
        address=asked["address"],
        unit_code=asked["unit"],
        credit_code=asked["credit_code"],
    )


def _hidden(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked with the phone as the keyed hash of itself: what is kept of a call must tell no phone."""
    if asked["phone"] is None:
        return asked
    try:
        return asked | {"phone": phone_vault().lookup(normal_phone(asked["phone"]))}
    except PhoneInvalidError:
        # It is refused later, with all that is wrong.
        return asked | {"phone": ""}


def _shown(session: Session, application_id: UUID) -> dict[str, Any]:
    return whole_application(session, get_application(session, application_id), phone_vault())


def _shown_after(session: Session, step_id: UUID) -> dict[str, Any]:
    return _shown(session, get_application_step(session, step_id).application_id)
