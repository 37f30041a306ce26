"""Where reports stand: lists of them, one of them, and the steps that were taken; never of a private one."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from reports import BareReport, bare_report, bare_reports, bare_reports_by_number, bare_steps
from web.auth import public
from web.open311.blueprint import blueprint
from web.open311.reading import PAGE_SIZE_MAX, Fields, check_jurisdiction, listed_in, page_in, span_in
from web.open311.refusals import FIELD_WRONG
from web.open311.telling import statuses_of, told_reports, told_steps
from web.open311.writing import FORMAT, answer
from web.problems import ProblemError
from web.unit_of_work import reading


@blueprint.get(f"/requests.{FORMAT}")
@public
def list_requests(form: str) -> Response:
    """List reports, newest first: those named, or those of at most 90 days, of some services, open or closed."""
    sent = request.args
    numbers = listed_in(sent, "service_request_id")
    if len(numbers) > PAGE_SIZE_MAX:
        raise ProblemError(FIELD_WRONG, field="service_request_id", wanted=_("at most 1,000 of them"))

    def read(session: Session) -> list[dict[str, Any]]:
        check_jurisdiction(session, sent)
        found = bare_reports_by_number(session, numbers) if numbers else _asked_for(session, sent)
        return told_reports(session, found)

    return answer(form, "service_requests", reading(read))


@blueprint.get(f"/requests/<service_request_id>.{FORMAT}")
@public
def show_request(form: str, service_request_id: str) -> Response:
    """Show one report, in a list of its own."""

    def read(session: Session) -> list[dict[str, Any]]:
        check_jurisdiction(session, request.args)
        return told_reports(session, [bare_report(session, service_request_id)])

    return answer(form, "service_requests", reading(read))


@blueprint.get(f"/tokens/<token>.{FORMAT}")
@public
def show_token(form: str, token: str) -> Response:
    """Say which report a token stands for: we answer at once, so a report's number is its token."""

    def read(session: Session) -> str:
        check_jurisdiction(session, request.args)
        return bare_report(session, token).report.number

    number = reading(read)
    return answer(form, "service_requests", [{"service_request_id": number, "token": number}])


@blueprint.get(f"/servicerequestupdates.{FORMAT}")
@public
def list_updates(form: str) -> Response:
    """List the steps that were taken in 90 days at most, the earliest first."""
    sent = request.args
    since, until = span_in(sent)
    limit, offset = page_in(sent)

    def read(session: Session) -> list[dict[str, Any]]:
        check_jurisdiction(session, sent)
        return told_steps(bare_steps(session, since=since, until=until, limit=limit, offset=offset))

    return answer(form, "service_request_updates", reading(read))


def _asked_for(session: Session, sent: Fields) -> list[BareReport]:
    since, until = span_in(sent)
    limit, offset = page_in(sent)
    return bare_reports(
        session,
        since=since,
        until=until,
        category_codes=_storable(listed_in(sent, "service_code")),
        statuses=statuses_of(listed_in(sent, "status")),
        limit=limit,
        offset=offset,
    )


def _storable(codes: list[str]) -> list[str]:
    """Return codes as the database can be asked for them; those that it cannot even hear name nothing."""
    return [code if code.isprintable() and code.isascii() else "-" for code in codes]
