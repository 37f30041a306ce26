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

POST = """
CREATE FUNCTION ledger_post(
    ids uuid[], kinds text[], descriptions text[], actors text[], occurred timestamptz[], reverses uuid[],
    line_entries uuid[], line_numbers smallint[], line_accounts bigint[], line_assets text[], line_lots text[],
    line_sides text[], line_amounts bigint[]
) RETURNS timestamptz LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    latest timestamptz;
    bounded_accounts bigint;
    moved bigint;
    written timestamptz;
BEGIN
    -- One total order for everybody, shared accounts last. Unbounded accounts take no lock.
    SELECT max(locked.recorded_at), count(*) INTO latest, bounded_accounts
    FROM (
        SELECT accounts.recorded_at FROM accounts
        WHERE id = ANY (line_accounts) AND bounded ORDER BY shared, id FOR NO KEY UPDATE
    ) AS locked;
    -- The clock is read after the last lock, and never runs backwards for an account.
    written := greatest(clock_timestamp(), latest);

    UPDATE accounts AS account
    SET balance = account.balance + change.amount, seq = account.seq + change.postings, recorded_at = written
    FROM (
        SELECT held.id, count(*) AS postings,
            sum(CASE WHEN line.side = held.normal_side THEN line.amount ELSE -line.amount END)::bigint AS amount
        FROM unnest(line_accounts, line_assets, line_sides, line_amounts) AS line (account_id, asset, side, amount)
        JOIN accounts AS held ON held.id = line.account_id AND held.asset = line.asset AND held.bounded
        GROUP BY held.id
    ) AS change
    WHERE account.id = change.id
        AND account.balance + change.amount >= 0
        AND (account.state = 'open'
            OR (account.state = 'frozen' AND change.amount >= 0)
            OR (account.state = 'closing' AND change.amount <= 0));
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> bounded_accounts THEN
        PERFORM ledger_refuse(line_accounts, line_assets, line_sides, line_amounts);
    END IF;

    MERGE INTO account_lots AS held
    USING (
        SELECT account.id, line.lot,
            sum(CASE WHEN line.side = account.normal_side THEN line.amount ELSE -line.amount END)::bigint AS amount
        FROM unnest(line_accounts, line_lots, line_sides, line_amounts) AS line (account_id, lot, side, amount)
        JOIN accounts AS account ON account.id = line.account_id AND account.bounded
        WHERE line.lot <> ''
        GROUP BY account.id, line.lot
    ) AS change
    ON held.account_id = change.id AND held.lot = change.lot
    WHEN MATCHED THEN UPDATE SET balance = held.balance + change.amount
    WHEN NOT MATCHED THEN INSERT (account_id, lot, balance) VALUES (change.id, change.lot, change.amount);

    INSERT INTO journal_entries (id, kind, description, actor, occurred_at, recorded_at, reverses_id)
    SELECT entry.id, entry.kind, entry.description, entry.actor, entry.occurred_at, written, entry.reverses_id
    FROM unnest(ids, kinds, descriptions, actors, occurred, reverses)
        AS entry (id, kind, description, actor, occurred_at, reverses_id);

    INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)
    SELECT line.entry_id, line.line, line.account_id, line.asset, line.lot, line.side, line.amount,
        CASE WHEN account.bounded THEN
            account.seq - count(*) OVER everything + row_number() OVER so_far
        END,
        CASE WHEN account.bounded THEN
            account.balance - (sum(signed.amount) OVER everything)::bigint + (sum(signed.amount) OVER so_far)::bigint
        END
    FROM unnest(line_entries, line_numbers, line_accounts, line_assets, line_lots, line_sides, line_amounts)
        WITH ORDINALITY AS line (entry_id, line, account_id, asset, lot, side, amount, place)
    JOIN accounts AS account ON account.id = line.account_id AND account.asset = line.asset
    CROSS JOIN LATERAL (
        SELECT CASE WHEN line.side = account.normal_side THEN line.amount ELSE -line.amount END AS amount
    ) AS signed
    WINDOW everything AS (PARTITION BY line.account_id),
        so_far AS (PARTITION BY line.account_id ORDER BY line.place ROWS UNBOUNDED PRECEDING);
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(line_accounts) THEN
        PERFORM ledger_refuse(line_accounts, line_assets, line_sides, line_amounts);
    END IF;
    RETURN written;
END $$
"""

# Looks up which account it was, on the way out only.
REFUSE = """
CREATE FUNCTION ledger_refuse(
    line_accounts bigint[], line_assets text[], line_sides text[], line_amounts bigint[]
) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    refused record;
BEGIN
    SELECT line.account_id, account.state, account.balance, account.bounded, account.id IS NULL AS unknown,
        sum(CASE WHEN line.side = account.normal_side THEN line.amount ELSE -line.amount END) AS amount
    INTO refused
    FROM unnest(line_accounts, line_assets, line_sides, line_amounts) AS line (account_id, asset, side, amount)
    LEFT JOIN accounts AS account ON account.id = line.account_id AND account.asset = line.asset
    GROUP BY line.account_id, account.state, account.balance, account.bounded, account.id
    HAVING account.id IS NULL
        OR (account.bounded AND NOT (account.state = 'open'
            OR (account.state = 'frozen'
                AND sum(CASE WHEN line.side = account.normal_side THEN line.amount ELSE -line.amount END) >= 0)
            OR (account.state = 'closing'
                AND sum(CASE WHEN line.side = account.normal_side THEN line.amount ELSE -line.amount END) <= 0)))
        OR (account.bounded AND account.balance
            + sum(CASE WHEN line.side = account.normal_side THEN line.amount ELSE -line.amount END) < 0)
    ORDER BY (account.id IS NULL) DESC, (account.state <> 'open') DESC, line.account_id
    LIMIT 1;
    IF refused.unknown THEN
        RAISE EXCEPTION 'unknown account' USING ERRCODE = 'LG001', DETAIL = refused.account_id;
    ELSIF refused.state <> 'open' THEN
        RAISE EXCEPTION 'account is %', refused.state
            USING ERRCODE = 'LG002', DETAIL = refused.account_id || '|' || refused.state;
    END IF;
    RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'LG003', DETAIL = refused.account_id || '|';
END $$
"""

POSTGRESQL = (
    LOCK_LOTS,
    REFUSE,
    POST,
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
    SELECT entry_id INTO bad FROM (SELECT entry_id, count(*) AS lines FROM written GROUP BY entry_id) AS counted
    WHERE lines <> (SELECT count(*) FROM postings WHERE postings.entry_id = counted.entry_id) LIMIT 1;
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
    "DROP FUNCTION ledger_post(uuid[], text[], text[], text[], timestamptz[], uuid[], uuid[], smallint[], bigint[],"
    " text[], text[], text[], bigint[])",
    "DROP FUNCTION ledger_refuse(bigint[], text[], text[], bigint[])",
    "DROP FUNCTION ledger_lock_lots(bigint[])",
)

SQLITE = (
    *(
        f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
        for table in ("journal_entries", "postings")
        for event in ("UPDATE", "DELETE")
    ),
    # Postings come before their entry, so a standing entry takes no more of them.
    """
CREATE TRIGGER postings_refuse_standing_entry BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM journal_entries WHERE id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'the entry already stands'); END
""",
    """
CREATE TRIGGER journal_entries_balance BEFORE INSERT ON journal_entries BEGIN
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
