"""Settings of Sphinx."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

import cruse_core.types
from cruse_core.late_attributes import LateAttribute

sys.path.insert(0, str(Path(__file__).parent))

project = "Cruse"
author = "The Cruse contributors"
project_copyright = "the Cruse contributors"
release = version = (Path(__file__).parents[1] / "VERSION").read_text().strip()

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "labelled_tables",
    "pictures",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_*.md", "**/_*.md"]
nitpicky = False
# Docstrings write names and code in single backquotes.
default_role = "literal"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
autodoc_type_aliases = {name: f"cruse_core.types.{name}" for name in cruse_core.types.__all__}
python_use_unqualified_type_names = True
# Characters; a longer signature has a line for each parameter.
maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"Cruse {release}"
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]


def skip_late_attributes(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Leave attributes to the tables in requests-and-responses.md: these have no types."""
    return True if isinstance(obj, LateAttribute) else None


def name_aliases(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    result: str | None,
) -> tuple[str | None, str | None]:
    """Write the names of type aliases that autodoc shows as its own objects inside of unions."""
    return tuple(
        text and re.sub(r"TypeAliasForwardRef\('([\w.]+)'\)", r"~\1", text)
        for text in (signature, result)
    )  # type: ignore[return-value]  # two of them


def mark_code(app: Sphinx, ctx: object, lines: list[str]) -> None:
    """Show as code what a command's help, which is plain text, has between quotation marks."""
    lines[:] = [re.sub(r"(?<!\w)'(\S(?:[^']*\S)?)'(?!\w)", r"``\1``", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Adjust what autodoc and sphinx-click find."""
    app.connect("autodoc-skip-member", skip_late_attributes)
    app.connect("autodoc-process-signature", name_aliases)
    app.connect("sphinx-click-process-description", mark_code)
    app.connect("sphinx-click-process-options", mark_code)
