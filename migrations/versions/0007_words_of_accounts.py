"""PostgreSQL asks for the words of an account where they are written, not at each of its postings.

A CHECK is read and planned anew by every statement that touches its table, whichever column that changes. Those over
lists of words took a seventh of what posting an entry cost the server.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

WORDS = {
    "asset": ("ck_accounts_asset_known", ("PAB", "MIN", "DUTY", "CNY")),
    "normal_side": ("ck_accounts_side_known", ("debit", "credit")),
    "state": ("ck_accounts_accountstate_known", ("open", "frozen", "closing", "closed")),
}


def condition(column: str, words: tuple[str, ...]) -> str:
    """Return the SQL that a column holds one of some words."""
    return f"{column} IN ({', '.join(map(repr, words))})"


def refusals() -> str:
    """Return the statements that refuse, as the CHECK of that name would, an account with an unknown word."""
    return "".join(
        f"""
    IF NOT NEW.{condition(column, words)} THEN
        RAISE EXCEPTION 'an account breaks {name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;"""
        for column, (name, words) in WORDS.items()
    )


FUNCTION = f"""
CREATE FUNCTION ledger_words_of_accounts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN{refusals()}
    RETURN NEW;
END $$
"""

TRIGGER = f"""
CREATE TRIGGER accounts_words BEFORE INSERT OR UPDATE OF {", ".join(WORDS)} ON accounts
FOR EACH ROW EXECUTE FUNCTION ledger_words_of_accounts()
"""

# A posting's asset is its account's, by the foreign key over both.
POSTINGS_ASSET = "ck_postings_asset_known"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(FUNCTION)
    op.execute(TRIGGER)
    for name, _ in WORDS.values():
        op.drop_constraint(op.f(name), "accounts", type_="check")
    op.drop_constraint(op.f(POSTINGS_ASSET), "postings", type_="check")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for column, (name, words) in WORDS.items():
        op.create_check_constraint(op.f(name), "accounts", condition(column, words))
    asset, words = "asset", WORDS["asset"][1]
    op.create_check_constraint(op.f(POSTINGS_ASSET), "postings", condition(asset, words))
    op.execute("DROP TRIGGER accounts_words ON accounts")
    op.execute("DROP FUNCTION ledger_words_of_accounts()")
