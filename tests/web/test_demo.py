"""Loading the demo from the command line."""

from click.testing import Result

import people
from demo import LOG_INS, DemoLogIn
from people import LogInOutcome, Passwords
from tests.clock import NOON
from tests.web.world import World
from web.secret_keys import passwords

SMALL = ("--residents", "40", "--merchants", "2", "--entries", "450", "--reports", "20")


def run(world: World, *arguments: str) -> Result:
    """Return what a command did."""
    return world.app.test_cli_runner().invoke(args=["demo", *arguments])


def test_the_demo_is_loaded_once_and_says_who_can_log_in_and_they_can(world: World) -> None:
    loaded = run(world, *SMALL)
    assert loaded.exit_code == 0, loaded.output
    assert "for trying only" in loaded.stdout
    for each in LOG_INS:
        assert f"{each.who}: {each.login_name}  {each.password}" in loaded.stdout

    again = run(world, *SMALL)
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: There are residents, merchants or entries")

    with world.app.app_context():
        hashed_as_here = passwords()
    for each in (LOG_INS[0], LOG_INS[-1]):
        assert _log_in(world, each, hashed_as_here) is LogInOutcome.DONE


def _log_in(world: World, each: DemoLogIn, hashed: Passwords) -> LogInOutcome:
    checked = world.seen(
        lambda session: people.check_password(
            session, passwords=hashed, login_name=each.login_name, password=each.password
        )
    )
    return world.done(lambda session: people.log_in(session, checked=checked, device="", now=NOON)).outcome
