"""Rules of payment codes: random, read from whatever a till sends, limited in number, and stopped by their owner."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import ledger
from payments import (
    CODE_ALPHABET,
    CODE_LENGTH,
    CODE_LIFETIME,
    LIVE_CODES_MAX,
    CodesBlockedError,
    PaymentCode,
    PaymentCodeUnknownError,
    Refusal,
    TooManyLiveCodesError,
    block_codes,
    code_of,
    create_payment_code,
    get_code_block,
    get_payment_code,
    lift_block,
    list_payment_codes,
    live_block,
    normal_code,
    purge_payment_codes,
)
from tests.clock import NOON
from tests.merchants.builders import SECRET, call, code, merchant, paid, pay, resident

CODES = st.text(CODE_ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)
FULL_WIDTH = str.maketrans({chr(half): chr(half + 0xFEE0) for half in range(0x21, 0x7F)})


# --- what a code looks like ------------------------------------------------------------------------------------------


@given(st.uuids())
def test_a_code_is_twelve_characters_without_look_alikes(payment_code_id: UUID) -> None:
    made = code_of(payment_code_id, SECRET)

    assert len(made) == 12
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") - set("IO01")


def test_codes_of_different_ids_differ_and_use_the_whole_alphabet_evenly() -> None:
    made = [code_of(ledger.new_id(), SECRET) for _ in range(5_000)]

    assert len(set(made)) == 5_000
    for place in range(CODE_LENGTH):
        counts = [sum(1 for each in made if each[place] == character) for character in CODE_ALPHABET]
        # 156 each on average; eight standard deviations either way.
        assert min(counts) > 50
        assert max(counts) < 260


def test_only_the_secret_tells_the_code_of_an_id() -> None:
    payment_code_id = ledger.new_id()

    assert code_of(payment_code_id, SECRET) == code_of(payment_code_id, SECRET)
    assert code_of(payment_code_id, SECRET) != code_of(payment_code_id, SECRET[::-1])


def test_the_database_keeps_no_code_only_its_hash(session: Session) -> None:
    made = create_payment_code(session, resident=resident(session), secret=SECRET, now=NOON)
    kept = [getattr(made, column.key) for column in PaymentCode.__table__.columns]

    assert not [value for value in kept if code_of(made.id, SECRET) in str(value)]
    assert len(made.code_hash) == 32


# --- what a till sends -----------------------------------------------------------------------------------------------


@given(CODES)
def test_a_code_reads_as_itself(text: str) -> None:
    assert normal_code(text) == text


@given(CODES, st.sampled_from(["", "\t", "\n", "\r\n", "\r", " ", "\x02", "\x1d", "\u3000", "\ufeff", "\x00"]))
def test_what_a_scanner_gun_adds_at_the_ends_is_no_part_of_the_code(text: str, added: str) -> None:
    assert normal_code(text + added) == normal_code(added + text) == text


@given(CODES)
def test_full_width_and_small_letters_are_the_same_code(text: str) -> None:
    assert normal_code(text.lower()) == text
    assert normal_code(text.translate(FULL_WIDTH)) == text
    assert normal_code(text.lower().translate(FULL_WIDTH)) == text


@given(CODES, st.sampled_from(["-", " ", "\u2013", "\u200b", "\u202e", "\u00a0", ".", "。"]))
def test_what_people_write_between_the_groups_is_no_part_of_the_code(text: str, between: str) -> None:
    assert normal_code(between.join((text[:4], text[4:8], text[8:]))) == text


@given(st.text())
def test_whatever_is_sent_becomes_something_that_can_be_looked_up(text: str) -> None:
    normal = normal_code(text)

    assert all("A" <= character <= "Z" or "0" <= character <= "9" for character in normal)
    assert normal_code(normal) == normal


def test_a_code_can_be_typed_in_groups_and_small_letters(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    shown = code(session, payer)

    typed = f" {shown[:4].lower()}-{shown[4:8].lower()}-{shown[8:].translate(FULL_WIDTH)}\t\r\n"
    assert pay(session, at=shop.id, with_code=typed, amount=100).redemption.refusal is Refusal.CODE_UNKNOWN
    assert pay(session, at=shop.id, with_code=normal_code(typed), amount=100).redemption.refusal is None


@pytest.mark.parametrize(
    "sent", ["", "\ud83d\ude00", "\udcff", "付款码", "A" * 100_000, "' OR 1=1 --", "https://example.com/"]
)
def test_any_other_string_is_a_code_that_nobody_knows(session: Session, sent: str) -> None:
    attempt = pay(session, at=merchant(session).id, with_code=sent, amount=100)

    assert attempt.redemption.refusal is Refusal.CODE_UNKNOWN
    assert attempt.payer == ""


# --- how many live ---------------------------------------------------------------------------------------------------


def test_earlier_codes_stay_valid_until_their_time(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    earlier, later = code(session, payer), code(session, payer, at=NOON + timedelta(seconds=30))

    assert pay(session, at=shop.id, with_code=earlier, amount=100).redemption.refusal is None
    assert pay(session, at=shop.id, with_code=later, amount=100).redemption.refusal is None


def test_at_most_sixty_unspent_codes_live_at_once(session: Session) -> None:
    payer = resident(session)
    for _ in range(LIVE_CODES_MAX):
        code(session, payer)

    with pytest.raises(TooManyLiveCodesError) as refused:
        code(session, payer)
    assert refused.value.live_max == 60
    # Through their last second they live, and make room one moment later.
    with pytest.raises(TooManyLiveCodesError):
        code(session, payer, at=NOON + CODE_LIFETIME)
    assert code(session, payer, at=NOON + CODE_LIFETIME + timedelta(microseconds=1))


def test_a_spent_code_and_another_resident_s_codes_do_not_count(session: Session) -> None:
    payer, other, shop = resident(session, balance=500), resident(session), merchant(session)
    paid(session, payer, shop, 100)
    for _ in range(LIVE_CODES_MAX):
        code(session, payer)

    assert code(session, other)


# --- whose they are --------------------------------------------------------------------------------------------------


def test_a_resident_sees_their_own_codes_only(session: Session) -> None:
    owner, other = resident(session), resident(session)
    made = create_payment_code(session, resident=owner, secret=SECRET, now=NOON)

    assert get_payment_code(session, payment_code_id=made.id, resident_id=owner.id).id == made.id
    with pytest.raises(PaymentCodeUnknownError) as refused:
        get_payment_code(session, payment_code_id=made.id, resident_id=other.id)
    assert refused.value.payment_code_id == made.id
    with pytest.raises(PaymentCodeUnknownError):
        get_payment_code(session, payment_code_id=ledger.new_id(), resident_id=owner.id)


def test_a_resident_s_codes_are_listed_newest_first_and_paged(session: Session) -> None:
    owner, other = resident(session), resident(session)
    made = [create_payment_code(session, resident=owner, secret=SECRET, now=NOON).id for _ in range(3)]
    create_payment_code(session, resident=other, secret=SECRET, now=NOON)
    newest_first = sorted(made, reverse=True)

    def listed(limit: int, before: UUID | None = None) -> list[UUID]:
        return [each.id for each in list_payment_codes(session, resident_id=owner.id, limit=limit, before=before)]

    assert listed(10) == newest_first
    assert listed(2) + listed(2, before=newest_first[1]) == newest_first


def test_making_a_code_remembers_the_call(session: Session) -> None:
    asked = call()

    made = create_payment_code(session, resident=resident(session), secret=SECRET, now=NOON, call=asked)

    assert ledger.recall_call(session, asked) == made.id


# --- the owner's block -----------------------------------------------------------------------------------------------


def test_a_block_stops_the_codes_already_shown(session: Session) -> None:
    payer, other, shop = resident(session, balance=5000), resident(session, balance=5000), merchant(session)
    shown, of_another = code(session, payer), code(session, other)

    block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON)

    assert pay(session, at=shop.id, with_code=shown, amount=100).redemption.refusal is Refusal.CODES_BLOCKED
    assert pay(session, at=shop.id, with_code=of_another, amount=100).redemption.refusal is None


def test_no_code_is_made_while_codes_are_blocked(session: Session) -> None:
    payer = resident(session)
    block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON)

    with pytest.raises(CodesBlockedError) as refused:
        code(session, payer)
    assert refused.value.since == NOON


def test_a_blocked_code_stays_so_after_the_block_is_lifted_and_new_ones_work(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    old = code(session, payer)
    block = block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON)

    lifted = lift_block(session, resident_id=payer.id, actor="resident:1", now=NOON, call=(asked := call()))

    assert lifted is block
    assert (block.lifted_by, block.lifted_at) == ("resident:1", NOON)
    assert ledger.recall_call(session, asked) == block.id
    assert live_block(session, resident_id=payer.id) is None
    assert pay(session, at=shop.id, with_code=old, amount=100).redemption.refusal is Refusal.CODES_BLOCKED
    assert pay(session, at=shop.id, with_code=code(session, payer), amount=100).redemption.refusal is None


def test_blocked_codes_leave_room_for_new_ones(session: Session) -> None:
    payer = resident(session)
    for _ in range(LIVE_CODES_MAX):
        code(session, payer)
    block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON)
    lift_block(session, resident_id=payer.id, actor="resident:1", now=NOON)

    assert code(session, payer)


def test_blocking_again_is_the_same_block(session: Session) -> None:
    payer = resident(session)
    block = block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON)

    again = block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON, call=(asked := call()))

    assert again is block is get_code_block(session, block.id)
    assert ledger.recall_call(session, asked) == block.id


def test_lifting_where_nothing_is_blocked_makes_nothing(session: Session) -> None:
    assert lift_block(session, resident_id=resident(session).id, actor="resident:1", now=NOON, call=call()) is None


# --- the end of codes ------------------------------------------------------------------------------------------------


def test_codes_are_deleted_a_day_after_their_time(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    paid(session, payer, shop, 100)
    code(session, payer, at=NOON + timedelta(seconds=1))
    a_day_later = NOON + CODE_LIFETIME + timedelta(days=1)

    assert purge_payment_codes(session, now=a_day_later) == 0
    assert purge_payment_codes(session, now=a_day_later + timedelta(seconds=1)) == 1
    assert purge_payment_codes(session, now=a_day_later + timedelta(days=1)) == 1
