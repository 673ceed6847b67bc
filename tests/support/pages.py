"""Find the files that a page of the documentation shows.

`python pages.py PAGE FOLDER` writes them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


FILE = re.compile(
    r"^```\{code-block\} \w+\n:caption: (?P<name>\S+)\n\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def read_file(page: str, name: str) -> str:
    """Return the file *name* as *page* shows it."""
    return read_files(page)[name]


def read_files(page: str) -> dict[str, str]:
    """Return the files that *page* shows, by their names."""
    return {match["name"]: match["text"] for match in FILE.finditer((DOCS / page).read_text())}


def read_commands(page: str, *programs: str) -> list[str]:
    """Return the commands of *page* that start one of *programs*."""
    pattern = rf"^\$ ((?:{'|'.join(programs)}) .*)$"
    return re.findall(pattern, (DOCS / page).read_text(), re.MULTILINE)


def main() -> None:
    """Write the files of a page into a folder."""
    page, folder = sys.argv[1:]
    for name, text in read_files(page).items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
