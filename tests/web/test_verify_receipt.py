"""The program for outsiders, run as they run it: on what was downloaded, and on what somebody made of it."""

import copy
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from seals import SealKeys, check_receipt, new_seal_keys, new_seal_salts
from seals.heads import head_text
from seals.keys import key_id_of
from tests.web.world import World
from web.extensions import db
from web.sealing import seal_everything
from web.secret_keys import seal_keys
from web.settings import CHECKOUT

PROGRAM = CHECKOUT / "docs" / "verify_receipt.py"
FORGER = SealKeys(new_seal_keys(), new_seal_salts())


@dataclass
class Downloads:
    """A resident's receipt under head 8, the heads 3 and 8 that an outsider kept, and the proof between them."""

    receipt: Any
    kept: Any
    newest: Any
    consistency: Any


@pytest.fixture
def downloads(world: World) -> Downloads:
    """Download a receipt, two heads and their proof."""
    world.fund()
    resident = world.resident(balance=500)
    entry_id = world.paid(world.shop("M01"), resident, 200)["entry_id"]
    seal(world)
    for amount in range(1, 6):
        world.award(resident.id, amount)
    world.clock.pass_by(hours=1)
    seal(world)
    return Downloads(
        world.get(f"/books/entries/{entry_id}/receipt", resident.key).get_json(),
        world.get("/books/seals/3").get_json(),
        world.get("/books/seals/8").get_json(),
        between(world, 3, 8),
    )


def seal(world: World) -> None:
    with world.app.app_context():
        seal_everything(world.clock.at)


def between(world: World, older: int, newer: int) -> Any:
    """Download the proof between two heads."""
    query: dict[str, Any] = {"from": older, "to": newer}
    return world.get("/books/seals/consistency", **query).get_json()


def verify(folder: Path, receipt: Any, *heads: Any, proofs: tuple[Any, ...] = (), keys: tuple[str, ...] = ()) -> str:
    """Run the program, see that its status fits what it says, and return that."""
    arguments = [written(folder, "receipt", receipt)]
    arguments += [written(folder, f"head{number}", head) for number, head in enumerate(heads)]
    for number, proof in enumerate(proofs):
        arguments += ["--consistency", written(folder, f"proof{number}", proof)]
    for key in keys:
        arguments += ["--key", key]
    # Elsewhere, and isolated: nothing of the project can be imported.
    ended = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    said = ended.stdout if ended.returncode == 0 else ended.stderr
    assert said.startswith("VERIFIED: " if ended.returncode == 0 else "NOT VERIFIED: "), ended.stderr
    assert ended.returncode in {0, 1}
    assert said.count("\n") == 1
    return said.strip()


def written(folder: Path, name: str, value: Any) -> str:
    path = folder / f"{name}.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def signed_by_another(head: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a head that a forger signed with a key of their own."""
    facts = {name: head[name] for name in ("size", "root", "sealed_at", "previous", "salts")} | changes
    said = head_text(**facts, key=FORGER.key_id)
    public_key = FORGER.public_keys[FORGER.key_id].hex()
    return {**head, **facts, "key": FORGER.key_id, "signature": FORGER.sign(said).hex(), "public_key": public_key}


def test_the_program_is_short_and_needs_nothing_of_the_project() -> None:
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_receipt_is_verified_against_heads_that_were_kept(downloads: Downloads, tmp_path: Path) -> None:
    entry_id = downloads.receipt["entry"]["id"]
    verified = f"VERIFIED: entry {entry_id} (redemption) stands under head 8."
    assert verify(tmp_path, downloads.receipt, downloads.newest) == verified
    both = (downloads.newest, downloads.kept)
    assert verify(tmp_path, downloads.receipt, *both, proofs=(downloads.consistency,)) == verified
    assert verify(tmp_path, downloads.receipt, downloads.kept, proofs=(downloads.consistency,)) == verified


def test_proofs_may_lead_there_over_several_heads(world: World, downloads: Downloads, tmp_path: Path) -> None:
    world.fund("school")
    seal(world)
    onward = between(world, 8, 9)
    proofs = (downloads.consistency, onward)
    assert verify(tmp_path, downloads.receipt, downloads.kept, onward["to"], proofs=proofs).startswith("VERIFIED")
    assert "no proof of consistency joins your head [9]" in verify(
        tmp_path, downloads.receipt, downloads.kept, onward["to"], proofs=proofs[:1]
    )


def test_a_receipt_of_all_parts_is_verified_too(world: World, downloads: Downloads, tmp_path: Path) -> None:
    whole = world.get(f"/books/entries/{downloads.receipt['entry']['id']}/receipt", world.auditor).get_json()
    assert verify(tmp_path, whole, downloads.newest).startswith("VERIFIED")


def own_posting(receipt: Any) -> Any:
    return next(part for part in receipt["parts"] if '"account"' in part.get("text", ""))


def more(receipt: Any) -> None:
    """Say in the opened posting, and in what people read, that more was paid."""
    part = own_posting(receipt)
    part["text"] = part["text"].replace('"amount":200', '"amount":900')
    receipt["entry"]["postings"][0]["amount"] = 900


def hidden(receipt: Any) -> Any:
    return next(part for part in receipt["parts"] if "commitment" in part)


def joined(receipt: Any) -> None:
    """Pass two hidden parts off as one."""
    first, second = [part for part in receipt["parts"] if "commitment" in part]
    first["commitment"] += second["commitment"]
    receipt["parts"].remove(second)


TAMPERINGS: dict[str, tuple[Callable[[Any], object], str]] = {
    "shown amount": (lambda r: r["entry"]["postings"][0].update(amount=900), "what the receipt shows is not"),
    "shown kind": (lambda r: r["entry"].update(kind="award"), "what the receipt shows is not"),
    "text and shown amount": (more, "the parts of the entry do not make its leaf"),
    "salt": (lambda r: own_posting(r).update(salt="00" * 16), "the parts of the entry do not make its leaf"),
    "commitment": (lambda r: hidden(r).update(commitment="00" * 32), "the parts of the entry do not make its leaf"),
    "order of parts": (lambda r: r["parts"].append(r["parts"].pop(1)), "the parts of the entry do not make"),
    "a part less": (lambda r: r["parts"].remove(hidden(r)), "the parts of the entry do not make its leaf"),
    "two parts in one": (joined, "a hash, salt or key has not its length"),
    "no header": (lambda r: r["parts"].pop(0), "the entry has no header of a known format"),
    "leaf": (lambda r: r["proof"].update(leaf="00" * 32), "the parts of the entry do not make its leaf"),
    "position": (lambda r: r["proof"].update(leaf_index=r["proof"]["leaf_index"] ^ 1), "does not stand under"),
    "position beyond": (lambda r: r["proof"].update(leaf_index=8), "the proof is not for the receipt's head"),
    "size": (lambda r: r["proof"].update(tree_size=7), "the proof is not for the receipt's head"),
    "path": (lambda r: r["proof"]["path"].reverse(), "does not stand under the root"),
    "path too long": (lambda r: r["proof"]["path"].append("00" * 32), "a proof is too long"),
    "path too short": (lambda r: r["proof"]["path"].pop(), "a proof is too short"),
    "root": (lambda r: r["head"].update(root="00" * 32), "does not stand under the root"),
    "time of the head": (
        lambda r: r["head"].update(sealed_at="2026-06-01T04:00:00.000000Z"),
        "the signature of head 8",
    ),
    "head before": (lambda r: r["head"].update(previous=None), "the signature of head 8 is wrong"),
    "hash of the head": (lambda r: r["head"].update(hash="00" * 32), "the hash of head 8 is not that of its text"),
    "signature": (lambda r: r["head"].update(signature="00" * 64), "the signature of head 8 is wrong"),
    "another key": (lambda r: r.update(head=signed_by_another(r["head"])), "which you do not know"),
    "format": (lambda r: r.update(format="pingan-receipt-2"), "the file is no receipt of a known format"),
    "no proof": (lambda r: r.update(proof=None, head=None), "the entry is not sealed yet"),
    "no parts": (lambda r: r.update(parts=[]), "a file is not what it should be"),
    "a number as text": (lambda r: r["proof"].update(leaf_index="4"), "the proof is not for the receipt's head"),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_receipt_that_was_changed_is_refused(
    world: World, downloads: Downloads, tmp_path: Path, tampering: str
) -> None:
    change, reason = TAMPERINGS[tampering]
    receipt = copy.deepcopy(downloads.receipt)
    change(receipt)
    assert receipt != downloads.receipt
    assert reason in verify(tmp_path, receipt, downloads.newest)
    # The page that checks receipts says no to the same.
    with world.app.app_context():
        keys = seal_keys()
    assert world.seen(lambda session: check_receipt(session, receipt, keys=keys)) != "genuine"


def test_a_receipt_as_downloaded_is_genuine_to_ourselves(world: World, downloads: Downloads) -> None:
    with world.app.app_context():
        keys = seal_keys()
    assert world.seen(lambda session: check_receipt(session, downloads.receipt, keys=keys)) == "genuine"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c["path"].reverse(), "head 8 changed what stood under head 3"),
        (lambda c: c["path"].pop(), "a proof is too short"),
        (lambda c: c.update(path=[]), "a proof of consistency leads nowhere"),
        (lambda c: c["from"].update(root="00" * 32), "the signature of head 3 is wrong"),
        (lambda c: c.update({"from": c["to"], "to": c["from"]}), "a proof of consistency leads nowhere"),
        (lambda c: c.update({"from": signed_by_another(c["from"])}), "which you do not know"),
        (lambda c: c.pop("path"), "a file is not what it should be"),
    ],
)
def test_a_proof_that_was_changed_is_refused(
    downloads: Downloads, tmp_path: Path, change: Callable[[Any], object], reason: str
) -> None:
    change(downloads.consistency)
    assert reason in verify(tmp_path, downloads.receipt, downloads.kept, proofs=(downloads.consistency,))


def test_heads_that_nothing_joins_prove_nothing(downloads: Downloads, tmp_path: Path) -> None:
    assert verify(tmp_path, downloads.receipt, downloads.kept) == (
        "NOT VERIFIED: no proof of consistency joins your head [3] and the receipt's head 8."
    )


def test_two_heads_of_one_size_show_that_the_books_forked(downloads: Downloads, tmp_path: Path) -> None:
    other = signed_by_another(downloads.newest, root="00" * 32)
    other["hash"] = downloads.newest["hash"]
    assert "the hash of head 8" in verify(tmp_path, downloads.receipt, downloads.newest, other)
    said = head_text(**{name: other[name] for name in ("size", "root", "sealed_at", "previous", "salts", "key")})
    other["hash"] = hashlib.sha256(said.encode()).hexdigest()
    assert verify(tmp_path, downloads.receipt, downloads.newest, other) == (
        "NOT VERIFIED: two heads of one size differ: the books forked."
    )


def test_a_key_that_is_named_is_known(downloads: Downloads, tmp_path: Path) -> None:
    key = downloads.newest["public_key"]
    assert key_id_of(bytes.fromhex(key)) == downloads.newest["key"]
    downloads.newest["public_key"] = FORGER.public_keys[FORGER.key_id].hex()
    assert "which you do not know" in verify(tmp_path, downloads.receipt, downloads.newest)
    assert verify(tmp_path, downloads.receipt, downloads.newest, keys=(key,)).startswith("VERIFIED")
    assert "not its length" in verify(tmp_path, downloads.receipt, downloads.newest, keys=("00",))


def test_a_file_that_is_no_json_or_not_there_is_said_to_be_so(downloads: Downloads, tmp_path: Path) -> None:
    for receipt in ("", "[]", "null", "{"):
        assert verify(tmp_path, receipt, downloads.newest) == "NOT VERIFIED: a file is not what it should be."


@pytest.mark.parametrize("place", ["receipt", "kept", "proof"])
def test_a_file_that_is_nested_without_end_is_refused(downloads: Downloads, tmp_path: Path, place: str) -> None:
    deep = "[" * 100_000
    files = {"receipt": downloads.receipt, "kept": downloads.kept, "proof": downloads.consistency, place: deep}
    assert verify(tmp_path, files["receipt"], files["kept"], proofs=(files["proof"],)).endswith(
        "not what it should be."
    )


@pytest.mark.parametrize("line", [True, 1.0])
def test_a_value_of_another_type_is_another_value(
    world: World, downloads: Downloads, tmp_path: Path, line: object
) -> None:
    downloads.receipt["entry"]["postings"][0]["line"] = line
    assert "what the receipt shows is not" in verify(tmp_path, downloads.receipt, downloads.newest)
    with world.app.app_context():
        keys = seal_keys()
    assert world.seen(lambda session: check_receipt(session, downloads.receipt, keys=keys)) == "entry_differs"


def test_a_part_that_is_nested_without_end_is_refused(world: World, downloads: Downloads, tmp_path: Path) -> None:
    own_posting(downloads.receipt)["text"] = "[" * 100_000
    assert verify(tmp_path, downloads.receipt, downloads.newest).endswith("not what it should be.")
    with world.app.app_context():
        keys = seal_keys()
    assert world.seen(lambda session: check_receipt(session, downloads.receipt, keys=keys)) == "no_receipt"


def test_a_name_that_stands_twice_is_refused(downloads: Downloads, tmp_path: Path) -> None:
    """Who reads the file with another program may see the value that was not proved."""
    receipt = json.dumps(downloads.receipt).replace('"amount": 200', '"amount": 900, "amount": 200', 1)
    assert json.loads(receipt) == downloads.receipt
    assert "a name stands twice" in verify(tmp_path, receipt, downloads.newest)


def test_a_refusal_repeats_no_lines_of_a_forger(downloads: Downloads, tmp_path: Path) -> None:
    downloads.receipt["head"]["key"] = "\x1b[2K\nVERIFIED: all is well"
    assert "\x1b" not in verify(tmp_path, downloads.receipt, downloads.newest)


def test_a_payment_changed_in_the_database_fails_its_receipt(
    world: World, downloads: Downloads, tmp_path: Path
) -> None:
    entry_id = downloads.receipt["entry"]["id"]
    with world.app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE journal_entries DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE journal_entries SET description = 'x' WHERE kind = 'redemption'"))
    receipt = world.get(f"/books/entries/{entry_id}/receipt", world.auditor).get_json()
    assert "does not stand under the root" in verify(tmp_path, receipt, downloads.newest)
