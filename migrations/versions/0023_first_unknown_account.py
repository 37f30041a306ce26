"""Of several accounts that are not there, PostgreSQL names the one with the smallest number, as SQLite does.

It sorted their numbers as texts, where 10 comes before 9.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
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
    SELECT written.account_id::text INTO place FROM written
    WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = account_id AND accounts.asset = written.asset)
    ORDER BY written.account_id LIMIT 1;
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

# As 0009 made it: there the text of the number, which bears the column's name, was what it sorted by.
POSTINGS_BALANCE_BEFORE = POSTINGS_BALANCE.replace("written.account_id", "account_id")


def upgrade() -> None:
    """Sort by number."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTINGS_BALANCE)


def downgrade() -> None:
    """Sort as texts again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTINGS_BALANCE_BEFORE)
