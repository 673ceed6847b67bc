"""Print results as plain text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .frameworks import FRAMEWORKS
from .results import Ratio


def format_columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as text in columns; the first column is left-aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def format_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a Markdown table; the first row is its head."""
    head, *rest = rows
    marks = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, marks, *rest))


def make_time_rows(measured: dict[str, dict[str, Any]], figure: str) -> list[list[str]]:
    """Return a row per scenario with the microseconds of each framework.

    Args:
        measured: The `measured` part of a run.
        figure: "minimum" or "median".
    """
    present = {name for record in measured.values() for name in record["microseconds"]}
    frameworks = [framework for framework in FRAMEWORKS if framework.name in present]
    rows = [["scenario", *(framework.title for framework in frameworks)]]
    for record in measured.values():
        times = record["microseconds"]
        cells = [
            f"{times[framework.name][figure]:.2f}" if framework.name in times else "-"
            for framework in frameworks
        ]
        rows.append([record["title"], *cells])
    return rows


def make_ratio_rows(ratios: Iterable[Ratio], titles: dict[str, str]) -> list[list[str]]:
    """Return a row per target: ratio, bound, verdict."""
    peers = {framework.name: framework.title for framework in FRAMEWORKS}
    rows = [["scenario", "against", "ratio", "target", "verdict"]]
    for ratio in ratios:
        if ratio.target is not None:
            sign = "≥" if ratio.at_least else "≤"
            rows.append(
                [
                    titles.get(ratio.subject, ratio.subject),
                    peers.get(ratio.peer, ratio.peer),
                    f"{ratio.value:.3f}",
                    f"{sign} {ratio.target:g}",
                    ratio.verdict,
                ]
            )
    return rows


def count_verdicts(ratios: Iterable[Ratio]) -> str:
    """Return how many targets are reached and missed, as a sentence."""
    verdicts = [ratio.verdict for ratio in ratios]
    return f"{verdicts.count('reached')} targets reached, {verdicts.count('missed')} missed."


def format_versions(machine: dict[str, str], versions: dict[str, str]) -> str:
    """Return interpreter, machine and versions in one line."""
    parts = [f"{name} {number}" for name, number in sorted(versions.items())]
    return (
        f"{machine['implementation']} {machine['python']} ({machine['compiler']}), "
        f"{machine['system']}, {machine['processor']}; {', '.join(parts)}"
    )


def make_fact_rows(measured: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Return a row per measured thing with the figure of each framework or part."""
    columns: dict[str, None] = {}
    for record in measured.values():
        columns.update(dict.fromkeys(record["values"]))
    titles = {framework.name: framework.title for framework in FRAMEWORKS}
    rows = [["measured", "unit", *(titles.get(column, column) for column in columns)]]
    for record in measured.values():
        values = record["values"]
        cells = [f"{values[column]:.2f}" if column in values else "-" for column in columns]
        rows.append([record["title"], record["unit"], *cells])
    return rows
