"""Settings of Sphinx."""

from __future__ import annotations

from pathlib import Path

project = "Cruse"
author = "The Cruse contributors"
project_copyright = "the Cruse contributors"
release = version = (Path(__file__).parents[1] / "VERSION").read_text().strip()

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "**/_*.md"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"Cruse {release}"
html_show_sphinx = False
