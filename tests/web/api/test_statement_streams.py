"""Statements while they are written: in pieces, of one moment, in nobody's way, and never whole by accident."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ledger import Asset, NewEntry, PeriodLine, StatementDiffersError, account_id, credit, debit, new_id, post
from tests.web.papers import ENGLISH, FORMS, rows_of
from tests.web.world import Somebody, World, problem
from web.clock import today
from web.extensions import db
from web.statements import PaperForm, account_owner, owners, paper_bytes, papers

LONG = 4_000


@pytest.fixture
def busy(world: World) -> Somebody:
    """Return a resident with a long history."""
    world.clock.at = datetime.now(UTC)
    world.fund(money=1_000_000)
    resident = world.resident()

    def give(session: Session) -> None:
        fund = account_id(session, "fund:peace:available")
        own = account_id(session, f"resident:{resident.id.hex}:available")
        lines = (debit(fund, Asset.PAB, 1, "never:peace"), credit(own, Asset.PAB, 1, "never:peace"))
        post(session, [NewEntry(new_id(), "award", "system", world.clock.at, lines) for _each in range(LONG)])

    world.done(give)
    return resident


def opened(world: World, resident: Somebody, form: str) -> TestResponse:
    """Ask for the resident's statement and read none of it."""
    answer = world.get(f"/residents/{resident.id}/statement.{form}", resident.key, **ENGLISH)
    assert answer.status_code == 200
    return answer


def connections(world: World) -> int:
    """Return how many connections to the database are in use."""
    with world.app.app_context():
        pool: Any = db.engine.pool
        return int(pool.checkedout())


@pytest.mark.parametrize("form", ["csv", "html"])
def test_the_first_piece_comes_before_the_last_row_is_read(world: World, busy: Somebody, form: str) -> None:
    answer = opened(world, busy, form)
    pieces = [len(piece) for piece in answer.response]
    assert len(pieces) > 3
    assert max(pieces) < sum(pieces) / 3
    answer.close()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("read", [0, 1])
def test_a_caller_who_leaves_gives_the_connection_back(world: World, busy: Somebody, form: str, read: int) -> None:
    before = connections(world)
    answer = opened(world, busy, form)
    assert connections(world) == before + 1
    for piece in islice(answer.response, read):
        assert piece
    answer.close()
    assert connections(world) == before


def test_a_statement_is_of_one_moment_and_keeps_nobody_from_writing(world: World, busy: Somebody) -> None:
    answer = opened(world, busy, "csv")
    world.award(busy.id, 7)
    assert world.available(busy) == LONG + 7
    rows = rows_of(answer)
    assert rows[-1] == ["End of the statement", str(LONG)]
    assert rows[-2][-1] == "40.00"


@pytest.mark.parametrize("form", FORMS)
def test_what_breaks_off_does_not_look_whole(
    world: World, busy: Somebody, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = 0

    def shown_lines(session: Session, owner: owners.StatementOwner, lines: Sequence[PeriodLine]) -> Any:
        nonlocal told
        told += len(lines)
        if told == LONG:
            raise StatementDiffersError("an account")
        return owners.shown_lines(session, owner, lines)

    monkeypatch.setattr(papers, "shown_lines", shown_lines)
    got: list[bytes] = []
    with pytest.raises(StatementDiffersError):
        got.extend(broken(world, busy, form))
    whole = b"".join(got)
    assert b"End of the statement" not in whole
    assert b"Closing balance" not in whole.partition(b"<table")[2]
    assert not zipfile.is_zipfile(io.BytesIO(whole))
    assert connections(world) == 0


def broken(world: World, resident: Somebody, form: str) -> Iterator[bytes]:
    """Stream the resident's statement by itself, as far as it goes."""
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        yield from paper_bytes(
            lambda session: account_owner(session, f"resident:{resident.id.hex}"),
            PaperForm(form),
            first_on=world.clock.at.date().replace(day=1),
            last_on=today(),
        )


def test_what_differs_before_the_first_piece_is_told_as_a_problem(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.at = datetime.now(UTC)
    world.fund()
    resident = world.resident(100)

    def shown_lines(*_asked: Any) -> Any:
        raise StatementDiffersError("an account")

    monkeypatch.setattr(papers, "shown_lines", shown_lines)
    for form in FORMS:
        answer = world.get(f"/residents/{resident.id}/statement.{form}", resident.key)
        assert problem(answer) == (500, "statement_differs")
        assert answer.headers["Content-Type"] == "application/problem+json"
