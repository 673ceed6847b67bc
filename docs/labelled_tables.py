"""Repeat the head of a wide table in its cells, for screens on which these lie below each other.

The style sheet hides the labels wherever the table fits. A table of figures remains a table: it
gets the class "figures", and is moved sideways.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

# A table of two columns needs no labels: the second says something about the first.
WIDE_COLUMNS = 3


class LabelCells(SphinxPostTransform):
    """Begin each cell of a wide table, but for the first ones, with the head of its column."""

    default_priority = 500
    formats = ("html",)

    def run(self) -> None:
        """Put the labels into the tables of a page."""
        for table in self.document.findall(nodes.table):
            for head in table.findall(nodes.thead):
                heads = list(head.findall(nodes.entry))
                if any("text-right" in entry["classes"] for entry in heads):
                    table["classes"].append("figures")
                elif len(heads) >= WIDE_COLUMNS:
                    label_cells(table, [entry.astext() for entry in heads])


def label_cells(table: nodes.table, labels: list[str]) -> None:
    """Insert the labels where there is something to be labelled."""
    for body in table.findall(nodes.tbody):
        for row in body.findall(nodes.row):
            for label, entry in list(zip(labels, row.children, strict=True))[1:]:
                if label and entry.astext():
                    entry[0].insert(0, nodes.inline("", f"{label}: ", classes=["label"]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the transformation known."""
    app.add_post_transform(LabelCells)
    return {"parallel_read_safe": True}
