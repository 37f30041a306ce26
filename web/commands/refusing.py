"""Commands that tell a refusal in its own words, and end with status 1, where others would show a traceback."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from web.problems import ROWS, problem_of


class RefusingCommand(click.Command):
    """A command within the application, whose domain errors are messages."""

    def __init__(self, name: str | None, *, callback: Callable[..., Any], **options: Any) -> None:
        super().__init__(name, callback=with_appcontext(callback), **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            click.ClickException: it was refused; the message says why.
        """
        try:
            return super().invoke(ctx)
        except tuple(ROWS) as error:
            # Whoever types commands reads English; the texts are the same as everywhere.
            with force_locale("en"):
                told = problem_of(error)
                faults = [f"{field}: {fault}" for field, fault in _in_lines(told.errors)]
            raise click.ClickException("\n".join((f"{told.title}. {told.detail}", *faults))) from error


class RefusingGroup(AppGroup):
    """A group of such commands, each within the application."""

    def named(self, name: str) -> Callable[[Callable[..., Any]], click.Command]:
        """Return the decorator of a command of this group."""
        decorator: Callable[[Callable[..., Any]], click.Command] = self.command(name, cls=RefusingCommand)
        return decorator


def _in_lines(errors: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each fault with its field, however deep the field lies."""
    for field, faults in errors.items():
        if isinstance(faults, Mapping):
            yield from _in_lines(faults, f"{above}{field}.")
        else:
            yield above + field, " ".join(map(str, faults))
