"""Ceilings, counters, the terms on which entries are taken, closed periods and what accounts held at their ends.

Revision ID: 0006
Revises: 0005
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTE_ORDERED_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")

# SQLite adds and drops a CHECK together with its column without making the table anew; PostgreSQL does the same.
CEILING = """
ALTER TABLE accounts ADD COLUMN ceiling BIGINT
CONSTRAINT ck_accounts_balance_within_ceiling CHECK (ceiling IS NULL OR balance <= ceiling)
CONSTRAINT ck_accounts_only_bounded_have_a_ceiling CHECK (ceiling IS NULL OR bounded)
"""

# Whether the books are open for what happened between two instants. It is asked by the statement that writes postings,
# when the transaction is already known to write: who closes a period waits for those that began to write before.
IS_OPEN = """(
        SELECT (terms.closed_until IS NULL OR {earliest} >= terms.closed_until)
            AND (terms.open_days IS NULL OR {earliest} >= (
                date_trunc('day', written AT TIME ZONE terms.time_zone) - make_interval(days => terms.open_days)
            ) AT TIME ZONE terms.time_zone)
            AND (terms.ahead_s IS NULL OR {latest} <= written + make_interval(secs => terms.ahead_s))
        FROM book_terms AS terms ORDER BY terms.number DESC LIMIT 1
    )"""

# Told on the way out only.
REFUSE_INSTANT = """
CREATE FUNCTION ledger_refuse_instant(earliest timestamptz, latest timestamptz, written timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    terms record;
    open_from timestamptz;
    open_until timestamptz;
    told constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
BEGIN
    SELECT * INTO terms FROM book_terms ORDER BY number DESC LIMIT 1;
    open_until := written + make_interval(secs => terms.ahead_s);
    IF latest > open_until THEN
        RAISE EXCEPTION 'the books are open until %', open_until
            USING ERRCODE = 'LG006', DETAIL = to_char(open_until AT TIME ZONE 'UTC', told);
    END IF;
    open_from := greatest(terms.closed_until, (
        date_trunc('day', written AT TIME ZONE terms.time_zone) - make_interval(days => terms.open_days)
    ) AT TIME ZONE terms.time_zone);
    RAISE EXCEPTION 'the books are open from %', open_from
        USING ERRCODE = 'LG005', DETAIL = to_char(open_from AT TIME ZONE 'UTC', told);
END $$
"""

# What is exchanged in the posting functions, piece by piece; each piece stands there once.
POST_ONE = (
    (
        "state, balance, seq, recorded_at\n        FROM accounts",
        "state, balance, ceiling, seq, recorded_at\n        FROM accounts",
    ),
    (
        """
            held.seq := held.seq + 1;
""",
        """
            IF held.balance > held.ceiling THEN
                RAISE EXCEPTION 'ceiling exceeded'
                    USING ERRCODE = 'LG004', DETAIL = held.id || '|' || held.ceiling;
            END IF;
            held.seq := held.seq + 1;
""",
    ),
    # One statement instead of one an account: it wins back what the terms cost.
    (
        """
    FOR place IN 1 .. coalesce(cardinality(held_ids), 0) LOOP
        UPDATE accounts SET balance = held_balances[place], seq = held_seqs[place], recorded_at = written
        WHERE id = held_ids[place];
    END LOOP;
""",
        """
    UPDATE accounts
    SET balance = held_balances[array_position(held_ids, id)], seq = held_seqs[array_position(held_ids, id)],
        recorded_at = written
    WHERE id = ANY (held_ids);
""",
    ),
    (
        """
        WITH ORDINALITY AS line (account_id, asset, lot, amount, seq, balance_after, place);
""",
        f"""
        WITH ORDINALITY AS line (account_id, asset, lot, amount, seq, balance_after, place)
    WHERE {IS_OPEN.format(earliest="occurred", latest="occurred")};
    IF NOT FOUND THEN
        PERFORM ledger_refuse_instant(occurred, occurred, written);
    END IF;
""",
    ),
)
_CHANGE = "CASE account.normal_side WHEN 'debit' THEN change.amount ELSE -change.amount END"
POST_MANY = (
    (
        """
    bounded_accounts bigint;
""",
        """
    bounded_accounts bigint;
    ceilings bigint;
    earliest timestamptz;
    latest_occurred timestamptz;
""",
    ),
    (
        """
    SELECT max(locked.recorded_at), count(*) INTO latest, bounded_accounts
    FROM (
        SELECT accounts.recorded_at FROM accounts
""",
        """
    SELECT max(locked.recorded_at), count(*), count(locked.ceiling) INTO latest, bounded_accounts, ceilings
    FROM (
        SELECT accounts.recorded_at, accounts.ceiling FROM accounts
""",
    ),
    (
        f"""
        AND account.balance + {_CHANGE} >= 0
""",
        f"""
        AND account.balance + {_CHANGE} >= 0
        AND (account.ceiling IS NULL OR account.balance + {_CHANGE} <= account.ceiling)
""",
    ),
    (
        """
        SELECT account.id, account.state,
""",
        """
        SELECT account.id, account.state, account.ceiling,
            account.balance + change.amount > account.ceiling AS above,
""",
    ),
    (
        """
        RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'LG003', DETAIL = refused.id || '|';
""",
        """
        IF refused.above THEN
            RAISE EXCEPTION 'ceiling exceeded'
                USING ERRCODE = 'LG004', DETAIL = refused.id || '|' || refused.ceiling;
        END IF;
        RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'LG003', DETAIL = refused.id || '|';
""",
    ),
    (
        """
    PERFORM set_config('enable_hashjoin', 'on', true), set_config('enable_nestloop', 'off', true);
""",
        """
    PERFORM set_config('enable_hashjoin', 'on', true), set_config('enable_nestloop', 'off', true);
    SELECT min(instant), max(instant) INTO earliest, latest_occurred FROM unnest(occurred) AS each (instant);
""",
    ),
    (
        """
    LEFT JOIN touched AS account ON account.id = line.account_id
    WINDOW later AS (PARTITION BY line.account_id ORDER BY line.place DESC ROWS UNBOUNDED PRECEDING);
""",
        f"""
    LEFT JOIN touched AS account ON account.id = line.account_id
    WHERE {IS_OPEN.format(earliest="earliest", latest="latest_occurred")}
    WINDOW later AS (PARTITION BY line.account_id ORDER BY line.place DESC ROWS UNBOUNDED PRECEDING);
    IF NOT FOUND THEN
        PERFORM ledger_refuse_instant(earliest, latest_occurred, written);
    END IF;
""",
    ),
    (
        """
    RETURN written;
""",
        """
    IF ceilings > 0 THEN
        -- An account that passes its ceiling within the list and comes back is refused, as one that dips below zero is.
        SELECT posting.account_id, posting.ceiling INTO refused FROM (
            SELECT account_id, balance_after, (SELECT ceiling FROM accounts WHERE id = account_id) AS ceiling
            FROM postings WHERE entry_id = ANY (ids)
        ) AS posting
        WHERE posting.balance_after > posting.ceiling ORDER BY posting.account_id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'ceiling exceeded'
                USING ERRCODE = 'LG004', DETAIL = refused.account_id || '|' || refused.ceiling;
        END IF;
    END IF;
    RETURN written;
""",
    ),
)


def exchange(function: str, pieces: tuple[tuple[str, str], ...]) -> None:
    """Define a function anew with these pieces exchanged."""
    found = sa.text("SELECT pg_get_functiondef(to_regproc(:name))")
    definition: str = op.get_bind().execute(found, {"name": function}).scalar_one()
    for old, new in pieces:
        if definition.count(old) != 1:
            raise RuntimeError(f"{function} is not as this migration knows it: {old}")
        definition = definition.replace(old, new)
    op.get_bind().exec_driver_sql(definition.replace("%", "%%"))


def turned(pieces: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return what takes an exchange back."""
    return tuple((new, old) for old, new in reversed(pieces))


def upgrade() -> None:
    op.execute(CEILING)
    op.create_table(
        "counters",
        sa.Column("owner", BYTE_ORDERED_TEXT, nullable=False),
        sa.Column("name", BYTE_ORDERED_TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_counters_total_not_negative")),
        sa.PrimaryKeyConstraint("owner", "name", "day", name=op.f("pk_counters")),
    )
    op.create_index(op.f("ix_counters_day"), "counters", ["day"], unique=False)
    terms = op.create_table(
        "book_terms",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_days", sa.Integer(), nullable=True),
        sa.Column("ahead_s", sa.Integer(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("open_days >= 0", name=op.f("ck_book_terms_open_days_not_negative")),
        sa.CheckConstraint("open_days IS NULL OR time_zone IS NOT NULL", name=op.f("ck_book_terms_days_of_a_zone")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_book_terms")),
    )
    # Until somebody says otherwise the books are open for everything.
    op.bulk_insert(terms, [{"number": 1, "set_by": "system", "set_at": datetime.now(UTC)}])
    op.create_table(
        "closed_periods",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_closed_periods")),
        sa.UniqueConstraint("last_on", name=op.f("uq_closed_periods_last_on")),
    )
    op.create_table(
        "period_statements",
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["period"], ["closed_periods.number"], name=op.f("fk_period_statements_period_closed_periods")
        ),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_period_statements")),
    )
    op.create_table(
        "period_balances",
        sa.Column("account_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_period_balances_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["period"], ["period_statements.period"], name=op.f("fk_period_balances_period_period_statements")
        ),
        sa.PrimaryKeyConstraint("account_id", "period", name=op.f("pk_period_balances")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_INSTANT)
        exchange("ledger_post_one", POST_ONE)
        exchange("ledger_post_many", POST_MANY)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        exchange("ledger_post_many", turned(POST_MANY))
        exchange("ledger_post_one", turned(POST_ONE))
        op.execute("DROP FUNCTION ledger_refuse_instant")
    for table in ("period_balances", "period_statements", "closed_periods", "book_terms", "counters"):
        op.drop_table(table)
    op.execute("ALTER TABLE accounts DROP COLUMN ceiling")
