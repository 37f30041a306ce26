"""What the application's own role may do on PostgreSQL where another role owns the schema."""

from sqlalchemy import Connection, text

# The books, and what decides about them, only grow: not even a mistake in the application can change or delete a line.
ONLY_GROWING = (
    *("journal_entries", "postings", "seal_leaves", "seal_nodes", "seal_heads", "tariffs", "report_steps"),
    *("report_ratings", "report_coverings", "call_back_looks", "publications", "publication_photos"),
    *("publication_boxes", "report_moderations", "settlement_lots", "settlement_steps"),
    *("bank_statements", "bank_statement_lines"),
    *("payment_card_steps", "assisted_payments"),
    *("merchant_application_versions", "merchant_application_steps", "naming_renewal_steps"),
    *("shift_uses", "till_shifts", "till_shift_ends", "day_closes", "line_disputes", "line_dispute_answers"),
    *("suspicion_rules", "suspicions", "suspicion_decisions", "suspicion_appeals"),
)


def grant_to_application(connection: Connection, role: str) -> None:
    """Let `role` use every table, sequence and function of the current schema, and only add to the books."""
    schema, database = connection.execute(text("SELECT current_schema(), current_database()")).one()
    quote = connection.dialect.identifier_preparer.quote
    schema, database, role = quote(schema), quote(database), quote(role)
    statements = [
        f"GRANT CONNECT ON DATABASE {database} TO {role}",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
    ]
    for table in ONLY_GROWING:
        statements += [
            f"REVOKE ALL ON {schema}.{table} FROM {role}",
            f"GRANT SELECT, INSERT ON {schema}.{table} TO {role}",
        ]
    for statement in statements:
        connection.execute(text(statement))
