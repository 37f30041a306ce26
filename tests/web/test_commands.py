"""The commands of the flask program."""

import functools
import re
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text

import awards
import ledger
import people
from people import Role
from tests.ledger.tampering import change_entry, first_entry, take_the_guards_away
from tests.web.world import TOWN, World, problem
from web.commands import books, jobs
from web.extensions import db


def run(world: World, *arguments: str) -> Result:
    """Run a command of the application."""
    return world.app.test_cli_runner().invoke(args=arguments)


def audited(world: World) -> list[str]:
    """Return the lines of an audit that finds nothing."""
    proved = run(world, "books", "audit")
    assert proved.exit_code == 0, proved.output
    return proved.stdout.splitlines()


def test_a_key_is_printed_once_and_alone(world: World) -> None:
    made = run(world, "keys", "create", "--role", "administrator", "--name", "Boss")
    assert made.exit_code == 0
    assert re.fullmatch(r"[0-9a-f]{64}\n", made.stdout)
    assert world.get("/residents", made.stdout.strip()).status_code == 200


def test_keys_bear_the_place_they_are_made_for(world: World) -> None:
    resident, shop = world.resident(), world.shop("M01")
    for arguments, path in (
        (("--role", "resident", "--resident", resident.number), f"/residents/{resident.id}/balances"),
        (("--role", "till", "--merchant", "M01"), "/redemptions"),
        (("--role", "merchant_owner", "--merchant", "M01"), "/merchants/M01/namings"),
        (("--role", "administrator", "--unit", TOWN), "/residents"),
    ):
        key = run(world, "keys", "create", "--name", "x", *arguments).stdout.strip()
        assert world.get(path, key).status_code == 200, arguments
    assert shop.code == "M01"


def test_keys_of_one_name_are_one_person(world: World) -> None:
    keys = [
        run(world, "keys", "create", "--role", role, "--name", "Li").stdout.strip() for role in ("finance", "finance")
    ]
    world.fund(money=0)
    body = {"amount": 5, "document": "d"}
    movement = world.post("/funds/peace/appropriations", body, keys[0]).get_json()
    answer = world.post(f"/books/entries/{movement['entry_id']}/reversal", {"reason": "x"}, keys[1])
    assert problem(answer) == (403, "same_person")


def test_a_key_that_cannot_be_is_refused_in_words(world: World) -> None:
    for arguments in (
        ("--role", "till"),
        ("--role", "till", "--merchant", "none"),
        ("--role", "resident", "--resident", "123456789"),
        ("--role", "finance", "--unit", "999"),
        ("--role", "finance", "--rate", "0"),
    ):
        refused = run(world, "keys", "create", "--name", "x", *arguments)
        assert refused.exit_code == 1
        assert refused.stdout == ""
        assert refused.stderr.startswith("Error: ")
    assert run(world, "keys", "create", "--name", "x", "--role", "king").exit_code == 2
    unnamed = run(world, "keys", "create", "--name", "   ", "--role", "finance")
    assert (unnamed.exit_code, unnamed.stderr.splitlines()[1:]) == (1, ["name: This field is empty."])


def test_keys_are_listed_and_revoked(world: World) -> None:
    secret = run(world, "keys", "create", "--role", "auditor", "--name", "Old").stdout.strip()
    run(world, "keys", "create", "--role", "till", "--name", "Till", "--merchant", world.shop("M01").code)
    listed = run(world, "keys", "list").stdout
    assert secret not in listed
    assert "\tM01\t" in listed
    line = next(each for each in listed.splitlines() if each.endswith("\tOld"))
    key_id, role, place, _, revoked, _ = line.split("\t")
    assert (role, place, revoked) == ("auditor", "-", "-")
    assert run(world, "keys", "revoke", key_id).exit_code == 0
    world.clock.pass_by(seconds=1)
    assert problem(world.get("/funds", secret)) == (401, "unauthenticated")
    line = next(each for each in run(world, "keys", "list").stdout.splitlines() if each.endswith("\tOld"))
    assert line.split("\t")[4] == "2026-06-01T04:00:00Z"
    assert run(world, "keys", "revoke", str(ledger.new_id())).exit_code == 1


def test_staff_get_an_activation_code(world: World) -> None:
    world.shop("M01")
    for arguments in (("--role", "administrator"), ("--role", "till", "--merchant", "M01")):
        made = run(world, "staff", "create", "--handle", "li", "--name", "Li", *arguments)
        assert made.exit_code == 0
        assert re.fullmatch(r"[A-Z0-9]{5}-[A-Z0-9]{5}\n", made.stdout)
    other = run(world, "staff", "create", "--handle", "li", "--name", "Wang", "--role", "finance")
    assert other.exit_code == 1
    assert "taken" in other.stderr


def test_units_are_loaded_once_and_from_a_file(world: World, tmp_path: Path) -> None:
    assert run(world, "units", "load").stdout.startswith("0 of ")
    file = tmp_path / "units.csv"
    file.write_text(f"code,parent_code,level,name\nG1,{TOWN},grid,Grid\n", encoding="utf-8")
    assert run(world, "units", "load", str(file)).stdout == "1 of 1 units were new or had another name.\n"
    assert world.seen(lambda session: people.get_unit(session, "G1")).name == "Grid"
    file.write_text("code,parent_code,level,name\nG2,none,grid,Grid\n", encoding="utf-8")
    refused = run(world, "units", "load", str(file))
    assert refused.exit_code == 1
    assert "Line 2" in refused.stderr


def test_an_audit_is_one_line_a_check(world: World) -> None:
    world.fund()
    resident = world.resident(balance=100)
    world.paid(world.shop(), resident, 50)
    lines = audited(world)
    assert len(lines) > 10
    assert all(line.startswith("ok  ") for line in lines)
    assert "ok  every fund is covered" in lines


def test_an_audit_that_finds_a_difference_names_it_and_fails(world: World) -> None:
    world.fund()
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE accounts SET balance = balance + 1 WHERE code = 'fund:peace:available'"))
    failed = run(world, "books", "audit")
    assert failed.exit_code == 1
    assert "DIFFERS  " in failed.stdout
    assert "fund:peace:available" in failed.stdout


def test_jobs_seal_what_was_booked_and_the_audit_knows_it_again(world: World) -> None:
    world.fund()
    world.paid(world.shop(), world.resident(balance=100), 50)
    assert "ok  entries waiting for their seal: 3, to be sealed by the next run of jobs" in audited(world)
    assert "entries sealed: 3" in run(world, "jobs", "run").stdout
    assert "entries sealed: 0" in run(world, "jobs", "run").stdout
    assert "ok  entries waiting for their seal: 0, to be sealed by the next run of jobs" in audited(world)
    for check in (
        "every sealed entry is as it was sealed",
        "every head is the root of its leaves",
        "every head is signed and names the one before",
    ):
        assert f"ok  {check}" in audited(world)


def test_an_audit_names_the_sealed_entry_that_was_changed(world: World) -> None:
    world.fund()
    run(world, "jobs", "run")
    with world.app.app_context(), db.session() as session:
        take_the_guards_away(session)
        changed = first_entry(session, "appropriation")
        change_entry(session, changed, description="something else")
        session.commit()
    failed = run(world, "books", "audit")
    assert failed.exit_code == 1
    assert f"DIFFERS  every sealed entry is as it was sealed: entry {changed} is not as it was sealed" in failed.stdout


@pytest.mark.parametrize("form", ["ledger", "beancount", "csv"])
def test_the_books_are_exported(world: World, form: str) -> None:
    world.fund()
    world.resident(balance=100)
    written = run(world, "books", "export", "--format", form)
    assert written.exit_code == 0
    assert "peace" in written.stdout
    assert run(world, "books", "export", "--format", "pdf").exit_code == 2
    assert books.books.name == "books"


def test_jobs_return_what_expired_and_may_run_twice(world: World) -> None:
    world.fund("peace", expiry_rule="on:2026-06-02")
    resident = world.resident(balance=500)
    world.payment_code(resident)
    assert "credits expired: 0 residents, 0 minor units" in run(world, "jobs", "run").stdout
    world.clock.pass_by(days=2)
    first = run(world, "jobs", "run")
    assert first.exit_code == 0
    assert "credits expired: 1 residents, 500 minor units" in first.stdout
    assert "payment codes forgotten: 1" in first.stdout
    assert "credits expired: 0 residents" in run(world, "jobs", "run").stdout
    assert world.get("/funds/peace", world.finance).get_json()["outstanding"] == 0


def test_jobs_count_as_they_go_where_somebody_looks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fund("peace", expiry_rule="on:2026-06-02")
    for _ in range(3):
        world.resident(balance=500)
    world.clock.pass_by(days=2)
    monkeypatch.setattr(jobs, "expire_lots", functools.partial(awards.expire_lots, limit=2))
    told = run(world, "jobs", "run", "--progress")
    assert told.stderr == "credits expired: 2 residents so far\n"
    assert "credits expired: 3 residents, 1500 minor units" in told.stdout
    assert run(world, "jobs", "run", "--no-progress").stderr == ""


def test_the_demo_refuses_where_something_is(world: World) -> None:
    world.key(Role.AUDITOR)
    world.resident()
    refused = run(world, "demo")
    assert refused.exit_code == 1
    assert "Error: " in refused.stderr
