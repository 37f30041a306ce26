"""A hundred thousand residents are awarded in lists, beside one hand-written INSERT ... SELECT of the same rows."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

import awards
from awards import BatchLine
from bench import racing
from bench.worlds import engine_of, register, settle_statistics

RESIDENTS, LIST, ROUNDS = 100_000, 10_000, 3
OFFICER = "system"
# How many times as long as the limit it may take.
TIMES_MAX = 4.0
_MONEY = 10**9

_LIMIT_TABLES = (
    "CREATE TABLE limit_accounts (id bigint PRIMARY KEY, balance bigint NOT NULL, seq bigint NOT NULL)",
    "CREATE TABLE limit_lots (account_id bigint, lot text, balance bigint NOT NULL, PRIMARY KEY (account_id, lot))",
    "CREATE TABLE limit_entries (LIKE journal_entries INCLUDING INDEXES)",
    "CREATE TABLE limit_postings (LIKE postings INCLUDING INDEXES)",
    "CREATE TABLE limit_awards (LIKE awards INCLUDING INDEXES)",
    "INSERT INTO limit_accounts SELECT available_account_id, 0, 0 FROM residents",
    "INSERT INTO limit_accounts VALUES (0, 1000000000, 0)",
)
_LIMIT = """
WITH made AS MATERIALIZED (
    SELECT gen_random_uuid() AS entry_id, gen_random_uuid() AS award_id, residents.id AS resident_id,
        residents.available_account_id AS account_id, row_number() OVER () AS place, clock_timestamp() AS moment
    FROM residents
), giver AS (
    UPDATE limit_accounts SET balance = balance - (SELECT count(*) FROM made), seq = seq + (SELECT count(*) FROM made)
    WHERE id = 0 RETURNING balance, seq
), taker AS (
    UPDATE limit_accounts SET balance = balance + 1, seq = seq + 1 FROM made WHERE limit_accounts.id = made.account_id
    RETURNING limit_accounts.id, limit_accounts.balance, limit_accounts.seq
), lots AS (
    INSERT INTO limit_lots SELECT account_id, '2099-12-31:peace', 1 FROM made
    ON CONFLICT (account_id, lot) DO UPDATE SET balance = limit_lots.balance + 1
), entries AS (
    INSERT INTO limit_entries (id, kind, description, actor, occurred_at, recorded_at)
    SELECT entry_id, 'award', 'Thanks', 'system', moment, moment FROM made
), granted AS (
    INSERT INTO limit_awards (id, resident_id, fund_code, amount, forced_total, reason, status, entry_id, granted_by,
        granted_at)
    SELECT award_id, resident_id, 'peace', 1, 0, 'Thanks', 'posted', entry_id, 'system', moment FROM made
)
INSERT INTO limit_postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)
SELECT entry_id, 1, 0, 'PAB', 'peace', 'debit', 1, giver.seq - place, giver.balance + place FROM made, giver
UNION ALL
SELECT entry_id, 2, account_id, 'PAB', '2099-12-31:peace', 'credit', 1, taker.seq, taker.balance
FROM made JOIN taker ON taker.id = made.account_id
"""


def run(url: str) -> bool:
    """Award everybody in turn, by lists and by hand; return whether ours is not too far behind."""
    engine = engine_of(url)
    lines = _furnish(engine)

    def by_lists() -> None:
        for begin in range(0, RESIDENTS, LIST):
            with Session(engine) as session:
                awards.award_batch(
                    session,
                    fund_code="peace",
                    reason="Thanks",
                    lines=lines[begin : begin + LIST],
                    actor=OFFICER,
                    now=datetime.now(UTC),
                )
                session.commit()

    def by_hand() -> None:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL enable_seqscan = on"))
            connection.exec_driver_sql(_LIMIT)

    took = [(_seconds(by_hand), _seconds(by_lists)) for _ in range(ROUNDS)]
    engine.dispose()
    limit_s, ours_s = (statistics.median(each) for each in zip(*took, strict=True))
    return racing.report(
        case="award_100000",
        db="postgresql",
        clients=1,
        ours=RESIDENTS / ours_s,
        limit=RESIDENTS / limit_s,
        ratio=statistics.median(by_hand_s / by_lists_s for by_hand_s, by_lists_s in took),
        floor=1 / TIMES_MAX,
        unit="awards/s",
        more={"took_s": round(ours_s, 1), "limit_took_s": round(limit_s, 1)},
    )


def _furnish(engine: Engine) -> list[BatchLine]:
    now = datetime.now(UTC)
    with Session(engine) as session:
        residents = register(session, RESIDENTS, now)
        awards.create_fund(session, code="peace", name="Peace", purpose="Peace", actor=OFFICER, now=now)
        awards.appropriate(session, fund_code="peace", amount=_MONEY, document="1", actor=OFFICER, now=now)
        lines = [BatchLine(resident.id, 1) for resident in residents]
        for statement in _LIMIT_TABLES:
            session.execute(text(statement))
        session.commit()
    settle_statistics(engine)
    return lines


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
