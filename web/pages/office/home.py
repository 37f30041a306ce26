"""The officer's first screen: what waits, oldest first, and how the day goes."""

from datetime import date, datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

import suspicions
import tills
from awards import awarded_between, list_awards
from listening import first_to_call
from merchants import (
    REMINDED_DAYS_BEFORE,
    ApplicationState,
    NamingState,
    ending_namings,
    list_applications,
    list_standings,
    named_merchants,
    owing_merchants,
    renewals_asked,
)
from oversight import OrderState, list_orders
from payments import redeemed_between
from people import Role, count_residents
from publishing import publications_waiting
from receivables import MatterKind, MatterState, list_matters
from settlements import SettlementStatus, list_settlements
from web.auth import access, principal
from web.clock import begin_of, end_of, today
from web.pages.funds_shown import fund_covers
from web.pages.office.awards_shown import award_views
from web.pages.office.blueprint import blueprint
from web.pages.office.funds import FUNDS_SEEN_BY
from web.pages.office.reach import paths_of, reach
from web.pages.office.report_queues import tabs_of_queues
from web.pages.office.report_shapes import QueueView
from web.pages.office.shapes import Waiting
from web.pages.shapes import FundCover
from web.pages.times import local
from web.pages.viewer import rights
from web.unit_of_work import reading

STAFF = (
    *(Role.ADMINISTRATOR, Role.APPROVER, Role.FINANCE, Role.AUDITOR),
    *(Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER, Role.ORGANISER),
)
# A fund is low when less than a tenth of its money can still be awarded.
_LOW = 10
_SETTLEMENTS_MAX = 200
_SUSPENDED_MAX, _MATTERS_MAX, _ORDERS_MAX, _LATEST = 50, 50, 100, 5
_APPLICATIONS_MAX = 200


@blueprint.get("")
@access(*STAFF)
def home() -> str:
    """Show what waits for the officer, and the figures of the day."""
    may = rights(principal())

    def read(session: Session) -> dict[str, Any]:
        covers = fund_covers(session)
        waiting = _funds_waiting(covers) if {"funds", "money"} & may else []
        if "decisions" in may:
            waiting += _matters_waiting(session)
        if "money" in may:
            waiting += [*_debts_waiting(session), *_settlements_waiting(session)]
        if {"money", "merchants"} & may:
            waiting += _disputes_waiting(session)
        if "reports" in may:
            waiting += _reports_waiting(session)
        if "looking" in may:
            waiting += _suspicions_waiting(session)
        if "merchants" in may:
            waiting += [*_applications_waiting(session), *_renewals_waiting(session), *_shops_waiting(session)]
        # Names of residents are the business of those who award them.
        latest = list_awards(session, within_path=reach(), limit=_LATEST).items if "awards" in may else []
        since, until = begin_of(today()), end_of(today())
        return {
            "waiting": sorted(waiting, key=lambda each: _instant(each.since)),
            "funds": covers if principal().may(*FUNDS_SEEN_BY) else None,
            "awarded_today": awarded_between(session, since=since, until=until),
            "spent_today": redeemed_between(session, since=since, until=until),
            "resident_count": count_residents(session, within_path=reach() if "residents" in may else None),
            "merchant_count": len(named_merchants(session, day=today())),
            "latest": award_views(session, latest),
        }

    return render_template("office/home.html", **reading(read))


def _funds_waiting(covers: list[FundCover]) -> list[Waiting]:
    waiting = []
    for fund in covers:
        if not fund.covered:
            text, level = _("%(fund)s: credits and money differ. Look at the books first.", fund=fund.name), "danger"
        elif not fund.backing:
            text, level = _("%(fund)s has no money yet.", fund=fund.name), "calm"
        elif fund.available * _LOW < fund.backing:
            text, level = _("%(fund)s: little is left to award.", fund=fund.name), "warning"
        else:
            continue
        waiting.append(Waiting(str(text), url_for("office.fund", code=fund.code), None, level))
    return waiting


def _settlements_waiting(session: Session) -> list[Waiting]:
    """Return the oldest settlement that waits for this person's signature, and how many do: who opened does not pay."""
    found = list_settlements(session, status=SettlementStatus.OPEN, limit=_SETTLEMENTS_MAX).items
    others = [each for each in found if each.opened_by != principal().actor]
    if not others:
        return []
    text = ngettext("%(num)s settlement to be paid", "%(num)s settlements to be paid", len(others))
    url = url_for("office.settlements", status=SettlementStatus.OPEN.value)
    return [Waiting(str(text), url, local(others[-1].opened_at), "warning")]


def _disputes_waiting(session: Session) -> list[Waiting]:
    count = tills.count_waiting(session)
    text = ngettext("%(num)s disputed line of a shop to answer", "%(num)s disputed lines of shops to answer", count)
    return [Waiting(str(text), url_for("office.disputes"), None, "warning")] if count else []


def _suspicions_waiting(session: Session) -> list[Waiting]:
    """Return that payments are held back until somebody looks, or their shop has appealed."""
    count = suspicions.count_waiting(session)
    text = ngettext("%(num)s payment to be looked at", "%(num)s payments to be looked at", count)
    return [Waiting(str(text), url_for("office.suspicions"), None, "warning")] if count else []


def _matters_waiting(session: Session) -> list[Waiting]:
    found = list_matters(
        session, state=MatterState.ASKED, within_path=paths_of(Role.FINANCE, Role.APPROVER), limit=_MATTERS_MAX
    )
    return [
        Waiting(
            str(_("Decide: %(amount)s owed back?", amount=f"{matter.amount / 100:.2f}"))
            if matter.kind is MatterKind.FORCED_CORRECTION
            else str(_("Decide: %(amount)s owed no longer?", amount=f"{matter.amount / 100:.2f}")),
            url_for("office.correction", matter_id=matter.id),
            local(matter.asked_at),
            "warning",
        )
        for matter in found.items
        # Who asked does not decide.
        if matter.asked_by != principal().actor
    ]


def _reports_waiting(session: Session) -> list[Waiting]:
    names = {
        "decide": _("Requests about reports to decide"),
        "verify": _("Reports to verify"),
        "accept": _("New reports"),
        "close": _("Reports to close"),
        "dispatch": _("Reports to dispatch"),
        "handle": _("Reports to handle"),
        "called": _("Calls to report back about"),
        "results": _("Results of called units to accept"),
    }
    return [
        Waiting(_counted(str(names[tab.name]), tab), tab.url, None, _level(tab))
        for tab in tabs_of_queues(session)
        if tab.count
    ] + [*_orders_waiting(session), *_publications_waiting(session), *_call_backs_waiting(session)]


def _publications_waiting(session: Session) -> list[Waiting]:
    """Return that reports wait for somebody to decide what the public sees of them; nobody's day passes by it."""
    found = publications_waiting(session, seen_by=principal(), limit=_ORDERS_MAX)
    if not found:
        return []
    count = f"{_ORDERS_MAX}+" if len(found) == _ORDERS_MAX else str(len(found))
    text = _("%(what)s: %(count)s", what=_("Reports to publish"), count=count)
    return [Waiting(str(text), url_for("office.publications"), None, "calm")]


def _orders_waiting(session: Session) -> list[Waiting]:
    """Return that orders wait for an answer: to units their own, to supervisors those that are past their day."""
    supervises = principal().may(Role.SUPERVISOR)
    state = OrderState.OVERDUE if supervises else OrderState.OPEN
    found = list_orders(session, seen_by=principal(), today=today(), state=state, limit=_ORDERS_MAX).items
    if not found:
        return []
    is_late = any(order.due_on < today() for order in found)
    text = _("Orders without an answer in time") if supervises else _("Orders to answer")
    count = f"{_ORDERS_MAX}+" if len(found) == _ORDERS_MAX else str(len(found))
    url = url_for("office.orders", state=state.value)
    return [
        Waiting(str(_("%(what)s: %(count)s", what=text, count=count)), url, None, "danger" if is_late else "warning")
    ]


def _call_backs_waiting(session: Session) -> list[Waiting]:
    """Return that reporters of the sample are to be called, since when the first one waits."""
    if not principal().may(Role.SUPERVISOR):
        return []
    found, count = first_to_call(session, seen_by=principal(), limit=1)
    text = _("%(what)s: %(count)s", what=_("Reporters to call"), count=count)
    return [Waiting(str(text), url_for("office.call_backs"), local(each.call_back.drawn_at), "calm") for each in found]


def _counted(name: str, tab: QueueView) -> str:
    facts = {"what": name, "count": tab.count, "overdue": tab.overdue, "today": tab.due_today}
    if tab.overdue or tab.due_today:
        return str(_("%(what)s: %(count)s (%(overdue)s overdue, %(today)s due today)", **facts))
    return str(_("%(what)s: %(count)s", **facts))


def _level(tab: QueueView) -> str:
    if tab.overdue:
        return "danger"
    return "warning" if tab.due_today else "calm"


def _debts_waiting(session: Session) -> list[Waiting]:
    return [
        Waiting(
            str(_("%(shop)s owes %(amount)s back.", shop=shop.name, amount=f"{amount / 100:.2f}")),
            url_for("office.shop_owed", code=shop.code),
            None,
            "calm",
        )
        for shop, amount in owing_merchants(session)[:_MATTERS_MAX]
    ]


def _applications_waiting(session: Session) -> list[Waiting]:
    """Return that applications of shops wait for the office, since when the first one does."""
    found = list_applications(
        session, states=[ApplicationState.SUBMITTED], oldest_first=True, limit=_APPLICATIONS_MAX
    ).items
    if not found:
        return []
    text = ngettext("%(num)s application of a shop", "%(num)s applications of shops", len(found))
    return [Waiting(str(text), url_for("office.applications"), local(found[0].application.submitted_at), "warning")]


def _renewals_waiting(session: Session) -> list[Waiting]:
    return [
        Waiting(
            str(_("%(shop)s: the owner asks for renewal.", shop=shop.name)),
            url_for("office.merchant", code=shop.code),
            local(step.made_at),
            "warning",
        )
        for shop, step in renewals_asked(session, day=today(), limit=_MATTERS_MAX)
    ]


def _shops_waiting(session: Session) -> list[Waiting]:
    ending = ending_namings(session, day=today(), days=REMINDED_DAYS_BEFORE)
    suspended = list_standings(session, day=today(), state=NamingState.SUSPENDED, limit=_SUSPENDED_MAX).items
    return [
        Waiting(
            str(_("%(shop)s: suspended, decide what becomes of it.", shop=each.merchant.name)),
            url_for("office.merchant", code=each.merchant.code),
            local(each.naming.suspended_at),
            "warning",
        )
        for each in suspended
        if each.naming is not None and each.naming.suspended_at is not None
    ] + [
        Waiting(
            str(_("%(shop)s: the naming ends.", shop=each.merchant.name)),
            url_for("office.merchant", code=each.merchant.code),
            each.naming.valid_until,
            "calm",
        )
        for each in ending
        if each.naming is not None and each.naming.suspended_at is None
    ]


def _instant(since: datetime | date | None) -> datetime:
    """Return where something stands among what waits; what has no time of its own comes first."""
    if isinstance(since, datetime):
        return since
    return begin_of(since) if since is not None else begin_of(date(1, 1, 2))
