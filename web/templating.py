"""Templates whose macros are made once for each page.

Most templates import the macros of several files with their context, and each import makes the file's macros, and its
tables of translated words, anew: on an officer's page of a report 82 times where 12 do.
"""

from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2.environment import TemplateModule

# What holds the macros of one rendering: a dict of its own in the variables that every template is given.
MACROS_MADE = "macros_made"


class PageTemplate(jinja2.Template):
    """A template that is imported once for each rendering, with the variables of whoever imports it first.

    Macros know of their surroundings what every template knows: all else they are told by their arguments.
    """

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002 - the name is Jinja's
        shared: bool = False,  # noqa: FBT001, FBT002 - the signature is Jinja's
        locals: Mapping[str, Any] | None = None,  # noqa: A002 - the name is Jinja's
    ) -> TemplateModule:
        """Return the macros, those made before in this rendering where there are any."""
        made: dict[str | None, TemplateModule] | None = (vars or {}).get(MACROS_MADE)
        if made is None:
            return super().make_module(vars, shared, locals)
        if self.name not in made:
            made[self.name] = super().make_module(vars, shared, locals)
        return made[self.name]
