"""What the performance page shows is what was measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from benchmarks.chart import make_ratio, make_tables
from benchmarks.results import Ratio, load_runs
from benchmarks.scenarios import BY_NAME

FOLDER = Path(__file__).parents[2] / "docs" / "performance"
PAGE = (FOLDER / "index.md").read_text()
RUNS = load_runs(FOLDER / "results.json")
TABLES = make_tables(RUNS)


def test_every_kind_of_benchmark_was_run() -> None:
    assert RUNS.keys() == {"rounds", "servers", "startup"}
    assert list(RUNS["rounds"]["measured"]) == list(BY_NAME)


@pytest.mark.parametrize("name", TABLES)
def test_table_has_the_results(name: str) -> None:
    assert (FOLDER / name).read_text() == TABLES[name]


def test_page_includes_every_table() -> None:
    included = re.findall(r"^```\{include\} (\S+)$", PAGE, re.MULTILINE)

    assert sorted(included) == sorted(TABLES)
    assert {path.name for path in FOLDER.glob("_*.md")} == set(TABLES)


def test_page_tells_of_every_missed_aim() -> None:
    section = PAGE.partition("\n### What is missed, and why\n")[2].partition("\n## ")[0].lower()
    aims: dict[str, list[Ratio]] = {}
    for run in RUNS.values():
        for ratio in map(make_ratio, run["ratios"]):
            record = run["measured"].get(ratio.subject, {"title": ratio.subject})
            aims.setdefault(record["title"].lower(), []).append(ratio)

    missed = {title for title, ratios in aims.items() if any(each.is_missed for each in ratios)}

    assert {title for title in aims if title in section} == missed
