"""Install into an empty environment as docs/install.md says: a step of `python3 dev.py build`."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run the page's longest command, which installs all parts and an extra, and try the result."""
    page = (ROOT / "docs" / "install.md").read_text()
    command = max(re.findall(r"^\$ (python -m pip install \..*)$", page, re.MULTILINE), key=len)
    words = shlex.split(command)[1:]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        subprocess.run([python, *words], cwd=ROOT, check=True)
        script = str(ROOT / "tests" / "serve_one_request.py")
        subprocess.run([python, "-I", script], check=True)
        subprocess.run([python, "-I", "-m", "pytest", "--version"], check=True)


if __name__ == "__main__":
    main()
