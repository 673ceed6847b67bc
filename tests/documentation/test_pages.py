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
TUTORIAL = DOCS / "tutorial"
PAGES = sorted(
    path
    for path in DOCS.rglob("*.md")
    if not {STYLE, TUTORIAL, DOCS / "_build"} & {path, *path.parents}
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_what_the_page_says_happens(page: Path, tmp_path: Path) -> None:
    follow([page], tmp_path)


def test_what_the_tutorial_says_happens(tmp_path: Path) -> None:
    index = TUTORIAL / "index.md"
    toctree = re.search(r"^```\{toctree\}\n(.*?)^```", index.read_text(), re.DOTALL | re.MULTILINE)
    assert toctree is not None
    steps = [TUTORIAL / f"{name}.md" for name in re.findall(r"^[a-z-]+$", toctree[1], re.MULTILINE)]
    assert {index, *steps} == set(TUTORIAL.glob("*.md"))

    follow([index, *steps], tmp_path)


@pytest.mark.parametrize("page", PAGES + sorted(TUTORIAL.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_that_installs_cruse_says_that_it_is_not_published(page: Path) -> None:
    text = page.read_text()
    installs = re.search(r"^\$ python -m pip install ([\"']?cruse|-e \.)", text, re.MULTILINE)

    assert not installs or "_not-published.md" in text


def follow(pages: list[Path], folder: Path) -> None:
    """Do what the pages say, one after the other, in one folder."""
    runner = Path(__file__).with_name("run_page.py")

    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", str(runner), *map(str, pages), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert done.returncode == 0, done.stdout


def test_style_guide_shows_valid_python() -> None:
    for block in re.findall(r"^```python\n(.*?)^```", STYLE.read_text(), re.DOTALL | re.MULTILINE):
        ast.parse(block)
