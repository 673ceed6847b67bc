"""Draw the results as a picture, and write them as Markdown tables, for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import report
from .frameworks import FRAMEWORKS
from .results import Ratio, load_runs

COLOURS = {
    "raw_wsgi": "#9aa0a6",
    "werkzeug": "#c58f5c",
    "flask": "#3b6ea5",
    "bottle": "#5e8c4a",
    "falcon": "#a05195",
    "starlette": "#d4a72c",
    "cruse": "#d1495b",
}

# What the picture on the first page shows.
HEADLINE = ("text", "json", "form", "session")


def write_charts(results: Path, folder: Path) -> None:
    """Write pictures and tables of results into a folder.

    `_KIND.md` has the tables of one kind of run, for a page to include. `scenarios.png` shows every
    scenario, and `speed.png` those of `HEADLINE`.

    Args:
        results: The JSON file that the other commands wrote.
        folder: Where the files go.
    """
    runs = load_runs(results)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, run in runs.items():
        path = folder / f"_{kind}.md"
        path.write_text(make_page(kind, run))
        print(f"Written: {path}")
    if "rounds" in runs:
        measured = runs["rounds"]["measured"]
        for name, shown, columns in (("scenarios", measured, 3), ("speed", HEADLINE, 2)):
            path = folder / f"{name}.png"
            draw([measured[scenario] for scenario in shown if scenario in measured], path, columns)
            print(f"Written: {path}")


def make_page(kind: str, run: dict[str, Any]) -> str:
    """Return the tables of one run as Markdown."""
    measured: dict[str, dict[str, Any]] = run["measured"]
    titles = {name: str(record["title"]) for name, record in measured.items()}
    fields = ("subject", "peer", "value", "target", "at_least")
    ratios = [Ratio(**{field: item[field] for field in fields}) for item in run["ratios"]]
    if kind == "rounds":
        times = report.format_markdown(report.make_time_rows(measured, "minimum"))
        medians = report.format_markdown(report.make_time_rows(measured, "median"))
        head = f"CPU microseconds a request, minimum of {run['rounds']} rounds:"
        body = f"{head}\n\n{times}\n\nThe median of the same rounds:\n\n{medians}"
    else:
        body = report.format_markdown(report.make_fact_rows(measured))
    targets = report.format_markdown(report.make_ratio_rows(ratios, titles))
    versions = report.format_versions(run["machine"], run["versions"])
    return (
        f"{body}\n\nTargets (ours divided by theirs):\n\n{targets}\n\nMeasured with {versions}.\n"
    )


def draw(records: Sequence[dict[str, Any]], path: Path, columns: int) -> None:
    """Draw one panel per scenario: a bar per framework, in microseconds.

    Args:
        records: What was measured of each scenario.
        path: The file of the picture.
        columns: Number of panels in a row.
    """
    import matplotlib  # only this command needs it

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = -(-len(records) // columns)
    figure, grid = pyplot.subplots(
        lines, columns, figsize=(4 * columns, 1.75 * lines), layout="constrained", squeeze=False
    )
    panels = list(grid.flat)
    for panel, record in zip(panels, records, strict=False):
        times = record["microseconds"]
        present = [item for item in reversed(FRAMEWORKS) if item.name in times]
        names = [item.title for item in present]
        values = [times[item.name]["minimum"] for item in present]
        bars = panel.barh(names, values, color=[COLOURS[item.name] for item in present])
        panel.bar_label(
            bars,
            labels=[f"{value:,.{0 if value >= 100 else 1}f}" for value in values],
            padding=2,
            fontsize=7,
        )
        panel.set_title(record["title"], fontsize=8.5, loc="left")
        panel.tick_params(labelsize=7)
        panel.set_xlim(0, max(values) * 1.15)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[len(records) :]:
        panel.set_visible(False)
    figure.suptitle("CPU microseconds a request (shorter is faster)", fontsize=11)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
