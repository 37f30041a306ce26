"""The rules by which payments are held back: all off until the office sets them, and each version stays as it was."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
from ledger import Call, new_id, remember_call
from suspicions.errors import SuspicionRulesError, SuspicionRulesUnknownError
from suspicions.model import SuspicionRule, SuspicionRulesSet

_DAYS_MAX, _HOURS_MAX, _PERCENT_MAX = 92, 720, 99


@dataclass(frozen=True, slots=True)
class SuspicionRules:
    """The values of the rules; a rule whose values are None is off. Credits are in cents.

    Burst: at one shop more than `burst_payments` within `burst_minutes`, made by at most `burst_residents` residents of
    whom each paid twice or more. Pair: within `pair_days` one resident spent, in three payments or more, at least
    `pair_credits` at one shop, which is more than `pair_percent_of_resident` of all they spent, and more than
    `pair_percent_of_shop` of all it took. Ring: credits spent within `ring_hours` of their award where the officer who
    granted it, or as far as is known their household, works. Officer: of what one officer granted within
    `officer_days`, more than `officer_percent` was spent at one shop within `officer_hours` of its award, by at least
    `officer_residents` residents. Late: a code on a screen was used more than `late_code_s` seconds after it was made.
    Two shops: paper of one resident paid at another shop less than `two_shops_minutes` before.
    """

    burst_payments: int | None = None
    burst_minutes: int | None = None
    burst_residents: int | None = None
    pair_days: int | None = None
    pair_credits: int | None = None
    pair_percent_of_resident: int | None = None
    pair_percent_of_shop: int | None = None
    ring_hours: int | None = None
    officer_hours: int | None = None
    officer_days: int | None = None
    officer_percent: int | None = None
    officer_residents: int | None = None
    late_code_s: int | None = None
    two_shops_minutes: int | None = None

    @property
    def is_any_on(self) -> bool:
        """Whether any rule is on."""
        return any(value is not None for value in asdict(self).values())

    @property
    def reach(self) -> timedelta:
        """How long before a payment the rules about a shop's list of payments look."""
        return max(
            timedelta(minutes=self.burst_minutes or 0),
            timedelta(days=self.pair_days or 0),
            timedelta(days=self.officer_days or 0),
            timedelta(hours=self.ring_hours or 0),
        )


RULE_NAMES = tuple(field.name for field in fields(SuspicionRules))
# Which values make which rule: all of them, or none.
VALUES_OF: dict[SuspicionRule, tuple[str, ...]] = {
    SuspicionRule.BURST: RULE_NAMES[0:3],
    SuspicionRule.PAIR: RULE_NAMES[3:7],
    SuspicionRule.RING: RULE_NAMES[7:8],
    SuspicionRule.OFFICER: RULE_NAMES[8:12],
    SuspicionRule.LATE_CODE: RULE_NAMES[12:13],
    SuspicionRule.TWO_SHOPS: RULE_NAMES[13:14],
}
# The least and the most of each value. More than a hundred percent would never be exceeded; a code lives 60 seconds.
BOUNDS: dict[str, tuple[int, int]] = {
    "burst_payments": (2, 1_000),
    "burst_minutes": (1, 120),
    "burst_residents": (1, 20),
    "pair_days": (1, _DAYS_MAX),
    "pair_credits": (1, ledger.AMOUNT_MAX),
    "pair_percent_of_resident": (1, _PERCENT_MAX),
    "pair_percent_of_shop": (1, _PERCENT_MAX),
    "ring_hours": (1, _HOURS_MAX),
    "officer_hours": (1, _HOURS_MAX),
    "officer_days": (1, _DAYS_MAX),
    "officer_percent": (1, _PERCENT_MAX),
    "officer_residents": (2, 1_000),
    "late_code_s": (1, 59),
    "two_shops_minutes": (1, 1_440),
}


def set_suspicion_rules(
    session: Session, *, rules: SuspicionRules, actor: str, now: datetime, call: Call | None = None
) -> SuspicionRulesSet:
    """Set all rules from now on, as their next version. Of two set at once, one meets a unique violation.

    What is not settled is looked at anew by them; what was raised by earlier versions stays.

    Raises:
        SuspicionRulesError: a value is out of its bounds, or missing where others of its rule are given.
    """
    values = asdict(rules)
    for names in VALUES_OF.values():
        given = [name for name in names if values[name] is not None]
        for name in given:
            least, most = BOUNDS[name]
            if not least <= values[name] <= most:
                raise SuspicionRulesError(name)
        if given and len(given) < len(names):
            raise SuspicionRulesError(next(name for name in names if values[name] is None))
    made = SuspicionRulesSet(
        number=(_number_in_force(session) or 0) + 1, id=new_id(), set_by=actor, set_at=now, **values
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def rules_in_force(session: Session) -> tuple[int, SuspicionRules] | None:
    """Return the rules that hold now, and their number; None where nothing is held back."""
    number = _number_in_force(session)
    if number is None:
        return None
    found = session.get_one(SuspicionRulesSet, number)
    rules = SuspicionRules(**{name: getattr(found, name) for name in RULE_NAMES})
    return (number, rules) if rules.is_any_on else None


def get_suspicion_rules(session: Session, rules_id: UUID) -> SuspicionRulesSet:
    """Return the version of the rules with this id.

    Raises:
        SuspicionRulesUnknownError: there is none.
    """
    found = session.scalars(select(SuspicionRulesSet).where(SuspicionRulesSet.id == rules_id)).one_or_none()
    if found is None:
        raise SuspicionRulesUnknownError(rules_id)
    return found


def list_suspicion_rules(session: Session) -> list[SuspicionRulesSet]:
    """Return all versions of the rules, the latest first."""
    return list(session.scalars(select(SuspicionRulesSet).order_by(SuspicionRulesSet.number.desc())))


def _number_in_force(session: Session) -> int | None:
    return session.scalar(select(func.max(SuspicionRulesSet.number)))
