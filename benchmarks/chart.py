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
# Panels in a row of a picture; with more of them, nobody could read it on a phone.
COLUMNS = 2


def write_charts(results: Path, folder: Path) -> None:
    """Write pictures and tables of results into a folder.

    `scenarios.png` shows every scenario, and `speed.png` those of `HEADLINE`. The tables are for
    pages to include; see `make_tables`.

    Args:
        results: The JSON file that the other commands wrote.
        folder: Where the files go.
    """
    runs = load_runs(results)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in make_tables(runs).items():
        (folder / name).write_text(text)
        print(f"Written: {folder / name}")
    if "rounds" in runs:
        measured = runs["rounds"]["measured"]
        for name, shown in (("scenarios", measured), ("speed", HEADLINE)):
            path = folder / f"{name}.png"
            draw([measured[scenario] for scenario in shown if scenario in measured], path)
            print(f"Written: {path}")


def make_tables(runs: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return Markdown by the name of its file.

    For each kind of run, `_KIND.md` has what was measured, `_KIND-targets.md` how it compares, and
    `_KIND-versions.md` where and with what. `_rounds-medians.md` shows how noisy the machine was.
    """
    texts: dict[str, str] = {}
    for kind, run in runs.items():
        measured: dict[str, dict[str, Any]] = run["measured"]
        if kind == "rounds":
            tables = [report.make_time_rows(measured, "minimum")]
            medians = report.make_time_rows(measured, "median")
            texts["_rounds-medians.md"] = report.format_markdown(medians)
        else:
            tables = report.make_fact_tables(measured)
        texts[f"_{kind}.md"] = "\n\n".join(map(report.format_markdown, tables))
        titles = {name: str(record["title"]) for name, record in measured.items()}
        ratios = [make_ratio(item) for item in run["ratios"]]
        targets = report.make_ratio_rows(ratios, titles)
        texts[f"_{kind}-targets.md"] = report.format_markdown(targets)
        versions = report.format_versions(run["machine"], run["versions"])
        texts[f"_{kind}-versions.md"] = f"{run['rounds']} rounds on {versions}."
    return {name: f"{text}\n" for name, text in texts.items()}


def make_ratio(item: dict[str, Any]) -> Ratio:
    """Return the comparison that JSON keeps as *item*."""
    return Ratio(**{name: value for name, value in item.items() if name != "verdict"})


def draw(records: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw one panel per scenario: a bar per framework, in microseconds.

    Args:
        records: What was measured of each scenario.
        path: The file of the picture.
    """
    import matplotlib  # only this command needs it

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = -(-len(records) // COLUMNS)
    figure, grid = pyplot.subplots(
        lines, COLUMNS, figsize=(3.6 * COLUMNS, 1.8 * lines), layout="constrained", squeeze=False
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
            fontsize=8,
        )
        panel.set_title(record["title"], fontsize=9.5, loc="left")
        panel.tick_params(labelsize=8)
        panel.set_xlim(0, max(values) * 1.15)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[len(records) :]:
        panel.set_visible(False)
    figure.suptitle("CPU microseconds a request (shorter is faster)", fontsize=11)
    figure.savefig(path, dpi=140)
    pyplot.close(figure)
