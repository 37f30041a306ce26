"""The reports of the demo: a year of them in all states, each with a life of its own, day by day."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

import reports
import responsibilities
from awards import Tariff, appropriate, set_tariff
from demo.crowd import ReportStaff
from demo.names import REPORT_WORDS
from demo.places import Places
from demo.saying import rate
from demo.scene import DAYS, Scene
from people import Grant, Principal, Resident, Role, Unit
from reports import RequestKind
from responsibilities import Category, Severity, categories

_FUND = "peace"
# What reports earn, in minor units: what is quickly seen, and what takes attention.
_TARIFFS = {"component": 1_000, "event": 1_500}
_ON_ACCEPTANCE_PERCENT = 40
_MORE_THAN_NEEDED = 1.3
# Of a hundred reports, so many.
_BY_PHONE, _ANONYMOUS, _CONFIDENTIAL = 10, 8, 2
# Of all reports, so many.
_OF_THE_LOG_IN = 10
_RATED_WITHIN_DAYS = 5
_REJECTED, _MERGED, _WITHDRAWN = 6, 4, 2
_RETURNED, _TRANSFERRED, _POSTPONED, _REOPENED, _JOINED = 8, 4, 3, 3, 12
_LATE, _FORGOTTEN = 12, 2
_SEVERITIES = (Severity.NORMAL, Severity.SERIOUS, Severity.URGENT)
_WEIGHTS = (80, 15, 5)

# What a life waits for: so many days.
Life = Iterator[int]


@dataclass(slots=True)
class Desk:
    """What the year's reports share: who works on them, what can be reported, and whose turn it is on which day."""

    staff: ReportStaff
    kinds: list[Category]
    turns: list[tuple[date, int, Life]] = field(default_factory=list)
    order: "count[int]" = field(default_factory=count)
    begun: int = 0
    # Held here, so that whoever asks the session for one need not ask the database.
    held: list[object] = field(default_factory=list)
    # Reports that others may be merged into, by category and place.
    alive: dict[tuple[str, str], UUID] = field(default_factory=dict)
    places: Places = field(default_factory=Places)


def open_desk(scene: Scene, staff: ReportStaff) -> Desk:
    """Set tariffs and give their fund money, on the first morning; without a list there is nothing to report."""
    kinds = [each for each in categories(scene.session) if each.parent_code and each.department_code]
    now = scene.at(scene.first_day, 0.02)
    tariffs: list[Tariff] = []
    if kinds and scene.size.reports:
        tariffs = [
            set_tariff(
                scene.session,
                category_code=kind.code,
                fund_code=_FUND,
                amount=_TARIFFS[kind.kind.value],
                on_acceptance_percent=_ON_ACCEPTANCE_PERCENT,
                valid_from=None,
                actor=scene.staff.officer,
                now=now,
            )
            for kind in kinds
        ]
        appropriate(
            scene.session,
            fund_code=_FUND,
            amount=int(scene.size.reports * max(_TARIFFS.values()) * _MORE_THAN_NEEDED),
            document=f"演示〔{now:%Y}〕上报奖励",
            actor=scene.staff.finance,
            now=now,
        )
    held = [*scene.session.scalars(select(Unit)), *tariffs, *categories(scene.session)]
    return Desk(staff, kinds, held=held)


def report_a_day(scene: Scene, desk: Desk, day: date) -> None:
    """Let new reports begin, and those whose turn it is go on."""
    if not desk.kinds:
        return
    ago = (scene.today - day).days
    due = scene.size.reports * (DAYS + 1 - ago) // (DAYS + 1)
    for _ in range(due - desk.begun):
        heapq.heappush(desk.turns, (day, next(desk.order), _life(scene, desk, day)))
        desk.begun += 1
    while desk.turns and desk.turns[0][0] <= day:
        _on, place, life = heapq.heappop(desk.turns)
        waits = next(life, None)
        if waits is not None:
            heapq.heappush(desk.turns, (day + timedelta(days=max(1, waits)), place, life))
    reports.release_rests(scene.session, now=scene.at(day, 1), limit=10_000)


def _life(scene: Scene, desk: Desk, day: date) -> Life:
    """Live the life of one report; each `yield` waits for some days, and the clock goes on by itself."""
    chance, session = scene.chance, scene.session
    # Some are of the resident whose log-in is printed: what they see is to be seen.
    is_own = scene.voices.random() * scene.size.reports < _OF_THE_LOG_IN
    kind, home = chance.choice(desk.kinds), chance.choice(scene.residents)
    home = scene.residents[0] if is_own else home
    staff = desk.staff.of_unit(home.unit_code)
    clock = _Clock(scene, day)
    report_id = _send_in(scene, desk, kind, home, clock)
    yield clock.wait(chance.choice((0, 0, 1)))
    lot = chance.randrange(100)
    same = (kind.code, home.unit_code)
    if lot < _REJECTED:
        _reject(scene, report_id, clock, staff.supervisor)
        return
    if lot < _REJECTED + _MERGED and same in desk.alive:
        reports.merge(session, report_id=report_id, into_id=desk.alive[same], **clock.by(staff.supervisor))
        return
    severity = chance.choices(_SEVERITIES, _WEIGHTS)[0]
    reports.accept(session, report_id=report_id, severity=severity, **clock.by(staff.supervisor))
    desk.alive[same] = report_id
    yield clock.wait(chance.choice((0, 0, 0, 1, 3)))
    if chance.randrange(100) < _JOINED and not kind.is_private:
        _join(scene, desk, report_id, home, clock)
    reports.dispatch(session, report_id=report_id, unit_code=None, due_on=None, **clock.by(staff.dispatcher))
    yield from _handled(scene, desk, report_id, kind, clock)
    if chance.randrange(100) < _WITHDRAWN:
        desk.alive.pop(same, None)
        _two(scene, RequestKind.WITHDRAWAL, report_id, clock, (staff.supervisor, desk.staff.county_supervisor))
        return
    if chance.randrange(100) < _RETURNED:
        reports.return_to_department(
            session, report_id=report_id, note=chance.choice(REPORT_WORDS.returns), **clock.by(staff.supervisor)
        )
        yield clock.wait(chance.randint(1, 3))
        _handle(scene, desk, report_id, clock)
        yield clock.wait(chance.randint(1, 2))
    reports.verify(session, report_id=report_id, note=chance.choice(REPORT_WORDS.checks), **clock.by(staff.supervisor))
    desk.alive.pop(same, None)
    yield clock.wait(chance.randint(0, 2))
    reports.close(session, report_id=report_id, **clock.by(staff.supervisor))
    # By a chance of their own, so that what others do next is what it would be without.
    waits = scene.voices.randint(1, _RATED_WITHIN_DAYS)
    yield waits
    rate(scene, report_id, clock.day + timedelta(days=waits))


def _handled(scene: Scene, desk: Desk, report_id: UUID, kind: Category, clock: "_Clock") -> Life:
    """Let a department handle a report: mostly in time, sometimes late, with more time, by another one, or never."""
    chance, session = scene.chance, scene.session
    days = responsibilities.deadlines_of(kind).normal
    if chance.randrange(100) < _TRANSFERRED and len(desk.staff.departments) > 1:
        yield clock.wait(1)
        others = [code for code in desk.staff.departments if code != kind.department_code]
        dispatcher = desk.staff.county_dispatcher
        reports.transfer(session, report_id=report_id, unit_code=chance.choice(others), **clock.by(dispatcher))
    yield clock.wait(chance.choice((0, 1)))
    lot = chance.randrange(100)
    handler = desk.staff.departments[_department(scene, report_id)]
    if lot < _FORGOTTEN:
        # Nobody does anything about it: it stays open, and overdue, for everybody to see.
        while True:
            yield clock.wait(DAYS)
    reports.acknowledge(session, report_id=report_id, **clock.by(handler))
    if lot < _FORGOTTEN + _POSTPONED:
        supervisors = desk.staff.county_supervisor, desk.staff.other_supervisor
        _two(scene, RequestKind.POSTPONEMENT, report_id, clock, supervisors)
        yield clock.wait(days)
    is_late = chance.randrange(100) < _LATE
    yield clock.wait(days + chance.randint(3, 12) if is_late else chance.randint(0, max(1, days - 1)))
    _handle(scene, desk, report_id, clock)
    yield clock.wait(chance.randint(1, 3))


def _reject(scene: Scene, report_id: UUID, clock: "_Clock", supervisor: Principal) -> None:
    reason, kind = scene.chance.choice(REPORT_WORDS.rejections)
    reports.reject(scene.session, report_id=report_id, reason=reason, kind=kind, **clock.by(supervisor))


def _handle(scene: Scene, desk: Desk, report_id: UUID, clock: "_Clock") -> None:
    handler = desk.staff.departments[_department(scene, report_id)]
    note = scene.chance.choice(REPORT_WORDS.done)
    reports.handle(scene.session, report_id=report_id, note=note, **clock.by(handler))


def _send_in(scene: Scene, desk: Desk, kind: Category, home: Resident, clock: "_Clock") -> UUID:
    chance = scene.chance
    lot = chance.randrange(100)
    by, resident_id = _resident(home), home.id
    if lot < _BY_PHONE:
        by = desk.staff.hotline
    elif lot < _BY_PHONE + _ANONYMOUS:
        by = reports.nobody()
    is_anonymous = by.actor == reports.NOBODY
    # Whoever calls has no position to send.
    latitude, longitude = (None, None) if by is desk.staff.hotline else desk.places.position(home.unit_code)
    report = reports.submit(
        scene.session,
        category_code=kind.code,
        description=chance.choice(REPORT_WORDS.seen).format(kind.name),
        unit_code=home.unit_code,
        address=chance.choice(REPORT_WORDS.places),
        resident_id=None if is_anonymous else resident_id,
        is_confidential=lot >= 100 - _CONFIDENTIAL,
        latitude=latitude,
        longitude=longitude,
        **clock.by(by),
    )
    desk.held.append(report)
    if is_anonymous:
        reports.give_claim_code(scene.session, report)
    return report.id


def _join(scene: Scene, desk: Desk, report_id: UUID, home: Resident, clock: "_Clock") -> None:
    other = scene.chance.choice(scene.residents)
    if other is home:
        return
    evidence = scene.chance.choice((None, "我也看到了，位置一致", "今天还在，已经两天了"))
    joined = reports.join(scene.session, report_id=report_id, evidence=evidence, **clock.by(_resident(other)))
    if evidence is not None:
        is_accepted = scene.chance.random() < 0.7
        reports.decide_join(
            scene.session,
            report_id=report_id,
            join_id=joined.id,
            is_accepted=is_accepted,
            note=None if is_accepted else "与原上报相同",
            **clock.by(desk.staff.county_supervisor),
        )


def _two(scene: Scene, kind: RequestKind, report_id: UUID, clock: "_Clock", pair: tuple[Principal, Principal]) -> None:
    """Let one supervisor ask, and another decide."""
    asks, decides = pair
    if kind is RequestKind.WITHDRAWAL:
        reports.ask_withdrawal(scene.session, report_id=report_id, reason="现场核实，情况不存在", **clock.by(asks))
    else:
        # Later than its day, however many working days its category has.
        [*_before, duty] = reports.duties_of(scene.session, report_id)
        due_on = max(clock.day, duty.due_on) + timedelta(days=30)
        reports.ask_postponement(
            scene.session, report_id=report_id, due_on=due_on, reason="需要等配件到货", **clock.by(asks)
        )
    reports.decide(scene.session, report_id=report_id, kind=kind, is_approved=True, note="同意", **clock.by(decides))


def _department(scene: Scene, report_id: UUID) -> str:
    found = scene.session.get(reports.Report, report_id)
    if found is None or found.department_code is None:
        raise LookupError("a report that was dispatched has a department")
    return found.department_code


def _resident(resident: Resident) -> Principal:
    return Principal(
        actor=f"resident:{resident.id.hex}",
        grants=(Grant(Role.RESIDENT),),
        name=resident.name,
        resident_id=resident.id,
    )


class _Clock:
    """The time of one report: the day it is on, and a moment of it that is later with every step."""

    def __init__(self, scene: Scene, day: date) -> None:
        self._scene = scene
        self.day = day
        self._part = 0.1 + 0.1 * scene.chance.random()

    def wait(self, days: int) -> int:
        """Go on to a later day, the next one at the earliest, and return how many days that takes."""
        days = max(1, days)
        self.day += timedelta(days=days)
        self._part = 0.1 + 0.1 * self._scene.chance.random()
        return days

    def by(self, who: Principal) -> dict[str, Any]:
        """Return who does the next step, and when."""
        self._part = min(0.99, self._part + 0.02)
        return {"by": who, "now": self._scene.at(self.day, self._part)}
