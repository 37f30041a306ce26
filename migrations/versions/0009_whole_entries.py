"""PostgreSQL looks for the entries and accounts of new postings all at once, and locks none of them for it.

Foreign keys asked posting by posting, and each time locked the row they found: the one row of `issued`, too, for which
nobody is to queue, and they took a quarter of what a list of entries costs the server. Entries are never deleted, and
accounts are not from now on, so it is enough to ask when postings come: for all of them, in the trigger that sees
whether they balance. SQLite, which checks a key while it has the row at hand, keeps the keys.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

POSTINGS_BALANCE = """
CREATE OR REPLACE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
-- Looked up by key: a plan made while the tables were small must not go on to read all of them.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bad uuid;
    place text;
BEGIN
    SELECT entry_id INTO bad FROM written GROUP BY entry_id, asset
    HAVING sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance', bad USING ERRCODE = 'LG010';
    END IF;
    -- Scalar subqueries: for an EXISTS the planner may think of reading all entries into a table of its own first.
    SELECT entry_id INTO bad FROM written GROUP BY entry_id
    HAVING min(line) <> 1
        OR (SELECT journal_entries.id FROM journal_entries WHERE journal_entries.id = entry_id) IS NULL
        OR NOT bool_and(
            coalesce((SELECT accounts.asset FROM accounts WHERE accounts.id = account_id) = written.asset, false)
        )
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- Which of them it was is looked up on the way out only.
    SELECT account_id::text INTO place FROM written
    WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = account_id AND accounts.asset = written.asset)
    ORDER BY account_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no account % of that asset', place USING ERRCODE = 'LG014', DETAIL = place;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM journal_entries WHERE id = bad) THEN
        RAISE EXCEPTION 'entry % of a posting does not stand', bad USING ERRCODE = 'LG013';
    END IF;
    -- Every entry's postings begin at line 1 in the one statement that brings them, and the primary key lets that be
    -- only once: a standing entry takes no more of them.
    RAISE EXCEPTION 'entry % already stands', bad USING ERRCODE = 'LG011';
END $$
"""

# As 0002 made it.
POSTINGS_BALANCE_BEFORE = """
CREATE OR REPLACE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
"""

# What the keys kept from the other side, and more: an account is closed, never deleted.
ACCOUNT_STAYS = """
CREATE FUNCTION ledger_account_stays() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'accounts stay, in their asset: % refused', TG_OP USING ERRCODE = 'LG015';
END $$
"""
ACCOUNTS_STAY = """
CREATE TRIGGER accounts_stay BEFORE DELETE OR TRUNCATE OR UPDATE OF id, asset ON accounts
FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_stays()
"""
ON_SQLITE = tuple(
    f"CREATE TRIGGER accounts_stay_{event.split()[0].lower()} BEFORE {event} ON accounts"
    " BEGIN SELECT RAISE(ABORT, 'accounts stay, in their asset'); END"
    for event in ("DELETE", "UPDATE OF id, asset")
)

ENTRIES = "fk_postings_entry_id_journal_entries"
ACCOUNTS = "fk_postings_account_id_asset_accounts"


def upgrade() -> None:
    """Let triggers keep what the keys kept, and drop the keys."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in ON_SQLITE:
            op.execute(statement)
        return
    for statement in (POSTINGS_BALANCE, ACCOUNT_STAYS, ACCOUNTS_STAY):
        op.execute(statement)
    for key in (ENTRIES, ACCOUNTS):
        op.drop_constraint(key, "postings", type_="foreignkey")


def downgrade() -> None:
    """Make the keys anew, and drop the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER accounts_stay_update")
        op.execute("DROP TRIGGER accounts_stay_delete")
        return
    op.create_foreign_key(ACCOUNTS, "postings", "accounts", ["account_id", "asset"], ["id", "asset"])
    op.create_foreign_key(
        ENTRIES, "postings", "journal_entries", ["entry_id"], ["id"], deferrable=True, initially="DEFERRED"
    )
    op.execute("DROP TRIGGER accounts_stay ON accounts")
    op.execute("DROP FUNCTION ledger_account_stays()")
    op.execute(POSTINGS_BALANCE_BEFORE)
