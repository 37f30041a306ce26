"""What reporters of the demo say of the work, and which notices were read."""

from datetime import date, timedelta
from uuid import UUID

import listening
import notices
import reports
from demo.chances import chance_of
from demo.crowd import ReportStaff
from demo.scene import Scene
from people import Grant, Principal, Role
from reports import Report

# Of a hundred closed reports so many are rated, and of a hundred ratings so many have five stars, four and so on.
_RATED = 55
_STARS, _WEIGHTS = (5, 4, 3, 2, 1), (45, 30, 13, 8, 4)
_GOOD, _BAD = (
    ("处理得很快，谢谢", "没想到第二天就有人来", None, None),
    ("等得太久了", "修了又坏", "没人跟我说一声", None),
)
_SATISFIED_FROM = 4
_READ_AGO = 3
# Of the last days nobody has called yet, so that there is somebody to call.
_LEFT_TO_CALL = 21
_NOT_REACHED, _RESOLVED, _SATISFIED = 15, 85, 80
_SUNDAY, _LATE = 6, 0.95


def rate(scene: Scene, report_id: UUID, day: date) -> None:
    """Let the reporter of a closed report say what they think of it, as often as not."""
    chance, report = scene.voices, scene.session.get(Report, report_id)
    if report is None or chance.randrange(100) >= _RATED:
        return
    if report.is_anonymous:
        by = reports.nobody(report.id)
    elif report.resident_id is not None:
        by = _reporter(report.resident_id)
    else:
        return
    stars = chance.choices(_STARS, _WEIGHTS)[0]
    note = chance.choice(_GOOD if stars >= _SATISFIED_FROM else _BAD)
    now = scene.at(day, chance.random())
    listening.rate(scene.session, report_id=report.id, stars=stars, note=note, by=by, now=now)


def listen_a_day(scene: Scene, staff: ReportStaff, day: date) -> None:
    """Draw call-backs at the end of each week, and make those of the week before."""
    ago = (scene.today - day).days
    if day.weekday() == _SUNDAY or not ago:
        listening.draw_call_backs(scene.session, now=scene.at(day, _LATE), limit=10_000)
    if day.weekday() == 0 and ago > _LEFT_TO_CALL:
        _call_back(scene, staff.other_supervisor, day)
    if ago == _READ_AGO:
        _read_notices(scene, staff, day)


def _call_back(scene: Scene, by: Principal, day: date) -> None:
    """Let a supervisor call whom nobody called since the week before."""
    # Who is drawn is a secret's choice: what they say must not move the chance of the rest.
    chance = chance_of(day.toordinal())
    waiting, _count = listening.first_to_call(scene.session, seen_by=by, limit=1_000)
    for each in waiting:
        if each.call_back.drawn_at.astimezone(scene.now.tzinfo).date() > day - timedelta(days=7):
            continue
        is_reached = chance.randrange(100) >= _NOT_REACHED
        listening.answer_call_back(
            scene.session,
            call_back_id=each.call_back.id,
            is_reached=is_reached,
            is_resolved=chance.randrange(100) < _RESOLVED if is_reached else None,
            is_satisfied=chance.randrange(100) < _SATISFIED if is_reached else None,
            note=None if is_reached else "两次没人接",
            by=by,
            now=scene.at(day, 0.5),
        )


def _read_notices(scene: Scene, staff: ReportStaff, day: date) -> None:
    """Let the people whose log-ins are printed have read what they were told so far."""
    officers = (staff.county_supervisor, staff.county_dispatcher, *staff.departments.values())
    for reader in (_reporter(scene.residents[0].id), *officers):
        newest = notices.list_notices(scene.session, seen_by=reader, limit=1).items
        for notice in newest:
            notices.mark_all_read(scene.session, newest_id=notice.id, by=reader, now=scene.at(day, 1))


def _reporter(resident_id: UUID) -> Principal:
    return Principal(f"resident:{resident_id.hex}", (Grant(Role.RESIDENT),), "", resident_id=resident_id)
