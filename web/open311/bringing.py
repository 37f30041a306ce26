"""What clients bring with a key: reports, and what is said about them afterwards.

Of the fields that the protocol knows, those about a person (email, phone, names, device, account) are not even read.
"""

from flask import Response
from flask_babel import ngettext
from sqlalchemy.orm import Session

from people import Role
from photos import photos_of
from reports import BroughtReport, OutsideComment, bring, comment, names_a_place
from responsibilities import get_category
from web.auth import access, principal
from web.clock import now
from web.open311.blueprint import blueprint
from web.open311.pictures import add_pictures, note_missing
from web.open311.reading import Fields, check_jurisdiction, degrees_in, instant_in, needed_text, sent_form, text_in
from web.open311.refusals import PLACE_MISSING
from web.open311.writing import FORMAT, answer
from web.problems import ProblemError
from web.unit_of_work import in_transaction, reading

# Under which of these the client's own number of the report comes differs from client to client.
_EXTERNAL_IDS = (
    *("attribute[fixmystreet_id]", "attribute[external_id]", "attribute[service_request_id_ext]"),
    *("service_request_id_ext", "external_id"),
)
_COMMENT_IDS = ("update_id", "update_id_ext")


@blueprint.post(f"/requests.{FORMAT}")
@access(Role.OPEN311)
def bring_report(form: str) -> Response:
    """Take a report in; the same number of the client's own again is answered with the report that there is."""
    sent = sent_form()
    brought = in_transaction(lambda session: _brought(session, sent))
    urls = _urls_in(sent)
    # A client that repeats itself may have missed the answer, or we the photos.
    missing = 0
    if urls and _lacks_photos(brought):
        missing = add_pictures(brought.report.id, urls)
        note_missing(brought.report.id, missing)
    told = {
        "service_request_id": brought.report.number,
        "service_notice": _notice(missing) if missing else None,
        "account_id": None,
    }
    return answer(form, "service_requests", [told], status=201 if brought.is_new else 200)


@blueprint.post(f"/servicerequestupdates.{FORMAT}")
@access(Role.OPEN311)
def bring_comment(form: str) -> Response:
    """Attach what somebody said to a report that the same client brought; it is for officers, and changes no status."""
    sent = sent_form()
    number, status = needed_text(sent, "service_request_id"), needed_text(sent, "status")
    urls = _urls_in(sent)
    text = text_in(sent, "description") or ""
    if not urls:
        needed_text(sent, "description")
    at = now()
    said_at = instant_in(sent, "updated_datetime") or at

    def work(session: Session) -> OutsideComment:
        check_jurisdiction(session, sent)
        return comment(
            session,
            number=number,
            text=text,
            status=status,
            said_at=said_at,
            external_id=text_in(sent, *_COMMENT_IDS),
            by=principal(),
            now=at,
        )

    made = in_transaction(work)
    if urls:
        add_pictures(made.report_id, urls)
    return answer(form, "service_request_updates", [{"update_id": made.id.hex}], status=201)


def _brought(session: Session, sent: Fields) -> BroughtReport:
    check_jurisdiction(session, sent)
    service_code = needed_text(sent, "service_code")
    latitude, longitude = degrees_in(sent, "lat"), degrees_in(sent, "long")
    address = text_in(sent, "address_string", "attribute[closest_address]")
    unit_codes = [code for name in ("address_id", "attribute[unit]") if (code := text_in(sent, name))]
    if latitude is None and longitude is None and address is None and not names_a_place(session, unit_codes):
        raise ProblemError(PLACE_MISSING)
    return bring(
        session,
        category_code=service_code,
        # The protocol lets it out; what is reported is told by the service all the same.
        description=_description(sent) or get_category(session, service_code).name,
        unit_codes=unit_codes,
        address=address,
        latitude=latitude,
        longitude=longitude,
        external_id=text_in(sent, *_EXTERNAL_IDS),
        by=principal(),
        now=now(),
    )


def _description(sent: Fields) -> str | None:
    whole = text_in(sent, "description")
    if whole is not None:
        return whole
    parts = [text for name in ("attribute[title]", "attribute[description]") if (text := text_in(sent, name))]
    return "\n\n".join(parts) or None


def _urls_in(sent: Fields) -> list[str]:
    urls = [url for name in ("media_url", "media_url[]") for each in sent.getlist(name) if (url := each.strip())]
    return list(dict.fromkeys(urls))


def _lacks_photos(brought: BroughtReport) -> bool:
    return brought.is_new or not reading(lambda session: photos_of(session, brought.report.id))


def _notice(missing: int) -> str:
    return str(ngettext("%(num)d photo could not be fetched.", "%(num)d photos could not be fetched.", missing))
