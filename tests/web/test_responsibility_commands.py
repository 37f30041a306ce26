"""`responsibilities load`."""

from pathlib import Path

from click.testing import Result

from responsibilities import list_versions
from tests.web.world import World
from web.unit_of_work import reading


def load(world: World, *arguments: str) -> Result:
    """Run the command."""
    return world.app.test_cli_runner().invoke(args=["responsibilities", "load", *arguments])


def test_the_packaged_list_is_loaded_once(world: World) -> None:
    assert load(world).stdout == "136 lines are version 1.\n"
    assert load(world).stdout == "Version 1 says the same already.\n"


def test_a_list_of_ones_own_is_the_next_version(world: World, tmp_path: Path) -> None:
    load(world)
    own = tmp_path / "own.csv"
    packaged = Path("responsibilities/data/yongji_responsibilities.csv").read_text("utf-8")
    own.write_text(packaged.replace(",2,1,1,1,0", ",3,1,1,1,0"), "utf-8-sig")
    assert load(world, str(own)).stdout == "136 lines are version 2.\n"


def test_a_list_with_a_fault_names_the_line_and_publishes_nothing(world: World, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    packaged = Path("responsibilities/data/yongji_responsibilities.csv").read_text("utf-8")
    own.write_text(packaged.replace("140881-D05", "140881-D99"), "utf-8")
    refused = load(world, str(own))
    assert refused.exit_code == 1
    assert "Line 3: 140881-D99 is no department of the tree of units" in refused.stderr
    with world.app.app_context():
        assert reading(list_versions) == []
