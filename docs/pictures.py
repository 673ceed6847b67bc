"""Draw the layers of the code: boxes for the modules, each with the first line of its docstring.

Which module is in which layer is read from import-linter's contracts in `pyproject.toml`, so that
the picture shows what `python3 dev.py layers` enforces.
"""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[1]


class Layers(SphinxDirective):
    """Draw a package's layers, the lowest first; without an argument, the distributions'."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a box for each layer, with one for each of its modules."""
        self.env.note_dependency(str(ROOT / "pyproject.toml"))
        package = self.arguments[0] if self.arguments else None
        return [
            box("layers", *(box("layer", *map(draw_module, layer)) for layer in layers_of(package)))
        ]


def layers_of(package: str | None) -> list[list[str]]:
    """Return the modules of each layer by their full names, lowest layer first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for contract in settings["tool"]["importlinter"]["contracts"]:
        containers = contract.get("containers", [])
        if contract["type"] == "layers" and containers == ([package] if package else []):
            prefix = f"{package}." if package else ""
            return [
                [prefix + name for name in re.findall(r"\w+", layer)]
                for layer in reversed(contract["layers"])
            ]
    raise LookupError(f"pyproject.toml has no contract for the layers of {package}.")


def draw_module(name: str) -> nodes.Node:
    """Return a box with the module's own name and what it does."""
    return box(
        "module",
        nodes.paragraph("", "", nodes.literal("", name.rpartition(".")[2])),
        nodes.paragraph("", "", *with_code(first_line(name))),
    )


def first_line(module: str) -> str:
    """Return the first line of a module's docstring, without running the module."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise LookupError(f"There is no module {module}.")
    docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text())) or ""
    return docstring.partition("\n\n")[0].replace("\n", " ")


def with_code(text: str) -> list[nodes.Node]:
    """Return text in which what stands between backquotes is code."""
    parts = text.split("`")
    return [nodes.literal("", p) if i % 2 else nodes.Text(p) for i, p in enumerate(parts)]


def box(name: str, *children: nodes.Node) -> nodes.container:
    """Return an element that the style sheet knows by *name*."""
    return nodes.container("", *children, classes=[name])


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("layers", Layers)
    return {"parallel_read_safe": True}
