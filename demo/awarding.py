"""Awards of the demo: batches of a town, single ones, and now and then one that was wrong and is taken back."""

from datetime import date

from awards import BatchLine, award, award_batch, claw_back, left_to_claw_back
from demo.money import see_to_cover
from demo.names import CLAW_BACK_REASON, FUND_KINDS, MISTAKEN_REASON, FundKind
from demo.scene import Scene
from people import Resident

_BATCHES_A_DAY = 3
# What one does more or less of is worth more or less.
_TIMES = (0.5, 1.0, 1.0, 1.0, 1.5, 2.0)
_IN_STEPS_OF = 50


def award_to_many(scene: Scene, day: date, count: int) -> None:
    """Grant so many awards on the morning of a day: one or two single ones, the others in batches."""
    if count <= 0:
        return
    singles = min(count, 2)
    for number in range(singles):
        town = scene.chance.choice(list(scene.towns))
        kind = _kind(scene)
        reason, amount = scene.chance.choice(kind.rewards)
        award_to(
            scene,
            scene.chance.choice(scene.towns[town]),
            fund_code=kind.code,
            amount=amount,
            reason=reason,
            day=day,
            part=0.02 + number / 100,
        )
    left, number = count - singles, 0
    while left:
        size = min(left, max(1, -(-(count - singles) // _BATCHES_A_DAY)))
        left -= _batch(scene, day, size, min(0.2, 0.05 * (1 + number)))
        number += 1


def award_to(
    scene: Scene, resident: Resident, *, fund_code: str, amount: int, reason: str, day: date, part: float
) -> None:
    """Grant one award."""
    see_to_cover(scene, fund_code, amount, day)
    award(
        scene.session,
        resident_id=resident.id,
        fund_code=fund_code,
        amount=amount,
        reason=reason,
        actor=scene.staff.officer,
        now=scene.at(day, part),
    )
    scene.posted += 1
    scene.remember_holder(resident)


def take_back_a_mistake(scene: Scene, day: date) -> None:
    """Award somebody twice for one thing, and take the second one back an hour later."""
    resident = scene.chance.choice(scene.towns[scene.chance.choice(list(scene.towns))])
    see_to_cover(scene, "peace", 1, day)
    made = award(
        scene.session,
        resident_id=resident.id,
        fund_code="peace",
        amount=800,
        reason=MISTAKEN_REASON,
        actor=scene.staff.officer,
        now=scene.at(day, 0.03),
    )
    scene.posted += 1
    if left_to_claw_back(scene.session, made.id):
        claw_back(
            scene.session,
            award_id=made.id,
            reason=CLAW_BACK_REASON,
            actor=scene.staff.officer,
            now=scene.at(day, 0.04),
        )
        scene.posted += 1


def _batch(scene: Scene, day: date, size: int, part: float) -> int:
    town = scene.chance.choices(list(scene.towns), weights=[len(each) for each in scene.towns.values()])[0]
    residents = scene.chance.sample(scene.towns[town], k=min(size, len(scene.towns[town])))
    kind = _kind(scene)
    reason, usual = scene.chance.choice(kind.rewards)
    lines = [BatchLine(resident.id, _amount(scene, usual)) for resident in residents]
    see_to_cover(scene, kind.code, sum(line.amount for line in lines), day)
    award_batch(
        scene.session,
        fund_code=kind.code,
        reason=reason,
        lines=lines,
        actor=scene.staff.of_towns.get(town, scene.staff.officer),
        now=scene.at(day, part),
    )
    scene.posted += len(lines)
    for resident in residents:
        scene.remember_holder(resident)
    return len(lines)


def _kind(scene: Scene) -> FundKind:
    return scene.chance.choices(FUND_KINDS, weights=[kind.weight for kind in FUND_KINDS])[0]


def _amount(scene: Scene, usual: int) -> int:
    return int(usual * scene.chance.choice(_TIMES)) // _IN_STEPS_OF * _IN_STEPS_OF
