"""Contestants that read: one owner's balance and statement, after a short and after a very long history."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, text
from sqlalchemy.orm import Session

import ledger
from bench.racing import Contestant, Step
from bench.worlds import LOT, engine_of, settle_statistics
from ledger import Asset, Side

SHORT, LONG = 1_000, 1_000_000
PAGE = 50
_AT_ONCE = 50_000

_BALANCE = text("SELECT balance FROM accounts WHERE id = :account")
_STATEMENT = text(
    "SELECT posting.seq, posting.entry_id, posting.side, posting.amount, posting.balance_after, entry.kind,"
    " entry.description, entry.actor, entry.occurred_at, entry.recorded_at,"
    " (SELECT min(account.code) FROM postings AS other JOIN accounts AS account ON account.id = other.account_id"
    "  WHERE other.entry_id = posting.entry_id AND other.account_id <> posting.account_id) AS counter_code"
    " FROM postings AS posting JOIN journal_entries AS entry ON entry.id = posting.entry_id"
    " WHERE posting.account_id = :account ORDER BY posting.seq DESC LIMIT 51"
)


def code_of(postings: int) -> str:
    """Return the code of the owner with so many postings."""
    return f"owner:{postings}"


def write_history(url: str, postings: int) -> None:
    """Give one owner a history of so many postings, as posting would have left it, without posting each; only once."""
    engine = engine_of(url)
    with Session(engine) as session:
        if ledger.find_account_id(session, code_of(postings)) is not None:
            return
        owner = ledger.open_account(session, code=code_of(postings), asset=Asset.PAB, normal_side=Side.CREDIT)
        issued = ledger.account_id(session, "issued")
        connection = session.connection()
        _let_rows_in(connection, allowed=True)
        for begin in range(0, postings, _AT_ONCE):
            entries, lines = [], []
            for seq, recorded_at in _moments(begin + 1, min(begin + _AT_ONCE, postings)):
                entry = ledger.new_id()
                entries.append(
                    {
                        "id": entry,
                        "kind": "award",
                        "actor": "system",
                        "description": "",
                        "occurred_at": recorded_at,
                        "recorded_at": recorded_at,
                    }
                )
                both = {"entry_id": entry, "asset": Asset.PAB, "lot": LOT, "amount": 1}
                lines.append(
                    both | {"line": 1, "account_id": issued, "side": Side.DEBIT, "seq": None, "balance_after": None}
                )
                lines.append(
                    both | {"line": 2, "account_id": owner, "side": Side.CREDIT, "seq": seq, "balance_after": seq}
                )
            for table, rows in (("postings", lines), ("journal_entries", entries)):
                session.execute(insert(ledger.Base.metadata.tables[table]), rows)
        session.execute(
            text("UPDATE accounts SET balance = :postings, seq = :postings WHERE id = :owner"),
            {"postings": postings, "owner": owner},
        )
        _let_rows_in(connection, allowed=False)
        session.commit()
    settle_statistics(engine)
    engine.dispose()


def _moments(first: int, last: int) -> Iterator[tuple[int, datetime]]:
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    for seq in range(first, last + 1):
        yield seq, begin + timedelta(seconds=seq)


def _let_rows_in(connection: Connection, *, allowed: bool) -> None:
    # SQLite's guards cost little a row; PostgreSQL would check a million foreign keys one by one.
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET session_replication_role = {'replica' if allowed else 'origin'}"))


def balance(postings: int) -> tuple[Contestant, Contestant]:
    """Return the contestants for the balance of the owner with so many postings: ours and the limit."""
    return (_Ours("balance", postings), _Limit("balance", postings))


def statement(postings: int) -> tuple[Contestant, Contestant]:
    """Return the contestants for the latest page of the owner's statement: ours and the limit."""
    return (_Ours("statement", postings), _Limit("statement", postings))


class _Ours:
    """Asks through the ledger."""

    def __init__(self, what: str, postings: int) -> None:
        self.what, self.postings = what, postings

    def __call__(self, url: str, _number: int, _clients: int) -> Step:
        session, account = _reader(url, self.postings)

        def read_balance() -> int:
            ledger.balance(session, account)
            return 1

        def read_statement() -> int:
            ledger.statement(session, account, limit=PAGE)
            return 1

        return read_balance if self.what == "balance" else read_statement


class _Limit:
    """Asks by one hand-written SELECT."""

    def __init__(self, what: str, postings: int) -> None:
        self.query, self.postings = _BALANCE if what == "balance" else _STATEMENT, postings

    def __call__(self, url: str, _number: int, _clients: int) -> Step:
        session, account = _reader(url, self.postings)

        def step() -> int:
            session.execute(self.query, {"account": account}).all()
            return 1

        return step


def _reader(url: str, postings: int) -> tuple[Session, int]:
    session = Session(engine_of(url).execution_options(isolation_level="AUTOCOMMIT"))
    return session, ledger.account_id(session, code_of(postings))
