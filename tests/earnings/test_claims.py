"""Claims of anonymous reporters: taken in without a trace, paid in crowds, never twice."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

import earnings
import people
import reports
from awards import list_awards
from earnings import (
    CROWD_MIN,
    WAIT_DAYS_MAX,
    ClaimBoxError,
    ClaimCapError,
    ClaimKeys,
    ClaimKeysError,
    ClaimReceipt,
    EarningCaps,
    EarningState,
    new_claim_keys,
)
from earnings.model import WaitingClaim
from ledger import LostRaceError
from people import Principal, Role, create_key, get_resident
from reports import ClaimUnknownError, OwnDepartmentError
from tests.earnings.builders import Purse
from tests.reports.builders import CITY_WORKS, VILLAGE

KEYS = ClaimKeys(new_claim_keys())


def sent_in(purse: Purse) -> tuple[UUID, str]:
    """Send in a report without a name, and return it with its code."""
    report = reports.submit(
        purse.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=reports.nobody(),
        now=purse.at,
    )
    return report.id, reports.give_claim_code(purse.session, report)


def accepted(purse: Purse) -> tuple[UUID, str]:
    report_id, code = sent_in(purse)
    purse.accept(report_id)
    return report_id, code


def claimed(purse: Purse, code: str, who: Principal | None = None) -> ClaimReceipt:
    by = who or purse.resident()
    assert by.resident_id is not None
    return reports.claim_award(purse.session, code=code, resident_id=by.resident_id, keys=KEYS, now=purse.at)


def paid(purse: Purse) -> tuple[int, int]:
    """Pay all crowds that are to be paid, and return how many claims, of how much."""
    count = amount = 0
    while (swept := earnings.pay_claims(purse.session, keys=KEYS, now=purse.at)).count:
        count, amount = count + swept.count, amount + swept.amount
    return count, amount


def test_what_is_due_is_held_until_it_is_claimed_and_a_crowd_is_paid(purse: Purse) -> None:
    codes = [accepted(purse)[1] for _ in range(CROWD_MIN)]
    assert purse.fund() == (95_000, 5_000)
    assert purse.proved()
    claimants = [purse.resident() for _ in codes]
    receipts = [claimed(purse, code, who) for code, who in zip(codes, claimants, strict=True)]
    assert [each.crowd for each in receipts] == [0, 1, 2, 3, 4]
    assert {each.credited_by for each in receipts} == {purse.at.date() + timedelta(days=WAIT_DAYS_MAX)}
    assert purse.proved()
    assert paid(purse) == (5, 2_000)
    assert [purse.got(each) for each in claimants] == [400] * 5
    assert purse.fund() == (95_000, 3_000)
    assert purse.session.scalars(select(WaitingClaim)).all() == []
    assert purse.proved()


def test_fewer_wait_for_thirty_days(purse: Purse) -> None:
    _, code = accepted(purse)
    claimant = purse.resident()
    claimed(purse, code, claimant)
    purse.days_pass(WAIT_DAYS_MAX - 1)
    assert paid(purse) == (0, 0)
    purse.days_pass(1)
    assert paid(purse) == (1, 400)
    assert purse.got(claimant) == 400
    assert purse.proved()


def test_later_parts_are_claimed_by_the_same_code_and_each_once(purse: Purse) -> None:
    report_id, code = accepted(purse)
    claimant = purse.resident()
    claimed(purse, code.lower().replace("-", " "), claimant)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code, claimant)
    purse.finish(report_id)
    assert purse.proved()
    claimed(purse, code, claimant)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code, claimant)
    purse.days_pass(WAIT_DAYS_MAX)
    assert paid(purse) == (3, 1_000)
    assert purse.got(claimant) == 1_000
    assert purse.fund() == (99_000, 0)
    assert purse.proved()


def test_joiners_with_a_name_are_paid_by_name(purse: Purse) -> None:
    report_id, code = accepted(purse)
    joiner, claimant = purse.resident(), purse.resident()
    purse.joined(report_id, joiner)
    purse.finish(report_id)
    assert purse.got(joiner) == 200
    claimed(purse, code, claimant)
    purse.days_pass(WAIT_DAYS_MAX)
    paid(purse)
    assert purse.got(claimant) == 800
    assert purse.proved()


def test_the_late_departments_reporter_may_claim_the_rest(purse: Purse) -> None:
    report_id, code = accepted(purse)
    purse.dispatch(report_id)
    purse.days_pass(10)
    assert reports.release_rests(purse.session, now=purse.at).count == 0
    claimed(purse, code)
    purse.days_pass(WAIT_DAYS_MAX)
    assert paid(purse) == (2, 800)
    assert purse.proved()


def test_without_money_nothing_can_be_claimed_yet(purse: Purse) -> None:
    purse.take_money(100_000)
    _, code = accepted(purse)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code)
    purse.add_money(1_000)
    assert earnings.pay_waiting(purse.session, now=purse.at).count == 1
    claimed(purse, code)
    assert purse.proved()


@pytest.mark.parametrize("code", ["", "x", "0" * 25, "0" * 1_000, "ключ", "\ud800"])
def test_a_code_that_nobody_got_is_unknown(purse: Purse, code: str) -> None:
    accepted(purse)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code)


def test_before_acceptance_and_after_rejection_nothing_is_due(purse: Purse) -> None:
    report_id, code = sent_in(purse)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code)
    reports.reject(purse.session, report_id=report_id, reason="x", by=purse.supervisor, now=purse.at)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code)


def test_who_handles_it_earns_nothing(purse: Purse) -> None:
    _, code = accepted(purse)
    somebody = purse.resident()
    create_key(purse.session, role=Role.RESIDENT, name="both", resident_id=somebody.resident_id, now=purse.at)
    create_key(purse.session, role=Role.HANDLER, name="both", unit_code=CITY_WORKS, now=purse.at)
    with pytest.raises(OwnDepartmentError):
        claimed(purse, code, somebody)


def test_caps_hold_when_it_is_claimed_and_when_it_is_paid(purse: Purse) -> None:
    earnings.set_caps(purse.session, caps=EarningCaps(500, None), actor="person:a", now=purse.at)
    codes = [accepted(purse)[1] for _ in range(3)]
    claimant, busy = purse.resident(), purse.resident()
    claimed(purse, codes[0], claimant)
    claimed(purse, codes[1], claimant)
    purse.accepted(busy)
    with pytest.raises(ClaimCapError):
        claimed(purse, codes[2], busy)
    purse.days_pass(WAIT_DAYS_MAX)
    assert paid(purse) == (2, 500)
    assert purse.got(claimant) == 500
    assert purse.proved()


def test_a_cap_reached_at_the_same_moment_is_a_lost_race(purse: Purse, monkeypatch: pytest.MonkeyPatch) -> None:
    earnings.set_caps(purse.session, caps=EarningCaps(500, None), actor="person:a", now=purse.at)
    claimant = purse.resident()
    for code in (accepted(purse)[1], accepted(purse)[1]):
        claimed(purse, code, claimant)
    purse.days_pass(WAIT_DAYS_MAX)
    monkeypatch.setattr("earnings.claims.left_under", lambda *_: 10_000)
    with pytest.raises(LostRaceError):
        earnings.pay_claims(purse.session, keys=KEYS, now=purse.at)


def test_whoever_left_meanwhile_leaves_their_share_to_the_fund(purse: Purse) -> None:
    _, code = accepted(purse)
    claimant = purse.resident()
    claimed(purse, code, claimant)
    people.leave(purse.session, get_resident(purse.session, claimant.resident_id or UUID(int=0)), now=purse.at)
    purse.days_pass(WAIT_DAYS_MAX)
    assert paid(purse) == (1, 0)
    assert purse.fund() == (99_400, 600)
    assert purse.proved()


def test_after_a_withdrawal_the_unclaimed_goes_back_and_the_claimed_is_a_loss(purse: Purse) -> None:
    first, code = accepted(purse)
    claimed(purse, code)
    purse.withdraw(first)
    assert (purse.earning(first).state, purse.earning(first).loss) == (EarningState.CANCELLED, 400)
    second, other = accepted(purse)
    purse.withdraw(second)
    assert purse.earning(second).loss == 0
    with pytest.raises(ClaimUnknownError):
        claimed(purse, other)
    assert purse.proved()


def test_what_nobody_claims_within_a_year_goes_back(purse: Purse) -> None:
    report_id, code = accepted(purse)
    purse.finish(report_id)
    purse.days_pass(365)
    assert earnings.return_unclaimed(purse.session, now=purse.at).count == 0
    purse.days_pass(1)
    swept = earnings.return_unclaimed(purse.session, now=purse.at)
    assert (swept.count, swept.amount) == (3, 1_000)
    assert purse.fund() == (100_000, 0)
    with pytest.raises(ClaimUnknownError):
        claimed(purse, code)
    assert purse.proved()


def test_the_order_of_payment_is_no_order_of_claiming(purse: Purse) -> None:
    first_paid: Counter[int] = Counter()
    for _ in range(12):
        claimants = [purse.resident() for _ in range(CROWD_MIN)]
        for who in claimants:
            claimed(purse, accepted(purse)[1], who)
        paid(purse)
        first = first_of_the_last_crowd(purse)
        first_paid[[each.resident_id for each in claimants].index(first)] += 1
    assert len(first_paid) > 1


def first_of_the_last_crowd(purse: Purse) -> UUID:
    """Return who was paid first in the last crowd."""
    newest = list_awards(purse.session, limit=CROWD_MIN).items
    return newest[-1].resident_id


# --- boxes -----------------------------------------------------------------------------------------------------------


def test_boxes_of_one_person_look_nothing_alike_and_only_the_key_opens_them() -> None:
    who = UUID(int=7)
    boxes = {KEYS.seal(who) for _ in range(20)}
    assert len(boxes) == 20
    assert len({len(box) for box in boxes}) == 1
    assert all(KEYS.open(box) == who for box in boxes)
    assert not any(who.bytes in box for box in boxes)
    with pytest.raises(ClaimBoxError):
        ClaimKeys(new_claim_keys()).open(boxes.pop())
    with pytest.raises(ClaimBoxError):
        KEYS.open(b"short")


def test_old_keys_still_open_old_boxes() -> None:
    old, new = new_claim_keys(), new_claim_keys()
    box = ClaimKeys(old).seal(UUID(int=7))
    assert ClaimKeys(new + old).open(box) == UUID(int=7)


@pytest.mark.parametrize("file", [b"", b"# nothing\n", b"x25519 12\n", b"\xff\n", new_claim_keys() + b"more\n"])
def test_a_file_of_other_lines_is_refused(file: bytes) -> None:
    with pytest.raises(ClaimKeysError):
        ClaimKeys(file)


def test_a_box_that_cannot_be_opened_stops_the_payment(purse: Purse) -> None:
    claimed(purse, accepted(purse)[1])
    purse.days_pass(WAIT_DAYS_MAX)
    with pytest.raises(ClaimBoxError):
        earnings.pay_claims(purse.session, keys=ClaimKeys(new_claim_keys()), now=purse.at)
