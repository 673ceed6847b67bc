"""Each page of the documentation is followed to its end; what it shows is what happens."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Its examples are excerpts.
STYLE = DOCS / "style.md"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts and path != STYLE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_what_the_page_says_happens(page: Path, tmp_path: Path) -> None:
    runner = Path(__file__).with_name("run_page.py")

    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", str(runner), str(page), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert done.returncode == 0, done.stdout


def test_style_guide_shows_valid_python() -> None:
    for block in re.findall(r"^```python\n(.*?)^```", STYLE.read_text(), re.DOTALL | re.MULTILINE):
        ast.parse(block)
