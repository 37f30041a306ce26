"""PostgreSQL looks for the entries of new postings all at once, not posting by posting.

A foreign key asks and locks the entry's row anew for each of its postings, which took a fifth of what a list of entries
costs. Entries are never deleted or renamed, so it is enough to ask when postings come: for all of them, in the trigger
that sees whether they balance.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

# As 0002 made it, and what is new in it.
POSTINGS_BALANCE = """
CREATE OR REPLACE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
{settings}AS $$
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
{entries}    RETURN NULL;
END $$
"""

# Looked up by key: a plan made while the table was small must not go on to read all of it.
SETTINGS = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off "
ENTRIES_STAND = """\
    SELECT entry_id INTO bad FROM written
    WHERE line = 1 AND NOT EXISTS (SELECT 1 FROM journal_entries WHERE id = entry_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % of a posting does not stand', bad USING ERRCODE = 'LG013';
    END IF;
"""

KEY = "fk_postings_entry_id_journal_entries"


def upgrade() -> None:
    """Let the trigger ask for the entries, and drop the key."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTINGS_BALANCE.format(settings=SETTINGS, entries=ENTRIES_STAND))
        op.drop_constraint(KEY, "postings", type_="foreignkey")


def downgrade() -> None:
    """Make the key anew, and take the question out of the trigger."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            KEY, "postings", "journal_entries", ["entry_id"], ["id"], deferrable=True, initially="DEFERRED"
        )
        op.execute(POSTINGS_BALANCE.format(settings="", entries=""))
