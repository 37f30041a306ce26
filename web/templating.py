"""Templates whose macros are made once for each page.

Most templates import the macros of several files with their context, and each import makes the file's macros, and its
tables of translated words, anew: on an officer's page of a report 82 times where 12 do.
"""

from typing import Any

import jinja2
from jinja2.environment import TemplateModule

# What holds the macros of one rendering: a dict of its own in the variables that every template is given.
MACROS_MADE = "macros_made"


class PageTemplate(jinja2.Template):
    """A template that is imported once for each rendering, with the variables of whoever imports it first.

    Macros know of their surroundings what every template knows: all else they are told by their arguments.
    """

    def make_module(self, *imported: Any, **by_name: Any) -> TemplateModule:
        """Return the macros, those made before in this rendering where there are any."""
        # Jinja tells the variables first.
        variables = imported[0] if imported else by_name.get("vars")
        made: dict[str | None, TemplateModule] | None = (variables or {}).get(MACROS_MADE)
        if made is None:
            return super().make_module(*imported, **by_name)
        if self.name not in made:
            made[self.name] = super().make_module(*imported, **by_name)
        return made[self.name]
