"""`books statement`: the papers by the command line."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
from click.testing import Result

from tests.web.world import World


def run(world: World, *arguments: str) -> Result:
    """Run the command."""
    return world.app.test_cli_runner().invoke(args=["books", "statement", *arguments])


def test_a_statement_goes_to_standard_output_or_a_file(world: World, tmp_path: Path) -> None:
    world.clock.at = datetime.now(UTC)
    world.fund()
    written = run(world, "fund:peace", "--format", "csv")
    assert written.exit_code == 0
    text = written.stdout_bytes.decode()
    assert text.startswith("\ufeff账户,")
    assert text.rstrip().endswith("对账单结束,2")
    english = run(world, "issued", "--format", "html", "--language", "en").stdout
    assert "Statement of account" in english
    assert '<html lang="en">' in english
    file = tmp_path / "statement.xlsx"
    assert run(world, "treasury:bank", "--format", "xlsx", "--output", str(file)).stdout == ""
    assert openpyxl.load_workbook(file).sheetnames == ["银行账户"]


def test_days_are_chosen(world: World) -> None:
    world.fund()
    empty = run(world, "issued", "--format", "csv", "--from", "2026-01-01", "--until", "2026-01-31")
    assert empty.stdout.rstrip().endswith("对账单结束,0")
    assert "2026-01-31" in empty.stdout


def test_what_cannot_be_given_is_said_in_words_and_leaves_no_file(world: World, tmp_path: Path) -> None:
    world.fund()
    file = tmp_path / "statement.csv"
    for arguments, words in (
        (("none", "--format", "csv"), "There is no such account"),
        (("issued", "--format", "csv", "--until", "2030-01-01"), "This day has not come yet"),
        (("issued", "--format", "csv", "--from", "1990-01-01"), "2000-01-01"),
        (("issued", "--format", "csv", "--from", "2026-02-02", "--until", "2026-02-01"), "before the first"),
    ):
        refused = run(world, *arguments, "--output", str(file))
        assert refused.exit_code == 1
        assert words in refused.stderr
        assert not file.exists()
    assert run(world, "issued", "--format", "pdf").exit_code == 2
