"""What waits for an officer of reports, by what is to be done, the earliest due first."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from duties import Duty
from people import Role
from reports import (
    Function,
    Report,
    ReportStatus,
    WaitingCount,
    appeals_waiting,
    calls_waiting,
    count_waiting,
    joins_waiting,
    reports_waiting,
    requests_waiting,
    unmaskings_waiting,
    weights,
)
from responsibilities import categories
from web.auth import access, principal
from web.clock import today
from web.maps import map_view
from web.pages.actors import actor_names
from web.pages.categories_shown import category_name
from web.pages.office.blueprint import blueprint
from web.pages.office.report_shapes import Decision, Facet, QueueView
from web.pages.reports_shown import ReportView, report_views
from web.pages.times import local
from web.pages.units_shown import unit_labels
from web.unit_of_work import reading

# A report with its open duty, if any.
Found = tuple[Report, Duty | None]

REPORTS = (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)
DECIDE = "decide"
# Calls wait in queues of their own: each has its own day, and a report may have several.
CALLS = {"called": (Function.HANDLING, Role.HANDLER), "results": (Function.COMMAND, Role.DISPATCHER)}
# More than that nobody reads in one go; what is due first stands first.
_SHOWN_MAX, _SHOWN_OF_EACH = 100, 20


@dataclass(frozen=True, slots=True)
class Queue:
    """Reports in which one thing is to be done by one function."""

    name: str
    function: Function
    role: Role
    statuses: tuple[ReportStatus, ...]


QUEUES = (
    Queue("verify", Function.SUPERVISION, Role.SUPERVISOR, (ReportStatus.HANDLED,)),
    Queue("accept", Function.SUPERVISION, Role.SUPERVISOR, (ReportStatus.SUBMITTED,)),
    Queue("close", Function.SUPERVISION, Role.SUPERVISOR, (ReportStatus.VERIFIED,)),
    Queue("dispatch", Function.COMMAND, Role.DISPATCHER, (ReportStatus.ACCEPTED,)),
    Queue(
        "handle",
        Function.HANDLING,
        Role.HANDLER,
        (ReportStatus.DISPATCHED, ReportStatus.RETURNED, ReportStatus.ACKNOWLEDGED),
    ),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the address asks for: one queue or all, and the facets."""

    queue: str
    status: ReportStatus | None
    unit: str
    category: str

    def fits(self, one: WaitingCount) -> bool:
        """Say whether reports counted together are asked for."""
        return (
            self.status in {None, one.status}
            and self.unit in {"", one.unit_code}
            and self.category in {"", one.category_code}
        )

    def fits_view(self, view: ReportView) -> bool:
        """Say whether a report's place and category are asked for."""
        return self.unit in {"", view.unit_code} and self.category in {"", view.category_code}

    @property
    def filters(self) -> dict[str, str]:
        """The facets that are set, as they stand in an address."""
        found = {"status": self.status.value if self.status else "", "unit": self.unit, "category": self.category}
        return {name: value for name, value in found.items() if value}


@blueprint.get("/reports", endpoint="reports")
@access(*REPORTS)
def show_reports() -> str:
    """Show what waits for the officer: of all queues what is due first, or all of one."""
    status = request.args.get("status", "")
    wanted = _Wanted(
        request.args.get("queue", ""),
        ReportStatus(status) if status in set(ReportStatus) else None,
        request.args.get("unit", ""),
        request.args.get("category", ""),
    )

    def read(session: Session) -> dict[str, Any]:
        counts = counts_of_queues(session)
        calls = _calls(session)
        chosen = wanted.queue if wanted.queue in {*counts, *calls, DECIDE} else ""
        shown = {name: found for name, found in counts.items() if chosen in {"", name}}
        limit = _SHOWN_MAX if chosen or len(counts) == 1 else _SHOWN_OF_EACH
        asked = _asked(session)
        waiting = {name: _found(session, queue_named(name), found, wanted, limit) for name, found in shown.items()}
        waiting |= {name: found for name, found in calls.items() if chosen in {"", name}}
        to_decide = asked if chosen == DECIDE or not (chosen or wanted.filters) else []
        views = _views(session, waiting | {DECIDE: [(each.report, None) for each in to_decide]})
        tabs = _tabs(len(asked), calls, counts)
        queues = [_view(name, counts[name], wanted, views[name]) for name in shown]
        queues += [_calls_view(name, calls[name], wanted, views[name], limit) for name in waiting if name in calls]
        shown_items = [view for queue in queues for view in queue.items]
        return {
            "map": map_view(),
            "listed": len(shown_items),
            "pinned": sum(view.position is not None for view in shown_items),
            # First where something is late, then where something is due today.
            "queues": sorted(queues, key=lambda queue: (not queue.overdue, not queue.due_today)),
            "tabs": tabs,
            "overdue": sum(tab.overdue for tab in tabs),
            "due_today": sum(tab.due_today for tab in tabs),
            "decisions": _decisions(session, to_decide, views[DECIDE]),
            "chosen": chosen,
            "filters": wanted.filters,
            "facets": _facets(session, [one for found in shown.values() for one in found]),
            "limit": limit,
        }

    return render_template("office/reports.html", **reading(read))


def tabs_of_queues(session: Session) -> list[QueueView]:
    """Return how much waits in each queue of the officer, without the reports."""
    return _tabs(len(_asked(session)), _calls(session), counts_of_queues(session))


def counts_of_queues(session: Session) -> dict[str, list[WaitingCount]]:
    """Return what waits in each queue of the officer, by its name; every queue of theirs is there."""
    asking = principal()
    theirs = [queue for queue in QUEUES if asking.may(queue.role)]
    by_function = {
        function: count_waiting(session, seen_by=asking, function=function, today=today())
        for function in dict.fromkeys(queue.function for queue in theirs)
    }
    return {
        queue.name: [one for one in by_function[queue.function] if one.status in queue.statuses] for queue in theirs
    }


def queue_named(name: str) -> Queue:
    """Return the queue with this name."""
    return next(queue for queue in QUEUES if queue.name == name)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody asked or added about a report, of which the officer may decide."""

    kind: str
    due_on: date | None
    by: str
    at: datetime
    report: Report


def _asked(session: Session) -> list[_Asked]:
    """Return what others asked or added about reports that the officer may decide, oldest first."""
    by = principal()
    found = [
        *(
            _Asked(each.kind.value, each.due_on, each.asked_by, each.asked_at, report)
            for each, report in requests_waiting(session, seen_by=by)
        ),
        *(
            _Asked("unmasking", None, each.asked_by, each.asked_at, report)
            for each, report in unmaskings_waiting(session, seen_by=by)
        ),
        *(
            _Asked("join", None, f"resident:{each.resident_id.hex}", each.joined_at, report)
            for each, report in joins_waiting(session, seen_by=by)
        ),
        *(
            _Asked("appeal", None, each.appealed_by, each.appealed_at, report)
            for each, report in appeals_waiting(session, seen_by=by)
        ),
    ]
    return sorted(found, key=lambda asked: asked.at)


def _decisions(session: Session, asked: Sequence[_Asked], views: Sequence[ReportView]) -> list[Decision]:
    names = actor_names(session, {each.by for each in asked})
    return [
        Decision(view, each.kind, each.due_on, names[each.by], local(each.at))
        for view, each in zip(views, asked, strict=True)
    ]


def _calls(session: Session) -> dict[str, list[Found]]:
    """Return the reports of calls that wait for the officer, each with the call's day, by queue."""
    found: dict[str, list[Found]] = {
        name: [(report, duty) for _call, report, duty in calls_waiting(session, seen_by=principal(), function=function)]
        for name, (function, role) in CALLS.items()
        if principal().may(role)
    }
    return {name: each for name, each in found.items() if each}


def _views(session: Session, found: Mapping[str, Sequence[Found]]) -> dict[str, list[ReportView]]:
    """Return the reports of several lists for a page; what names them is looked up once for all."""
    all_of_them = [pair for pairs in found.values() for pair in pairs]
    told_by = weights(session, {report.id for report, _duty in all_of_them})
    views = (replace(view, weight=told_by[view.id]) for view in report_views(session, all_of_them))
    return {name: list(islice(views, len(pairs))) for name, pairs in found.items()}


def _tabs(
    decisions: int, calls: Mapping[str, Sequence[Found]], counts: Mapping[str, Sequence[WaitingCount]]
) -> list[QueueView]:
    to_decide = [QueueView(DECIDE, decisions, 0, 0, decisions, (), _url(DECIDE))] if decisions else []
    called = [_calls_counted(name, each) for name, each in calls.items()]
    return [*to_decide, *(_counted(name, each) for name, each in counts.items()), *called]


def _calls_view(
    name: str, found: Sequence[Found], wanted: _Wanted, views: Sequence[ReportView], limit: int
) -> QueueView:
    # Filtered by the state of reports, no call fits.
    fitting = [view for view in views if wanted.status is None and wanted.fits_view(view)]
    return replace(
        _calls_counted(name, found),
        matching=len(fitting),
        items=fitting[:limit],
        url=_url(name, **wanted.filters),
    )


def _calls_counted(name: str, found: Sequence[Found]) -> QueueView:
    running = [duty.due_on for _report, duty in found if duty is not None and duty.handled_at is None]
    overdue = sum(due_on < today() for due_on in running)
    due_today = sum(due_on == today() for due_on in running)
    return QueueView(name, len(found), overdue, due_today, len(found), (), _url(name))


def _found(session: Session, queue: Queue, counts: Sequence[WaitingCount], wanted: _Wanted, limit: int) -> list[Found]:
    """Return the reports of a queue that are asked for, so many at most."""
    if not any(wanted.fits(one) for one in counts):
        return []
    return reports_waiting(
        session,
        seen_by=principal(),
        function=queue.function,
        statuses=[wanted.status] if wanted.status else queue.statuses,
        unit_code=wanted.unit or None,
        category_code=wanted.category or None,
        limit=limit,
    )


def _view(name: str, counts: Sequence[WaitingCount], wanted: _Wanted, items: Sequence[ReportView]) -> QueueView:
    matching = sum(one.count for one in counts if wanted.fits(one))
    return replace(_counted(name, counts), matching=matching, items=items, url=_url(name, **wanted.filters))


def _counted(name: str, counts: Sequence[WaitingCount]) -> QueueView:
    count = sum(one.count for one in counts)
    overdue, due_today = sum(one.overdue for one in counts), sum(one.due_today for one in counts)
    return QueueView(name, count, overdue, due_today, count, (), _url(name))


def _url(name: str, **filters: Any) -> str:
    return url_for("office.reports", queue=name, **filters)


def _facets(session: Session, counts: Sequence[WaitingCount]) -> dict[str, list[Facet]]:
    """Return the values there are to filter by; a facet with one value filters nothing, and is left out."""
    units = unit_labels(session, {one.unit_code for one in counts})
    # A later list may have left a category out: then its code says which it was.
    names = {each.code: category_name(each) for each in categories(session)}
    facets = {
        "status": _facet(counts, lambda one: one.status.value, {}),
        "unit": _facet(counts, lambda one: one.unit_code, units),
        "category": _facet(counts, lambda one: one.category_code, names),
    }
    return {name: values for name, values in facets.items() if len(values) > 1}


def _facet(
    counts: Sequence[WaitingCount], value_of: Callable[[WaitingCount], str], names: dict[str, str]
) -> list[Facet]:
    found: Counter[str] = Counter()
    for one in counts:
        found[value_of(one)] += one.count
    facets = [Facet(value, names.get(value, value), count) for value, count in found.items()]
    return sorted(facets, key=lambda facet: (facet.text, facet.value))
