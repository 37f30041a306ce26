"""What the databases themselves enforce: balanced and immutable entries; and PostgreSQL's posting functions.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

# Functions carry the schema they were made in (one community is one schema), so they work from any search path.

LOCK_LOTS = """
CREATE FUNCTION ledger_lock_lots(asked bigint[]) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM accounts WHERE id = ANY (asked) AND bounded ORDER BY shared, id FOR NO KEY UPDATE;
    -- A statement of its own: it sees what the holder of the lock before us wrote.
    RETURN (
        SELECT json_agg(json_build_array(account_id, lot, balance))
        FROM account_lots WHERE account_id = ANY (asked) AND balance > 0
    );
END $$
"""

# A line's amount is positive for a debit and negative for a credit. Lines name their account's asset: where it is
# not so, or there is no such account, the foreign key of the posting refuses it.

# One entry, account by account.
POST_ONE = """
CREATE FUNCTION ledger_post_one(
    new_id uuid, new_kind text, new_description text, new_actor text, occurred timestamptz, reverses uuid,
    line_accounts bigint[], line_assets text[], line_lots text[], line_amounts bigint[]
) RETURNS timestamptz LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    held record;
    amount_moved bigint;
    -- As long as the lines from the start: an array that begins at a later place would be read from its first one.
    seqs bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(line_accounts)]);
    balances bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(line_accounts)]);
    held_ids bigint[];
    held_seqs bigint[];
    held_balances bigint[];
    written timestamptz := '-infinity';
BEGIN
    -- One total order for everybody, shared accounts last. Unbounded accounts take no lock and keep no total.
    FOR held IN
        SELECT id, normal_side = 'debit' AS raised_by_debits, state, balance, seq, recorded_at
        FROM accounts WHERE id = ANY (line_accounts) AND bounded ORDER BY shared, id FOR NO KEY UPDATE
    LOOP
        IF held.state <> 'open' THEN
            -- Asked first: a frozen account is refused as frozen, whether it holds enough or not.
            SELECT sum(CASE WHEN held.raised_by_debits THEN line.amount ELSE -line.amount END) INTO amount_moved
            FROM unnest(line_accounts, line_amounts) AS line (account_id, amount) WHERE line.account_id = held.id;
            IF NOT (held.state = 'frozen' AND amount_moved >= 0) AND NOT (held.state = 'closing' AND amount_moved <= 0)
            THEN
                RAISE EXCEPTION 'account is %', held.state
                    USING ERRCODE = 'LG002', DETAIL = held.id || '|' || held.state;
            END IF;
        END IF;
        FOR place IN 1 .. cardinality(line_accounts) LOOP
            CONTINUE WHEN line_accounts[place] <> held.id;
            amount_moved := CASE WHEN held.raised_by_debits THEN line_amounts[place] ELSE -line_amounts[place] END;
            held.balance := held.balance + amount_moved;
            held.seq := held.seq + 1;
            seqs[place] := held.seq;
            balances[place] := held.balance;
            IF line_lots[place] <> '' THEN
                UPDATE account_lots SET balance = balance + amount_moved
                WHERE account_id = held.id AND lot = line_lots[place];
                IF NOT FOUND THEN
                    INSERT INTO account_lots (account_id, lot, balance)
                    VALUES (held.id, line_lots[place], amount_moved);
                END IF;
            END IF;
        END LOOP;
        IF held.balance < 0 THEN
            RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'LG003', DETAIL = held.id || '|';
        END IF;
        held_ids := held_ids || held.id;
        held_seqs := held_seqs || held.seq;
        held_balances := held_balances || held.balance;
        written := greatest(written, held.recorded_at);
    END LOOP;
    -- The clock is read after the last lock, and never runs backwards for an account.
    written := greatest(clock_timestamp(), written);

    FOR place IN 1 .. coalesce(cardinality(held_ids), 0) LOOP
        UPDATE accounts SET balance = held_balances[place], seq = held_seqs[place], recorded_at = written
        WHERE id = held_ids[place];
    END LOOP;
    INSERT INTO journal_entries (id, kind, description, actor, occurred_at, recorded_at, reverses_id)
    VALUES (new_id, new_kind, new_description, new_actor, occurred, written, reverses);
    INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)
    SELECT new_id, line.place, line.account_id, line.asset, line.lot,
        CASE WHEN line.amount > 0 THEN 'debit' ELSE 'credit' END, abs(line.amount), line.seq, line.balance_after
    FROM unnest(line_accounts, line_assets, line_lots, line_amounts, seqs, balances)
        WITH ORDINALITY AS line (account_id, asset, lot, amount, seq, balance_after, place);
    RETURN written;
END $$
"""

# A list of entries, set by set.
POST_MANY = """
CREATE FUNCTION ledger_post_many(
    ids uuid[], kinds text[], descriptions text[], actors text[], occurred timestamptz[], reverses uuid[],
    line_entries int[], line_numbers smallint[],
    line_accounts bigint[], line_assets text[], line_lots text[], line_amounts bigint[]
) RETURNS timestamptz LANGUAGE plpgsql SET search_path FROM CURRENT
-- Accounts and lots are looked up by key: a plan made while the tables were small must not go on to read all of them.
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_nestloop = on SET enable_seqscan = off AS $$
DECLARE
    latest timestamptz;
    bounded_accounts bigint;
    moved bigint;
    refused record;
    written timestamptz;
BEGIN
    -- One total order for everybody, shared accounts last. Unbounded accounts take no lock.
    SELECT max(locked.recorded_at), count(*) INTO latest, bounded_accounts
    FROM (
        SELECT accounts.recorded_at FROM accounts
        WHERE id = ANY (line_accounts) AND bounded ORDER BY shared, id FOR NO KEY UPDATE
    ) AS locked;
    -- The clock is read after the last lock, and never runs backwards for an account.
    -- Later than all of them, so that it tells below which accounts were moved.
    written := greatest(clock_timestamp(), latest + interval '1 microsecond');

    UPDATE accounts AS account
    SET balance = account.balance + CASE account.normal_side WHEN 'debit' THEN change.amount ELSE -change.amount END,
        seq = account.seq + change.postings, recorded_at = written
    FROM (
        SELECT line.account_id, sum(line.amount)::bigint AS amount, count(*) AS postings
        FROM unnest(line_accounts, line_amounts) AS line (account_id, amount) GROUP BY line.account_id
    ) AS change
    WHERE account.id = change.account_id AND account.bounded
        AND account.balance + CASE account.normal_side WHEN 'debit' THEN change.amount ELSE -change.amount END >= 0
        AND (account.state = 'open'
            OR (account.state = 'frozen'
                AND CASE account.normal_side WHEN 'debit' THEN change.amount ELSE -change.amount END >= 0)
            OR (account.state = 'closing'
                AND CASE account.normal_side WHEN 'debit' THEN change.amount ELSE -change.amount END <= 0));
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> bounded_accounts THEN
        -- Which one it was is looked up on the way out only.
        SELECT account.id, account.state,
            account.state <> 'open' AND NOT (account.state = 'frozen' AND change.amount >= 0)
                AND NOT (account.state = 'closing' AND change.amount <= 0) AS forbidden
        INTO refused
        FROM accounts AS account CROSS JOIN LATERAL (
            SELECT sum(CASE account.normal_side WHEN 'debit' THEN line.amount ELSE -line.amount END) AS amount
            FROM unnest(line_accounts, line_amounts) AS line (account_id, amount) WHERE line.account_id = account.id
        ) AS change
        WHERE account.id = ANY (line_accounts) AND account.bounded AND account.recorded_at IS DISTINCT FROM written
        ORDER BY forbidden DESC, account.shared, account.id LIMIT 1;
        IF refused.forbidden THEN
            RAISE EXCEPTION 'account is %', refused.state
                USING ERRCODE = 'LG002', DETAIL = refused.id || '|' || refused.state;
        END IF;
        RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'LG003', DETAIL = refused.id || '|';
    END IF;

    MERGE INTO account_lots AS held
    USING (
        SELECT account.id, change.lot,
            CASE account.normal_side WHEN 'debit' THEN change.amount ELSE -change.amount END AS amount
        FROM (
            SELECT line.account_id, line.lot, sum(line.amount)::bigint AS amount
            FROM unnest(line_accounts, line_lots, line_amounts) AS line (account_id, lot, amount)
            WHERE line.lot <> '' GROUP BY line.account_id, line.lot
        ) AS change
        JOIN accounts AS account ON account.id = change.account_id AND account.bounded
    ) AS change
    ON held.account_id = change.id AND held.lot = change.lot
    WHEN MATCHED THEN UPDATE SET balance = held.balance + change.amount
    WHEN NOT MATCHED THEN INSERT (account_id, lot, balance) VALUES (change.id, change.lot, change.amount);

    INSERT INTO journal_entries (id, kind, description, actor, occurred_at, recorded_at, reverses_id)
    SELECT entry.id, entry.kind, entry.description, entry.actor, entry.occurred_at, written, entry.reverses_id
    FROM unnest(ids, kinds, descriptions, actors, occurred, reverses)
        AS entry (id, kind, description, actor, occurred_at, reverses_id);

    -- Each account is looked up once for the whole list, however many lines it has and however many versions of its row
    -- a long transaction keeps. Then the lines are joined to these few rows, not to the table, so by a hash.
    PERFORM set_config('enable_hashjoin', 'on', true), set_config('enable_nestloop', 'off', true);
    INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)
    WITH touched AS MATERIALIZED (
        SELECT id, normal_side, balance, seq FROM accounts WHERE id = ANY (line_accounts) AND bounded
    )
    SELECT ids[line.entry], line.line, line.account_id, line.asset, line.lot,
        CASE WHEN line.amount > 0 THEN 'debit' ELSE 'credit' END, abs(line.amount),
        -- The account's row is already at the end of the list: count back to each posting. Unbounded ones have neither.
        account.seq + 1 - row_number() OVER later,
        account.balance - (CASE account.normal_side WHEN 'debit' THEN 1 ELSE -1 END)
            * (sum(line.amount) OVER later - line.amount)::bigint
    FROM unnest(line_entries, line_numbers, line_accounts, line_assets, line_lots, line_amounts)
        WITH ORDINALITY AS line (entry, line, account_id, asset, lot, amount, place)
    LEFT JOIN touched AS account ON account.id = line.account_id
    WINDOW later AS (PARTITION BY line.account_id ORDER BY line.place DESC ROWS UNBOUNDED PRECEDING);
    RETURN written;
END $$
"""

POSTGRESQL = (
    LOCK_LOTS,
    POST_ONE,
    POST_MANY,
    # Nothing is ever updated or deleted in the books.
    """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'the books are append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LG009';
END $$
""",
    """
CREATE TRIGGER journal_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
""",
    """
CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
""",
    # The postings of an entry come in one statement, all of them, and balance.
    """
CREATE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    bad uuid;
BEGIN
    SELECT entry_id INTO bad FROM written GROUP BY entry_id, asset
    HAVING sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance', bad USING ERRCODE = 'LG010';
    END IF;
    -- Every entry's postings begin at line 1 in the one statement that brings them, and the primary key lets that be
    -- only once: a standing entry takes no more of them.
    SELECT entry_id INTO bad FROM written GROUP BY entry_id HAVING min(line) <> 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % already stands', bad USING ERRCODE = 'LG011';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER postings_balance AFTER INSERT ON postings REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_balance()
""",
    """
CREATE FUNCTION ledger_entry_has_postings() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM postings WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'entry % has no postings', NEW.id USING ERRCODE = 'LG012';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE CONSTRAINT TRIGGER journal_entries_have_postings AFTER INSERT ON journal_entries
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_has_postings()
""",
)

POSTGRESQL_DOWN = (
    "DROP TRIGGER journal_entries_have_postings ON journal_entries",
    "DROP TRIGGER postings_balance ON postings",
    "DROP TRIGGER postings_append_only ON postings",
    "DROP TRIGGER journal_entries_append_only ON journal_entries",
    "DROP FUNCTION ledger_entry_has_postings()",
    "DROP FUNCTION ledger_postings_balance()",
    "DROP FUNCTION ledger_is_append_only()",
    "DROP FUNCTION ledger_post_many",
    "DROP FUNCTION ledger_post_one",
    "DROP FUNCTION ledger_lock_lots",
)

SQLITE = (
    *(
        f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
        for table in ("journal_entries", "postings")
        for event in ("UPDATE", "DELETE")
    ),
    # Postings come before their entry, so a standing entry takes no more of them. INSERT OR REPLACE would delete what
    # is in its way without firing the trigger on deletions, hence the second conditions here and below.
    """
CREATE TRIGGER postings_refuse_standing_entry BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM journal_entries WHERE id = NEW.entry_id)
    OR EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the entry already stands'); END
""",
    """
CREATE TRIGGER journal_entries_balance BEFORE INSERT ON journal_entries BEGIN
    SELECT RAISE(ABORT, 'the entry already stands')
    WHERE EXISTS (SELECT 1 FROM journal_entries WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'the entry was reversed before')
    WHERE EXISTS (SELECT 1 FROM journal_entries WHERE reverses_id = NEW.reverses_id);
    SELECT RAISE(ABORT, 'the entry has no postings')
    WHERE NOT EXISTS (SELECT 1 FROM postings WHERE entry_id = NEW.id);
    SELECT RAISE(ABORT, 'the entry does not balance')
    WHERE EXISTS (
        SELECT 1 FROM postings WHERE entry_id = NEW.id GROUP BY asset
        HAVING sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) <> 0
    );
END
""",
)

SQLITE_DOWN = (
    "DROP TRIGGER journal_entries_balance",
    "DROP TRIGGER postings_refuse_standing_entry",
    "DROP TRIGGER postings_refuse_delete",
    "DROP TRIGGER postings_refuse_update",
    "DROP TRIGGER journal_entries_refuse_delete",
    "DROP TRIGGER journal_entries_refuse_update",
)


def upgrade() -> None:
    """Create the functions and triggers of the database at hand."""
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Drop them again."""
    for statement in POSTGRESQL_DOWN if op.get_bind().dialect.name == "postgresql" else SQLITE_DOWN:
        op.execute(statement)
