"""Every icon that a template may show is in the list of icons, however the template comes to its name."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from jinja2 import Environment, nodes

WEB = Path(__file__).resolve().parents[2] / "web"
LISTED = {line.strip() for line in (WEB / "static" / "icons.txt").read_text(encoding="utf-8").splitlines()}

# A node with those around it, the outermost first.
Placed = tuple[nodes.Node, tuple[nodes.Node, ...]]


class Templates:
    """The syntax trees of all templates; `icons` follows every name to the texts it can be."""

    def __init__(self, sources: Sequence[str]) -> None:
        environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
        trees = [environment.parse(source) for source in sources]
        self.placed = list(chain.from_iterable(walk(tree, ()) for tree in trees))
        self.macros = {node.name: (node, around) for node, around in self.placed if isinstance(node, nodes.Macro)}

    def icons(self) -> set[str]:
        """Return every icon that is shown somewhere."""
        shown = (self.texts(call.args[0], around) for call, around in self.calls("icon"))
        return set(chain.from_iterable(shown)) - {""}

    def calls(self, name: str) -> Iterator[tuple[nodes.Call, tuple[nodes.Node, ...]]]:
        """Yield the calls of a macro, by its own name or as a member of its file."""
        for node, around in self.placed:
            if isinstance(node, nodes.Call) and getattr(node.node, "name", getattr(node.node, "attr", "")) == name:
                yield node, around

    def texts(self, node: nodes.Node, around: tuple[nodes.Node, ...]) -> Iterator[str]:
        """Yield the texts that an expression can be."""
        if isinstance(node, nodes.Const):
            yield str(node.value)
        elif isinstance(node, nodes.Name):
            yield from self._texts_of_name(node.name, around)
        elif isinstance(node, nodes.Call) and getattr(node.node, "attr", "") != "get":
            macro, outer = self.macros[getattr(node.node, "name", getattr(node.node, "attr", ""))]
            outputs = chain.from_iterable(output.nodes for output in macro.find_all(nodes.Output))
            for part in outputs:
                if not isinstance(part, nodes.TemplateData):
                    yield from self.texts(part, (*outer, macro))
        else:
            for branch in branches(node):
                yield from self.texts(branch, around)

    def _texts_of_name(self, name: str, around: tuple[nodes.Node, ...]) -> Iterator[str]:
        for depth, outer in reversed(list(enumerate(around))):
            if isinstance(outer, nodes.For) and isinstance(outer.target, nodes.Tuple):
                names = [getattr(each, "name", "") for each in outer.target.items]
                if name in names:
                    for row in getattr(outer.iter, "items", ()):
                        yield from self.texts(row.items[names.index(name)], around[:depth])
                    return
            for assigned in outer.find_all(nodes.Assign):
                if getattr(assigned.target, "name", "") == name:
                    yield from self.texts(assigned.node, around)
                    return
            if isinstance(outer, nodes.Macro) and name in [each.name for each in outer.args]:
                yield from self._arguments(outer, name, around[:depth])
                return
        raise AssertionError(f"{name} is given by no template")

    def _arguments(self, macro: nodes.Macro, name: str, around: tuple[nodes.Node, ...]) -> Iterator[str]:
        place = [each.name for each in macro.args].index(name)
        behind = len(macro.args) - place
        if behind <= len(macro.defaults):
            yield from self.texts(macro.defaults[-behind], around)
        for call, outer in self.calls(macro.name):
            by_name = [each.value for each in call.kwargs if each.key == name]
            for argument in by_name or call.args[place : place + 1]:
                yield from self.texts(argument, outer)


def branches(node: nodes.Node) -> Sequence[nodes.Node]:
    """Return the expressions of which a choice or a look-up gives one."""
    if isinstance(node, nodes.CondExpr):
        return [each for each in (node.expr1, node.expr2) if each is not None]
    if isinstance(node, nodes.Or):
        return [node.left, node.right]
    if isinstance(node, nodes.Dict):
        return [pair.value for pair in node.items]
    # Of a table's `get` the table and what it gives else, but not the key.
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        return [node.node.node, *node.args[1:]]
    raise AssertionError(f"line {node.lineno}: an icon's name is written in a way that is not followed")


def walk(node: nodes.Node, around: tuple[nodes.Node, ...]) -> Iterator[Placed]:
    """Yield a node and all below it, each with those around it."""
    yield node, around
    for child in node.iter_child_nodes():
        yield from walk(child, (*around, node))


def test_every_icon_that_a_template_may_show_is_in_the_list() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted((WEB / "templates").rglob("*.html"))]
    shown = Templates(sources).icons()
    assert len(shown) > 40
    assert shown - LISTED == set()


def test_a_name_is_followed_through_macros_loops_tables_and_choices() -> None:
    source = """
    {% macro icon(name) %}<use href="#{{ name }}">{% endmacro %}
    {% macro empty(title, name="a") %}{{ icon(name) }}{% endmacro %}
    {% macro kind(code) -%} {{ {"x": "b"}.get(code, "c") }} {%- endmacro %}
    {% macro note(level, name="") %}{% set all = {"x": "d"} %}{{ icon(name or all.get(level, "e")) }}{% endmacro %}
    {{ empty("t", "f") }}{{ ui.empty("t", name="g") }}{{ icon(words.kind(code)) }}
    {% for text, symbol in (("t", "h"), ("u", "i")) %}{{ icon(symbol) }}{% endfor %}
    {{ icon("j" if code else "k") }}{% call note("x", name="l") %}{% endcall %}
    """
    assert Templates([source]).icons() == set("abcdefghijkl")
