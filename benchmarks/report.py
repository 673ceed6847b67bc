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


def make_fact_tables(measured: dict[str, dict[str, Any]]) -> list[list[list[str]]]:
    """Return a table for all things that were measured of the same frameworks or parts.

    It has a row per thing; if there are more frameworks than things, a row per framework.
    """
    titles = {framework.name: framework.title for framework in FRAMEWORKS}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record in measured.values():
        groups.setdefault(tuple(record["values"]), []).append(record)
    tables: list[list[list[str]]] = []
    for names, records in groups.items():
        rows = [["measured", "unit", *(titles.get(name, name) for name in names)]]
        for record in records:
            figures = [f"{record['values'][name]:,.2f}" for name in names]
            rows.append([record["title"], record["unit"], *figures])
        if len(names) > len(records):
            heads = [f"{title} ({unit})" for title, unit, *_ in rows[1:]]
            columns = list(zip(*rows, strict=True))[2:]
            rows = [["", *heads], *map(list, columns)]
        tables.append(rows)
    return tables
