"""The funds of the demo and their money: appropriated each quarter, moved and returned once, and never short."""

from datetime import date

from awards import appropriate, create_fund, list_funds, move_money, return_money
from demo.names import FUND_KINDS, FundKind
from demo.scene import DAYS, Scene
from ledger import balance

_QUARTER_DAYS = 91
_THOUSAND_YUAN = 100_000
# Of all entries about this part are awards; each fund gets somewhat more than it will give.
_PART_OF_AWARDS = 0.76
_MORE_THAN_NEEDED = 1.35
_MOVED_AGO, _RETURNED_AGO = 100, 40


def create_funds(scene: Scene) -> None:
    """Create the funds on the first morning; an office may have made one of these codes already, without money."""
    scene.funds = {fund.code: fund for fund in list_funds(scene.session)}
    for kind in FUND_KINDS:
        if kind.code in scene.funds:
            continue
        scene.funds[kind.code] = create_fund(
            scene.session,
            code=kind.code,
            name=kind.name,
            purpose=kind.purpose,
            expiry_rule=kind.expiry_rule,
            actor=scene.staff.officer,
            now=scene.at(scene.first_day, 0),
        )


def move_funds(scene: Scene, day: date) -> None:
    """Book what money moves on a day: each quarter's appropriations, and once each a move and a return."""
    if day == scene.first_day or (scene.today - day).days in range(_QUARTER_DAYS, DAYS - 60, _QUARTER_DAYS):
        for kind in FUND_KINDS:
            _appropriate(scene, kind, _a_quarter_of(scene, kind), day)
    if day == scene.days_ago(_MOVED_AGO):
        move_money(
            scene.session,
            fund_code="peace",
            to_fund_code="care",
            amount=_a_tenth_left(scene, "peace"),
            document=_document(day, "调剂"),
            actor=scene.staff.finance,
            now=scene.at(day, 0.01),
        )
        scene.posted += 1
    if day == scene.days_ago(_RETURNED_AGO):
        return_money(
            scene.session,
            fund_code="volunteer",
            amount=_a_tenth_left(scene, "volunteer"),
            document=_document(day, "结余收回"),
            actor=scene.staff.finance,
            now=scene.at(day, 0.01),
        )
        scene.posted += 1


def see_to_cover(scene: Scene, fund_code: str, wanted: int, day: date) -> None:
    """Appropriate more where a fund has too little for what it is about to award."""
    if balance(scene.session, scene.funds[fund_code].available_account_id) < wanted:
        kind = next(kind for kind in FUND_KINDS if kind.code == fund_code)
        _appropriate(scene, kind, wanted + _a_quarter_of(scene, kind), day)


def _appropriate(scene: Scene, kind: FundKind, amount: int, day: date) -> None:
    appropriate(
        scene.session,
        fund_code=kind.code,
        amount=amount,
        document=_document(day, "拨付"),
        actor=scene.staff.finance,
        now=scene.at(day, 0.01),
    )
    scene.posted += 1


def _a_quarter_of(scene: Scene, kind: FundKind) -> int:
    """Return in whole thousands of yuan what a fund will need for a quarter of the year."""
    usual_reward = sum(amount for _reason, amount in kind.rewards) / len(kind.rewards)
    part = kind.weight / sum(each.weight for each in FUND_KINDS)
    needed = scene.size.entries * _PART_OF_AWARDS * part * usual_reward / 4
    return _THOUSAND_YUAN * (1 + int(needed * _MORE_THAN_NEEDED) // _THOUSAND_YUAN)


def _a_tenth_left(scene: Scene, fund_code: str) -> int:
    left = balance(scene.session, scene.funds[fund_code].available_account_id)
    return max(1, left // 10 // _THOUSAND_YUAN * _THOUSAND_YUAN or left // 10)


def _document(day: date, about: str) -> str:
    # A real number would look as if somebody had decided this.
    return f"演示〔{day.year}〕{about}{day.month:02d}{day.day:02d}号"
