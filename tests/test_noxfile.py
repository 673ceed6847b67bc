"""The sessions can be listed on every system, and end with the one who started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What Python has on Unix only: modules, and names in `os` and `signal`.
IMPORT_AS_ON_WINDOWS = """
import importlib.util, os, signal, sys
import nox

for module in ("crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios"):
    sys.modules[module] = None
for name in ("chown", "fork", "geteuid", "getuid", "killpg", "setsid", "uname"):
    delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGQUIT", "SIGSTOP", "SIGUSR1", "alarm"):
    delattr(signal, name)
spec = importlib.util.spec_from_file_location("noxfile", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""
SLEEPER = f"""
import runpy
import nox

runpy.run_path({str(ROOT / "noxfile.py")!r})


@nox.session(venv_backend="none")
def sleeper(session):
    code = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"
    session.run("python", "-c", code)
"""


def test_noxfile_needs_nothing_that_windows_lacks() -> None:
    command = [sys.executable, "-c", IMPORT_AS_ON_WINDOWS, str(ROOT / "noxfile.py")]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_kill_ends_what_a_session_runs(tmp_path: Path) -> None:
    noxfile = tmp_path / "noxfile.py"
    noxfile.write_text(SLEEPER)
    command = [sys.executable, "-m", "nox", "-f", str(noxfile), "-s", "sleeper"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as nox:
        assert nox.stdout is not None
        pid = next(int(line.split()[1]) for line in nox.stdout if line.startswith("pid "))

        nox.send_signal(signal.SIGTERM)
        nox.wait(timeout=30)

    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Return whether there is, or soon after still is, a process *pid*."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True
