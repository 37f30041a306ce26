"""The limit: what a careful hand would write on a schema with nothing to spare, for each kind of database."""

# Guarded moves of two accounts in one order, a unique key, an entry, and two postings with the balance after.
POSTGRESQL = (
    """
CREATE TABLE limit_accounts (
    id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0), seq bigint NOT NULL DEFAULT 0
)""",
    """
CREATE TABLE limit_entries (
    id uuid PRIMARY KEY, kind text NOT NULL, occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
    key text NOT NULL UNIQUE
)""",
    """
CREATE TABLE limit_postings (
    entry_id uuid NOT NULL, line smallint NOT NULL, account_id bigint NOT NULL, side text NOT NULL,
    amount bigint NOT NULL, seq bigint NOT NULL, balance_after bigint NOT NULL,
    PRIMARY KEY (entry_id, line), UNIQUE (account_id, seq)
)""",
    """
CREATE TABLE limit_codes (
    code_hash bytea PRIMARY KEY, account_id bigint NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz
)""",
    """
CREATE TABLE limit_redemptions (
    id uuid PRIMARY KEY, merchant_id bigint NOT NULL, order_no text NOT NULL, amount bigint NOT NULL,
    entry_id uuid NOT NULL, redeemed_at timestamptz NOT NULL, UNIQUE (merchant_id, order_no)
)""",
    """
CREATE FUNCTION limit_post(
    entry uuid, what text, occurred timestamptz, call_key text, source bigint, target bigint, moved bigint
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    source_balance bigint; source_seq bigint; target_balance bigint; target_seq bigint; written timestamptz;
BEGIN
    IF source > target THEN
        UPDATE limit_accounts SET balance = balance + moved, seq = seq + 1 WHERE id = target
        RETURNING balance, seq INTO target_balance, target_seq;
    END IF;
    UPDATE limit_accounts SET balance = balance - moved, seq = seq + 1 WHERE id = source AND balance >= moved
    RETURNING balance, seq INTO source_balance, source_seq;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'insufficient balance';
    END IF;
    IF source < target THEN
        UPDATE limit_accounts SET balance = balance + moved, seq = seq + 1 WHERE id = target
        RETURNING balance, seq INTO target_balance, target_seq;
    END IF;
    written := clock_timestamp();
    INSERT INTO limit_entries VALUES (entry, what, occurred, written, call_key);
    INSERT INTO limit_postings VALUES
        (entry, 1, source, 'debit', moved, source_seq, source_balance),
        (entry, 2, target, 'credit', moved, target_seq, target_balance);
    RETURN written;
END $$""",
    """
CREATE FUNCTION limit_post_list(
    entries uuid[], what text, occurred timestamptz, keys text[], sources bigint[], targets bigint[], amounts bigint[]
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    written timestamptz;
BEGIN
    PERFORM 1 FROM limit_accounts WHERE id = ANY (sources || targets) ORDER BY id FOR UPDATE;
    written := clock_timestamp();
    INSERT INTO limit_entries
    SELECT entry, what, occurred, written, call_key FROM unnest(entries, keys) AS each (entry, call_key);
    INSERT INTO limit_postings
    SELECT line.entry, line.line, line.account_id, line.side, abs(line.amount), account.seq + row_number() OVER so_far,
        account.balance + sum(line.amount) OVER so_far
    FROM (
        SELECT entry, 1 AS line, source AS account_id, 'debit' AS side, -amount AS amount, place
        FROM unnest(entries, sources, amounts) WITH ORDINALITY AS each (entry, source, amount, place)
        UNION ALL
        SELECT entry, 2, target, 'credit', amount, place
        FROM unnest(entries, targets, amounts) WITH ORDINALITY AS each (entry, target, amount, place)
    ) AS line
    JOIN limit_accounts AS account ON account.id = line.account_id
    WINDOW so_far AS (PARTITION BY line.account_id ORDER BY line.place, line.line ROWS UNBOUNDED PRECEDING);
    UPDATE limit_accounts AS account SET balance = balance + change.amount, seq = seq + change.postings
    FROM (
        SELECT account_id, sum(amount)::bigint AS amount, count(*) AS postings
        FROM (
            SELECT unnest(sources) AS account_id, -unnest(amounts) AS amount
            UNION ALL SELECT unnest(targets), unnest(amounts)
        ) AS lines GROUP BY account_id
    ) AS change
    WHERE account.id = change.account_id;
    RETURN written;
END $$""",
    """
CREATE FUNCTION limit_redeem(
    entry uuid, redemption uuid, hash bytea, merchant bigint, number text, moved bigint, call_key text,
    today timestamptz
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    payer bigint;
BEGIN
    UPDATE limit_codes SET used_at = today WHERE code_hash = hash AND used_at IS NULL AND expires_at > today
    RETURNING account_id INTO payer;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such code';
    END IF;
    INSERT INTO limit_redemptions VALUES (redemption, merchant, number, moved, entry, today);
    RETURN limit_post(entry, 'redemption', today, call_key, payer, merchant, moved);
END $$""",
)

SQLITE = (
    """
CREATE TABLE limit_accounts (
    id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0), seq INTEGER NOT NULL DEFAULT 0
)""",
    """
CREATE TABLE limit_entries (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, occurred_at TEXT NOT NULL, recorded_at TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE
)""",
    """
CREATE TABLE limit_postings (
    entry_id TEXT NOT NULL, line INTEGER NOT NULL, account_id INTEGER NOT NULL, side TEXT NOT NULL,
    amount INTEGER NOT NULL, seq INTEGER NOT NULL, balance_after INTEGER NOT NULL,
    PRIMARY KEY (entry_id, line), UNIQUE (account_id, seq)
)""",
)
